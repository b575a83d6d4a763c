/** One point as k6 writes it. */
export type Point = {
  metric: string
  /** What stands between the metric and the fields, still escaped: points with an equal one are one series. */
  tagSet: string
  value: number
  /** Its time in nanoseconds since `epochS`, exact. */
  ns: number
}

// Fields come in the order of their names, and "value" after "url"; nothing of a name can look like this by accident.
const COMPLETE = /[ ,]value=[^ ,]+(?:,vu="[^"\n]*")? -?\d+$/
const TAIL = 80

/**
 * The points of a body. k6 does not escape a newline in a name, so a line that does not end as a point goes on in the
 * next one, and `seen` says so.
 */
export function* pointsOf(body: string, seen = { newline: false }): Generator<string> {
  let from = 0
  while (from < body.length) {
    let end = lineEnd(body, from)
    while (end < body.length && !endsAsPoint(body, from, end)) {
      seen.newline = true
      end = lineEnd(body, end + 1)
    }
    if (end > from) yield body.slice(from, end)
    from = end + 1
  }
}

const PIECE_BYTES = 2 ** 16

/** A body in pieces of text, one character a byte, each of which ends where a point does. */
export function* piecesOf(body: Buffer): Generator<string> {
  let from = 0
  while (from < body.length) {
    let end = Math.min(from + PIECE_BYTES, body.length)
    do {
      const newline = body.indexOf(NEWLINE, end)
      end = newline < 0 ? body.length : newline + 1
    } while (end < body.length && !endsInPoint(body, from, end - 1))
    yield body.toString("latin1", from, end)
    from = end
  }
}

function endsInPoint(body: Buffer, from: number, end: number): boolean {
  const tail = body.toString("latin1", Math.max(from, end - TAIL), end)
  return endsAsPoint(tail, 0, tail.length)
}

const [NEWLINE, SPACE, BACKSLASH] = [10, 32, 92]
const TIME_DIGITS = 19

/** Nearly every line ends in a space and a time of this century, which costs less to see than to match. */
function endsAsPoint(body: string, from: number, end: number): boolean {
  const space = end - TIME_DIGITS - 1
  const plain =
    space > from &&
    body.charCodeAt(space) === SPACE &&
    body.charCodeAt(space - 1) !== BACKSLASH &&
    isDigit(body.charCodeAt(space + 1)) &&
    isDigit(body.charCodeAt(end - 1))
  return plain || COMPLETE.test(body.slice(Math.max(from, end - TAIL), end))
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** What the point is of, without reading the rest of it. Throws for what is none. */
export function metricOf(line: string): string {
  const comma = line.indexOf(",")
  const space = line.indexOf(" ")
  if (space < 0) throw notAPoint(line)
  return line.slice(0, comma < 0 || comma > space ? space : comma)
}

function lineEnd(body: string, from: number): number {
  const end = body.indexOf("\n", from)
  return end < 0 ? body.length : end
}

/** Reads one point; `epochS` is a whole second since 1970 near its time. Throws for what is none. */
export function parsePoint(line: string, epochS: number): Point {
  const timeAt = line.lastIndexOf(" ")
  const valueAt = line.lastIndexOf("value=", timeAt)
  const firstSpace = unescapedSpace(line)
  const tagsEnd = firstSpace < valueAt ? firstSpace : fieldsStart(line, valueAt)
  if (tagsEnd < 0 || valueAt < tagsEnd) throw notAPoint(line)
  const comma = line.indexOf(",")
  const metricEnd = comma < 0 || comma > tagsEnd ? tagsEnd : comma
  return {
    metric: line.slice(0, metricEnd),
    tagSet: metricEnd === tagsEnd ? "" : line.slice(metricEnd + 1, tagsEnd),
    // A field "vu" comes after it, where a script has a tag of that name.
    value: Number(line.slice(valueAt + "value=".length, nextField(line, valueAt) ?? timeAt)),
    ns: nanosecondsSince(line.slice(timeAt + 1), epochS),
  }
}

function notAPoint(line: string): Error {
  return new Error(`not a point of k6: ${line.slice(0, 200)}`)
}

/** A double holds no nanoseconds since 1970; their distance to a near second it does. */
function nanosecondsSince(time: string, epochS: number): number {
  return (Number(time.slice(0, -9)) - epochS) * 1e9 + Number(time.slice(-9))
}

function unescapedSpace(line: string): number {
  let at = line.indexOf(" ")
  while (at > 0 && line[at - 1] === "\\") at = line.indexOf(" ", at + 1)
  return at
}

function nextField(line: string, from: number): number | null {
  const comma = line.indexOf(",", from)
  return comma < 0 ? null : comma
}

/** The space before the fields where the last tag ends in a backslash, which k6 does not escape; -1 where there is none. */
function fieldsStart(line: string, valueAt: number): number {
  const starts = [" value=", ' url="', " iter="].map((start) => line.lastIndexOf(start, valueAt - 1))
  return starts.find((at) => at > 0) ?? -1
}

/** The tags by name, unescaped; the text came as bytes, one a character. */
export function parseTags(tagSet: string): Record<string, string> {
  const text = Buffer.from(tagSet, "latin1").toString("utf8")
  const parts = splitTags(text).flatMap((part) => {
    const [, name, value] = /^((?:\\.|[^=\\])+)=(.*)$/s.exec(part) ?? []
    return name === undefined || value === undefined ? [] : [[unescape(name), unescape(value)] as const]
  })
  return Object.fromEntries(parts)
}

/** A comma after a backslash is one of a value, unless a tag follows: then the backslash is the last of a value. */
function splitTags(text: string): string[] {
  const parts: string[] = []
  for (const piece of text.split(",")) {
    const before = parts.at(-1)
    if (before?.endsWith("\\") && !/(?<!\\)=/.test(piece)) parts[parts.length - 1] = `${before},${piece}`
    else parts.push(piece)
  }
  return parts
}

function unescape(text: string): string {
  return text.replaceAll(/\\([, =])/g, "$1")
}
