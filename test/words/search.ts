import { WORDS } from "./words.ts"
import type { Word } from "./words.ts"

/** A banned term at `file:line`. Line 0 is the file's name. */
export type Finding = { file: string; line: number; term: string; instead: string }

const CODE = /\.(ts|mjs|js)$/

/** Every banned term in one file, its name included. */
export function searchFile(file: string, text: string, words: readonly Word[] = WORDS): Finding[] {
  const inNames = words.filter((word) => word.in === "names")
  const inText = words.filter((word) => word.in === "text")
  const lines = [file, ...text.split("\n")]
  return lines.flatMap((content, line) => {
    const parts = line === 0 ? content.split(/[^A-Za-z]+/) : CODE.test(file) ? identifierParts(content) : []
    const found = [
      ...inNames.flatMap((word) =>
        parts.filter((part) => word.banned.test(part)).map((term) => ({ term, word })),
      ),
      ...inText.flatMap((word) => matchIn(content, word).map((term) => ({ term, word }))),
    ]
    return found.map(({ term, word }) => ({ file, line, term, instead: word.instead }))
  })
}

function matchIn(content: string, { banned, except }: Word): string[] {
  const match = banned.exec(except ? content.replaceAll(except, "") : content)
  return match ? [match[0]] : []
}

/** The words that the identifiers of a line are made of: `startRig` has start and Rig. */
function identifierParts(line: string): string[] {
  const code = line.replaceAll(/"[^"]*"|\/\/.*|^\s*\*.*|\/\*.*/g, " ")
  return [...code.matchAll(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g)].map(([part]) => part)
}
