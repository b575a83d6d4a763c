import { access, rm } from "node:fs/promises"

import { execa } from "execa"

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]

export type Photo = { page: string; picture: string; width: number; height: number }

/**
 * Photographs the upper part of a page of this disk. Resolves to false where no browser of these is on the PATH.
 *
 * @param names programs to try, in order, all of Chromium's kind
 */
export async function photograph(
  { page, picture, width, height }: Photo,
  names: readonly string[] = NAMES,
): Promise<boolean> {
  const flags = [
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    // In a container it runs as root, which its sandbox does not allow; the page is our own.
    "--no-sandbox",
    `--window-size=${width},${height}`,
    `--screenshot=${picture}`,
    `file://${page}`,
  ]
  // What an earlier call made must not be taken for what this one did.
  await rm(picture, { force: true })
  for (const name of names) {
    const { failed, code, stderr } = await execa(name, flags, { reject: false, timeout: 60_000 })
    if (failed && code === "ENOENT") continue
    // It ends with 0 also when it could not write.
    await access(picture).catch(() => {
      throw new Error(`${name} made no picture:\n${stderr}`)
    })
    return true
  }
  return false
}
