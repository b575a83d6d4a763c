import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/** What a page has inside it, and where the sources have it; a package that bundles them keeps it in assets. */
const PLACES = {
  "charts.js": null,
  "uplot.js": "uplot/dist/uPlot.iife.min.js",
  "uplot.css": "uplot/dist/uPlot.min.css",
  "uplot.license": "uplot/LICENSE",
} as const

export type Asset = keyof typeof PLACES

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

export const ASSETS = Object.keys(PLACES) as readonly Asset[]
