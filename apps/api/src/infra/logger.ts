import { pino } from "pino"
import type { DestinationStream, Logger, LevelWithSilent } from "pino"

export type { Logger }

const SECRETS = [
  "authorization",
  "cookie",
  "password",
  "secret",
  "token",
  "connectionString",
  "DATABASE_URL",
  "REDIS_URL",
  "LAB_TOKEN",
  "AUTH_JWT_SECRET",
  "WAITING_ROOM_SECRET",
]
// Wherever one may be logged: by itself, in a logged object, and in a part of that.
const REDACTED = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

type LoggerOptions = { level: LevelWithSilent; process: string; destination?: DestinationStream }

/** JSON lines on stdout, or wherever `destination` leads; an error is logged with its causes. */
export function createLogger({ level, process: name, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { process: name },
    redact: { paths: REDACTED, censor: "[redacted]" },
    serializers: { err: pino.stdSerializers.errWithCause },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return pino(options, destination ?? pino.destination({ dest: 1, sync: false }))
}
