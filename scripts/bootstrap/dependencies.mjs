import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"

import { BootstrapError } from "./error.mjs"
import { NODE, ROOT } from "./paths.mjs"
import { ensure } from "./step.mjs"

/** @typedef {{ version?: string, optional?: boolean, link?: boolean }} Package */
/** @typedef {Record<string, Package>} Packages */

const MESSAGE_LINES = 8

/** Brings node_modules to what the lockfile says, unless it is there already. */
export async function ensureDependencies() {
  await ensure({ title: "Installing npm dependencies", isDone: areInstalled, run: install })
}

/** Whether node_modules is what the lockfile says. */
export function areInstalled() {
  const wanted = readPackages(join(ROOT, "package-lock.json"))
  // npm writes this file last, so an install that was cut short leaves none.
  const installed = readPackages(join(ROOT, "node_modules/.package-lock.json"))
  return existsSync(NODE) && isSatisfied(wanted, installed)
}

/**
 * Whether every package of the lockfile is installed in that version. Optional ones may be for other machines.
 * @param {Packages} wanted
 * @param {Packages} installed
 */
export function isSatisfied(wanted, installed) {
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (path === "" || link || !path.includes("node_modules/")) return true
    const found = installed[path]
    return found ? found.version === version : optional === true
  })
}

/**
 * @param {string} file
 * @returns {Packages}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages
  } catch {
    return {}
  }
}

async function install() {
  npm("ci", "--include=dev", "--no-audit", "--no-fund")
  // The package brings its binary by an install script, which some settings of npm hold back.
  if (!existsSync(NODE)) npm("rebuild", "node")
  if (!existsSync(NODE)) {
    throw new BootstrapError(
      3,
      "npm did not install Node 24 (the package `node`).",
      "npm rebuild node --ignore-scripts=false",
    )
  }
}

/** @param {string[]} args */
function npm(...args) {
  const { status, stdout, stderr, error } = spawnSync(...npmCommand([...args, "--loglevel=error"]), {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status === 0) return
  const reason = error ? error.message : `${stderr}\n${stdout}`
  const lines = reason.split("\n").map((line) => line.replace(/^npm (error|ERR!) ?/, "  "))
  const shown = lines.filter((line) => line.trim() !== "").slice(0, MESSAGE_LINES)
  throw new BootstrapError(3, `\`npm ${args[0]}\` failed:\n${shown.join("\n")}`, `npm ${args[0]}`)
}

/**
 * The npm that runs this script, or the one on the PATH.
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
function npmCommand(args) {
  const cli = process.env["npm_execpath"]
  return cli && cli.endsWith("npm-cli.js") ? [process.execPath, [cli, ...args]] : ["npm", args]
}
