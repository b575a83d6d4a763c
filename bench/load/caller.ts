import { connect } from "node:net"
import type { Socket } from "node:net"

/** The status of an answer, when it came, and how long its sender asks to be left alone (ms). */
type Answered = { status: number; ms: number; retryAfterMs: number }

type CallerOptions = {
  host: string
  port: number
  /** The bytes to send next; they may be the same memory as the last ones, which are sent by then. */
  next: () => Buffer
  pauseMs?: number | undefined
  onAnswer: (answered: Answered) => void
}

// Each read is handled before the next one of any socket, so that all of them share the memory.
const READ = Buffer.allocUnsafe(64 * 1024)

/**
 * One caller on one connection who sends a request, waits for the answer and sends the next; resolves when the connection
 * is closed. It knows no more of HTTP than that every answer has a Content-Length, and makes neither a promise nor a
 * buffer per request: the machine that it shares with the shop has no CPU to spare.
 */
export function call(
  { host, port, next, pauseMs = 0, onAnswer }: CallerOptions,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let sentAt = 0
    let text = ""
    let pause: NodeJS.Timeout | undefined
    const send = (socket: Socket) => {
      if (socket.destroyed) return
      sentAt = performance.now()
      socket.write(next())
    }
    const onRead = (size: number) => {
      text += READ.toString("latin1", 0, size)
      const answer = answerIn(text)
      if (!answer) return true
      text = ""
      onAnswer({ ...answer, ms: performance.now() - sentAt })
      // A caller that gets Retry-After does so, and not all of them at once.
      const waitMs = Math.max(pauseMs, answer.retryAfterMs)
      if (waitMs > 0) pause = setTimeout(send, waitMs * (0.5 + Math.random()), socket)
      else send(socket)
      return true
    }
    const socket = connect({ host, port, noDelay: true, onread: { buffer: READ, callback: onRead } })
    socket.on("error", () => undefined)
    socket.on("close", () => {
      clearTimeout(pause)
      resolve()
    })
    signal.addEventListener("abort", () => socket.destroy(), { once: true })
    // Callers that pause do not begin together either.
    if (pauseMs > 0) pause = setTimeout(send, pauseMs * Math.random(), socket)
    else send(socket)
  })
}

/** The answer, once all of it is there. */
function answerIn(text: string): Omit<Answered, "ms"> | undefined {
  const headEnd = text.indexOf("\r\n\r\n")
  if (headEnd < 0) return undefined
  const length = Number(headerOf(text, "Content-Length"))
  if (text.length < headEnd + 4 + length) return undefined
  const status = Number(text.slice(9, 12))
  return { status, retryAfterMs: status === 503 ? 1_000 * Number(headerOf(text, "Retry-After")) : 0 }
}

function headerOf(text: string, name: string): string {
  const at = text.indexOf(`\r\n${name}: `)
  return at < 0 ? "0" : text.slice(at + name.length + 4, text.indexOf("\r\n", at + 2))
}
