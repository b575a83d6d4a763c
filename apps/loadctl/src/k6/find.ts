import { existsSync } from "node:fs"

import { findGo, findK6, INSTALL_K6, pinnedVersion, provideK6 } from "@saleproof/stack/provide/k6.ts"
import { findOnPath } from "@saleproof/stack/path.mjs"
import { lineProgress } from "@saleproof/stack/provide/progress.ts"

import { missingError } from "../errors.ts"
import type { Io } from "../io.ts"

/** Set by `--build-k6`, or by who starts loadctl. */
export const BUILD_K6 = "LOADCTL_BUILD_K6"

const KEYRING = "/usr/share/keyrings/k6-archive-keyring.gpg"
const APT =
  `curl -fsSL https://dl.k6.io/key.gpg | sudo gpg --dearmor -o ${KEYRING} && ` +
  `echo "deb [signed-by=${KEYRING}] https://dl.k6.io/deb stable main" | sudo tee /etc/apt/sources.list.d/k6.list && ` +
  "sudo apt-get update && sudo apt-get install -y k6"
const DNF = "sudo dnf install -y https://dl.k6.io/rpm/repo.rpm && sudo dnf install -y k6"

/**
 * The path of k6: on the PATH, or built before. Builds it with Go where the user asked for that; otherwise throws a
 * missing error with the line that installs it on this machine.
 */
export async function requireK6(
  { env, interrupted }: Pick<Io, "env" | "interrupted">,
  note: (text: string) => void,
): Promise<string> {
  if (env[BUILD_K6]) {
    const progress = lineProgress((text) => note(text.trimEnd()))
    return provideK6({ env, progress, signal: interrupted })
  }
  const { path, unfit } = await findK6(env)
  if (path !== null) return path
  const wanted = await pinnedVersion()
  const why =
    unfit === null ? "k6 is not installed" : `The k6 on the PATH is ${unfit}, and ${wanted} is needed`
  throw missingError(`${why}.`, installLine(env))
}

/** What installs k6 here, and what builds it where Go is. */
export function installLine(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const line = packageManagerLine(env, platform) ?? INSTALL_K6
  return findGo(env) ? `${line}\n  → or build it once with Go, about a minute: --build-k6` : line
}

function packageManagerLine(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | null {
  if (platform === "darwin") return "brew install k6"
  if (platform === "win32") return "winget install k6 --source winget"
  if (findOnPath("apt-get", env) || existsSync("/usr/bin/apt-get")) return APT
  return findOnPath("dnf", env) ? DNF : null
}
