const SECRET_NAME =
  /token|secret|passw|passphrase|credential|(?:api|access|private)_?key|auth|cookie|jwt|bearer|(?:^|_)(?:pass|pwd)(?:_|$)/i
const ONLY_A_VARIABLE = /^\$\{\w+\}$/

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

/** Whether a URL has a user name or a password in it. */
export function hasCredentials(url: string): boolean {
  return redactUrl(url) !== url
}

/** The same variables; secrets by their name are blanked, unless they only name a variable; URLs lose their credentials. */
export function redactEnv(env: Record<string, string>): Record<string, string> {
  const entries = Object.entries(env).map(
    ([name, value]) => [name, isHidden(name, value) ? "(hidden)" : redactUrl(value)] as const,
  )
  return Object.fromEntries(entries)
}

function isHidden(name: string, value: string): boolean {
  return isSecretName(name) && !ONLY_A_VARIABLE.test(value)
}
