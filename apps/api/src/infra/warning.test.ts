import { describe, expect, it } from "vitest"
import { RefusalError } from "../errors.ts"
import { createLogger } from "./logger.ts"
import { createWarning } from "./warning.ts"

function recorded() {
  const lines: { msg: string; reason: string }[] = []
  const destination = { write: (text: string) => void lines.push(JSON.parse(text)) }
  const logger = createLogger({ level: "warn", process: "test", destination })
  let time = 0
  const warn = createWarning({ logger, now: () => time })
  return { warn, lines, wait: (ms: number) => void (time += ms) }
}

describe("a job that fails again and again", () => {
  it("is logged at once, and then every 10 s for as long as its error stays the same", () => {
    const { warn, lines, wait } = recorded()
    for (let n = 0; n < 1_000; n++) {
      warn(new Error("no such table"))
      wait(20)
    }
    warn(new Error("another"))
    expect(lines.map(({ reason }) => reason)).toEqual(["no such table", "no such table", "another"])
  })

  it("is one outage, however differently it shows, and another for each kind of job", () => {
    const { warn, lines } = recorded()
    for (const detail of ["is starting", "does not answer"]) {
      warn(new RefusalError("UNAVAILABLE", detail), "first")
      warn(new RefusalError("UNAVAILABLE", detail), "second")
    }
    expect(lines.map(({ msg }) => msg)).toEqual(["first", "second"])
  })

  it("is bounded, also when each error says something else", () => {
    const { warn, lines, wait } = recorded()
    for (let n = 0; n < 1_000; n++) warn(new Error(`row ${n}`))
    expect(lines).toHaveLength(20)
    wait(10_000)
    warn(new Error("row 0"))
    expect(lines).toHaveLength(21)
  })
})
