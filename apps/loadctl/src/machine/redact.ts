const SECRET_NAME = /token|secret|passw|credential|api_?key|auth/i

/** Whether a variable of that name is likely a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** A URL without its user name and password. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return url
  const parsed = new URL(url)
  if (!parsed.username && !parsed.password) return url
  parsed.username = ""
  parsed.password = ""
  return parsed.toString()
}

/** The same variables; secrets by their name are blanked, URLs lose their credentials. */
export function redactEnv(env: Record<string, string>): Record<string, string> {
  const entries = Object.entries(env).map(
    ([name, value]) => [name, SECRET_NAME.test(name) ? "(hidden)" : redactUrl(value)] as const,
  )
  return Object.fromEntries(entries)
}
