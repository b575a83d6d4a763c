import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import process from "node:process"

/**
 * A command that the kernel tells to stop when this process is gone, even when it was killed: on Linux setpriv(1)
 * asks for the signal and then becomes the program. Elsewhere the command as it is.
 * @param {[program: string, ...args: string[]]} command
 * @returns {[program: string, ...args: string[]]}
 */
export function tied(command) {
  const setpriv = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "setpriv"))
    .find(isExecutable)
  return process.platform === "linux" && setpriv
    ? [setpriv, "--pdeathsig", "TERM", "--", ...command]
    : command
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
