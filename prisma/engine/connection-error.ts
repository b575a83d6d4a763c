const CODES: Record<string, string> = {
  "42P04": "P1009", // the database exists already
  "28P01": "P1000", // wrong password
  "28000": "P1010", // the user may not connect
}

/** Prisma's error code (https://pris.ly/d/errors) and a sentence for a failure to reach a database. */
export function explainConnectionError(error: unknown, connectionString: string) {
  const url = URL.parse(connectionString)
  if (!url)
    return { code: "P1013", message: "The database URL is not valid: it must start with postgresql://" }
  const server = `${url.hostname}:${url.port || "5432"}`
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  if (code === "3D000") {
    const database = decodeURIComponent(url.pathname.slice(1))
    return { code: "P1003", message: `Database \`${database}\` does not exist on \`${server}\`` }
  }
  if (/^E[A-Z]+$/.test(code) || message.includes("timeout")) {
    return { code: "P1001", message: `Can't reach database server at \`${server}\`` }
  }
  return { code: CODES[code] ?? "P1011", message: `${message} (${server})` }
}
