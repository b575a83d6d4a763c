import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/** What a page has inside it. */
export const ASSETS = ["charts.js", "uplot.js", "uplot.css", "uplot.license"] as const
export type Asset = (typeof ASSETS)[number]

/** Where the sources have it; a package that bundles them keeps it in assets. */
const PLACES: Record<Asset, string | null> = {
  "charts.js": null,
  "uplot.js": "uplot/dist/uPlot.iife.min.js",
  "uplot.css": "uplot/dist/uPlot.min.css",
  "uplot.license": "uplot/LICENSE",
}

/** The text of a file that pages are made with; line ends as a browser takes them before it hashes a script. */
export function readAsset(name: Asset): string {
  return readFileSync(assetFile(name), "utf8").replaceAll("\r\n", "\n").trim()
}

export function assetFile(name: Asset): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "assets", name)
    if (existsSync(file)) return file
  }
  const place = PLACES[name]
  if (place === null) throw new Error(`there is no assets/${name} above ${import.meta.dirname}`)
  return createRequire(import.meta.url).resolve(place)
}
