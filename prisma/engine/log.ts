type Fields = { message: string; [name: string]: unknown }

export function writeLine(line: string) {
  process.stderr.write(`${line}\n`)
}

/** The native engine's log format. Prisma takes the reason of a failure from the target `schema_engine::logger`. */
export function writeLog(level: "INFO" | "ERROR", fields: Fields) {
  writeLine(
    JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target: "schema_engine::logger" }),
  )
}
