import { findOnPath } from "./provide/path.ts"
import type { Unit } from "./unit.ts"

/**
 * On Linux the kernel stops a unit when its supervisor is gone, even one that was killed: setpriv(1) asks for the
 * signal and then becomes the unit's program.
 */
export function tieToSupervisor(unit: Unit, env: NodeJS.ProcessEnv): Unit {
  const setpriv = process.platform === "linux" ? findOnPath("setpriv", env) : undefined
  if (!setpriv) return unit
  const signal = unit.kind === "service" ? unit.stopSignal.replace("SIG", "") : "TERM"
  return { ...unit, command: setpriv, args: ["--pdeathsig", signal, "--", unit.command, ...unit.args] }
}
