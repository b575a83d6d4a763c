import { totalmem } from "node:os"

const SHARE_OF_MEMORY = 1 / 4

/**
 * Lets a Go program that shares the machine with what it measures collect its garbage less often: at five times the
 * live heap instead of twice, and as often as ever once it holds a quarter of the memory. Variables of the shell win.
 * Source: https://go.dev/doc/gc-guide
 */
export function goRuntime(env: NodeJS.ProcessEnv): { GOGC: string; GOMEMLIMIT: string } {
  const limitMiB = Math.floor((totalmem() * SHARE_OF_MEMORY) / 2 ** 20)
  return { GOGC: env["GOGC"] || "400", GOMEMLIMIT: env["GOMEMLIMIT"] || `${limitMiB}MiB` }
}
