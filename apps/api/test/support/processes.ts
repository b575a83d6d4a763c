import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { z } from "zod"

const Line = z.record(z.string(), z.unknown())

type Program = "main" | "worker"

/** A program of the API as a real process; it is killed when disposed. */
export function startProcess(program: Program, variables: Record<string, string>) {
  const child = spawn(process.execPath, [`${import.meta.dirname}/../../src/${program}.ts`], {
    env: { ...variables, PATH: "" },
    stdio: ["ignore", "pipe", "pipe"],
  })
  // A test that takes too long never gets to dispose it.
  const kill = () => child.kill("SIGKILL")
  process.once("exit", kill)
  const exited = once(child, "exit").then(([code, signal]: unknown[]) => {
    process.off("exit", kill)
    return { code, signal }
  })
  let errors = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text))

  const lines: Record<string, unknown>[] = []
  const waiting: (() => void)[] = []
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(Line.parse(JSON.parse(line)))
    for (const look of waiting.splice(0)) look()
  })

  /** The first log line with this message; rejects when the process ends without it. */
  async function logged(message: string): Promise<Record<string, unknown>> {
    const ended = exited.then(() => {
      throw new Error(`The process ended without "${message}": ${errors}`)
    })
    // It may have been logged long ago, and then nobody waits for the end.
    ended.catch(() => undefined)
    for (;;) {
      const found = lines.find(({ msg }) => msg === message)
      if (found) return found
      await Promise.race([new Promise<void>((look) => waiting.push(look)), ended])
    }
  }

  return {
    logged,
    /** Every line so far. */
    lines: (): readonly Record<string, unknown>[] => lines,
    exited,
    errors: () => errors,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      kill()
      await exited
    },
  }
}
