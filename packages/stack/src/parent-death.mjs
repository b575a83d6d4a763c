import process from "node:process"

import { findOnPath } from "./path.mjs"

/**
 * The command, sent a signal by the kernel when its parent has ended, even by SIGKILL: on Linux setpriv(1) asks
 * for the signal and then becomes the program. Elsewhere the command as it is.
 * @param {readonly [program: string, ...args: string[]]} command
 * @param {{ signal?: string, env: NodeJS.ProcessEnv }} options the signal without SIG, TERM by default
 * @returns {[program: string, ...args: string[]]}
 */
export function endedWithParent(command, { signal = "TERM", env }) {
  const setpriv = process.platform === "linux" ? findOnPath("setpriv", env) : undefined
  return setpriv ? [setpriv, "--pdeathsig", signal, "--", ...command] : [...command]
}
