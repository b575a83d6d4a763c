import { z } from "zod"

const MAX_LENGTH = 100

// Ranges instead of \p{...}, so that the pattern means the same to whatever reads the OpenAPI document. The last one is
// what a decoder makes of bytes that are no UTF-8: many different ones would be one name.
const UNPRINTABLE = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ufffd"
const HALF_SURROGATES = "\\ud800-\\udfff"
const SPACES = " \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000"
// Unicode's Default_Ignorable_Code_Point of the basic plane: DerivedCoreProperties.txt.
const INVISIBLE =
  "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f" +
  "\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8"
// For the OpenAPI document: readers of other languages have no half surrogates to exclude.
const VISIBLE = `[^${UNPRINTABLE}${SPACES}${INVISIBLE}]`
export const DOCUMENTED_PRINTABLE = `[^${UNPRINTABLE}]`

/** A character that a text may have, in a regular expression with the flag u. */
export const PRINTABLE = `[^${UNPRINTABLE}${HALF_SURROGATES}]`

/**
 * The one spelling of a name: NFC, without invisible characters (Unicode's Default_Ignorable_Code_Point), without space
 * at the ends. Two names that look alike to a person are then one user's.
 */
export function canonicalName(name: string): string {
  const visible = name.normalize("NFC").replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
  // Removing may bring two characters together that compose.
  return visible.normalize("NFC").trim()
}

/** A name, answered in its one spelling: 1 to 100 characters, no control characters. */
export const Name = z
  .string()
  .regex(new RegExp(`^${PRINTABLE}*$`, "u"), "must have no control characters")
  .transform(canonicalName)
  .pipe(z.string().regex(new RegExp(`^.{1,${MAX_LENGTH}}$`, "su"), `must be 1 to ${MAX_LENGTH} characters`))
  .meta({
    override: {
      type: "string",
      minLength: 1,
      maxLength: MAX_LENGTH,
      pattern: `^${DOCUMENTED_PRINTABLE}*${VISIBLE}${DOCUMENTED_PRINTABLE}*$`,
    },
    description: "Stored as NFC, without invisible characters and space at the ends",
    example: "u1",
  })

/** A text of 1 to `max` characters without control characters. */
export const printableText = (max: number) =>
  z
    .string()
    .regex(
      new RegExp(`^${PRINTABLE}{1,${max}}$`, "u"),
      `must be 1 to ${max} characters, none of them a control character`,
    )
    .meta({
      override: { type: "string", minLength: 1, maxLength: max, pattern: `^${DOCUMENTED_PRINTABLE}*$` },
    })
