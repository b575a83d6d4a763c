import { connect } from "node:net"
import type { Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** The status of an answer, when it came, and how long its sender asks to be left alone (ms). */
type Answered = { status: number; ms: number; retryAfterMs: number }

type CallerOptions = {
  host: string
  port: number
  /** The bytes to send next. */
  next: () => Buffer
  pauseMs?: number | undefined
  onAnswer: (answered: Answered) => void
}

/**
 * One caller on one connection who sends a request, waits for the answer and sends the next. It reads no more of
 * HTTP than that every answer has a Content-Length: the machine that it shares with the shop has no CPU to spare.
 */
export async function call(
  { host, port, next, pauseMs = 0, onAnswer }: CallerOptions,
  signal: AbortSignal,
): Promise<void> {
  const socket = connect({ host, port, noDelay: true })
  socket.on("error", () => undefined)
  signal.addEventListener("abort", () => socket.destroy(), { once: true })
  // Callers that pause do not begin all at once either.
  if (pauseMs > 0) await pause(pauseMs * Math.random(), signal)
  while (!signal.aborted && !socket.destroyed) {
    const sentAt = performance.now()
    socket.write(next())
    const answer = await readAnswer(socket)
    if (answer === undefined) break
    onAnswer({ ...answer, ms: performance.now() - sentAt })
    // A caller that is asked to retry later does so, and not all at once.
    const waitMs = Math.max(pauseMs, answer.retryAfterMs)
    if (waitMs > 0) await pause(waitMs * (0.5 + Math.random()), signal)
  }
  socket.destroy()
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}

function readAnswer(socket: Socket): Promise<Omit<Answered, "ms"> | undefined> {
  return new Promise((resolve) => {
    let text = ""
    const done = (answer: Omit<Answered, "ms"> | undefined) => {
      socket.off("data", onData)
      socket.off("close", onClose)
      resolve(answer)
    }
    const onClose = () => done(undefined)
    function onData(bytes: Buffer) {
      text += bytes.toString("latin1")
      const headEnd = text.indexOf("\r\n\r\n")
      if (headEnd < 0) return
      const length = Number(headerOf(text, "Content-Length"))
      if (text.length < headEnd + 4 + length) return
      const status = Number(text.slice(9, 12))
      done({ status, retryAfterMs: status === 503 ? 1_000 * Number(headerOf(text, "Retry-After")) : 0 })
    }
    socket.on("data", onData)
    socket.on("close", onClose)
  })
}

function headerOf(text: string, name: string): string {
  const at = text.indexOf(`\r\n${name}: `)
  return at < 0 ? "0" : text.slice(at + name.length + 4, text.indexOf("\r\n", at + 2))
}
