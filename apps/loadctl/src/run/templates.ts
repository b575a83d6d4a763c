const VARIABLE = /\$\{(\w+)\}/g

/** The templates with a variable that is not set, as NAME=TEMPLATE: those that are left out. */
export function unfilled(
  templates: Record<string, string>,
  env: Record<string, string | undefined>,
): string[] {
  return Object.entries(templates).flatMap(([name, template]) => {
    const variables = [...template.matchAll(VARIABLE)].map((match) => match[1] ?? "")
    return variables.some((variable) => !env[variable]) ? [`${name}=${template}`] : []
  })
}

/** Puts `${NAME}` from the environment into the values; one whose variable is not set is left out. */
export function fillTemplates(
  templates: Record<string, string>,
  env: Record<string, string | undefined>,
): Record<string, string> {
  const filled: Record<string, string> = {}
  for (const [name, template] of Object.entries(templates)) {
    const variables = [...template.matchAll(VARIABLE)].map((match) => match[1] ?? "")
    if (variables.some((variable) => !env[variable])) continue
    filled[name] = template.replaceAll(VARIABLE, (_, variable: string) => env[variable] ?? "")
  }
  return filled
}
