const VARIABLE = /\$\{(\w+)\}/g

/** The templates with a variable that is not set, as NAME=TEMPLATE: those that are left out. */
export function unfilled(
  templates: Record<string, string>,
  env: Record<string, string | undefined>,
): string[] {
  return Object.entries(templates).flatMap(([name, template]) => {
    return canFill(template, env) ? [] : [`${name}=${template}`]
  })
}

/** Puts `${NAME}` from the environment into the values; one whose variable is not set is left out. */
export function fillTemplates(
  templates: Record<string, string>,
  env: Record<string, string | undefined>,
): Record<string, string> {
  const filled: Record<string, string> = {}
  for (const [name, template] of Object.entries(templates)) {
    if (canFill(template, env)) filled[name] = template.replaceAll(VARIABLE, (_, name: string) => env[name]!)
  }
  return filled
}

/** Whether every variable of the template is set. */
function canFill(template: string, env: Record<string, string | undefined>): boolean {
  return template.matchAll(VARIABLE).every(([, name]) => env[name!])
}
