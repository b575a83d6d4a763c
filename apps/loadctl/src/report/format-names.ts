/** The names of `--format`, apart from the renderers, so that `--help` loads none of them. */
export const FORMATS = ["text", "json", "junit", "markdown", "html"] as const
export type Format = (typeof FORMATS)[number]
