import { createHash } from "node:crypto"

import { html } from "@remix-run/html-template"
import type { SafeHtml } from "@remix-run/html-template"

import { readAsset } from "./assets.ts"
import { STYLE } from "./style.ts"

type Shell = { title: string; body: SafeHtml; charts: boolean }

/**
 * One document that needs nothing but itself: nothing is fetched, and of scripts only ours runs, known to the browser
 * by its hash. Every text of a run is escaped by the templates.
 */
export function renderDocument({ title, body, charts }: Shell): string {
  const script = charts ? chartScript() : null
  // Not a character may be added to it: the hash is of all of them.
  const tag = script === null ? "" : `<script>${script}</script>`
  const allowed = script === null ? "'none'" : `'sha256-${sha256(script)}'`
  const policy = `default-src 'none'; script-src ${allowed}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`
  const style = charts ? `${STYLE}\n${readAsset("uplot.css")}` : STYLE
  return `<!DOCTYPE html>\n${String(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${html.raw`${style}`}
        </style>
      </head>
      <body>
        ${body}${html.raw`${tag}`}
      </body>
    </html>`,
  )}\n`
}

/** The library with its license, and what draws with it. */
function chartScript(): string {
  return `/* ${readAsset("uplot.license")} */\n${readAsset("uplot.js")}\n${readAsset("charts.js")}`
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64")
}
