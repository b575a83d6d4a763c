import { chmod, mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"

import { isAlive } from "../src/process-stat.mjs"
import { stopSharedStack } from "../src/shared.ts"
import { readState } from "../src/state.ts"
import type { StackState } from "../src/state.ts"

/** A folder of a test's own for stacks, so that it sees only those that it started. */
export async function createStackFolder(mode = 0o755) {
  const folder = await mkdtemp(join(tmpdir(), "saleproof-test-"))
  await chmod(folder, mode)
  const env = { ...process.env, LOADCTL_STACKS: folder }
  return {
    folder,
    env,
    stateOf: (dir: string): StackState => {
      const state = readState(dir)
      if (!state) throw new Error(`no state in ${dir}`)
      return state
    },
    /** The folders of all stacks that are there. */
    stacks: () => entries(folder),
    [Symbol.asyncDispose]: async () => {
      // A test that failed may have left its stack running.
      await stopSharedStack({ env, purge: true })
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** For expect.poll: how long a stack may take to go. */
export const GONE = { timeout: 20_000 }

/** What is left of a stack: its living processes and the files in its folders. */
export async function leftOf({ supervisor, services, folders }: StackState): Promise<(string | number)[]> {
  const alive = [supervisor, ...services].filter(isAlive).map(({ pid }) => pid)
  return [...alive, ...(await Promise.all(folders.map(entries))).flat()]
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}
