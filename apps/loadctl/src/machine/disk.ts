/** What is said of a write that found no room, or a limit; null for every other error. */
export function noRoomText(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : undefined
  if (code === "ENOSPC" || code === "EDQUOT") return "The disk was full while recording (no space left)."
  if (code === "EFBIG") return "The recording reached the largest size that a file may have here (ulimit -f)."
  return null
}
