// npm leaves optional packages out of the lockfile when the registry at hand does not have them, and `npm ci`
// then refuses that lockfile. This adds them back from their names, so that one lockfile installs everywhere.
import { readFileSync, writeFileSync } from "node:fs"

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"]
const PROCESSORS = ["arm64", "x64", "ia32", "ppc64", "riscv64", "s390x", "arm"]

/**
 * @typedef {{ version?: string, dev?: boolean, optionalDependencies?: Record<string, string> }} Package
 */

/**
 * The optional packages that a parsed package-lock.json names without having an entry for them.
 * @param {{ packages: Record<string, Package> }} lock
 * @returns {[key: string, entry: object][]}
 */
export function missingOptionalPackages(lock) {
  /** @type {[string, object][]} */
  const missing = []
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const key = `node_modules/${name}`
      if (key in lock.packages || `${path}/${key}` in lock.packages) continue
      missing.push([key, entryFor({ name, version, dev })])
    }
  }
  return missing
}

/** @param {{ name: string, version: string, dev: boolean | undefined }} dependency */
function entryFor({ name, version, dev }) {
  const platform = name.slice(name.lastIndexOf("/"))
  const libc = platform.endsWith("-musl") ? "musl" : platform.includes("-gnu") ? "glibc" : undefined
  return {
    version,
    cpu: PROCESSORS.filter((cpu) => platform.includes(cpu)).slice(0, 1),
    ...(dev && { dev }),
    ...(libc && { libc: [libc] }),
    optional: true,
    os: SYSTEMS.filter((os) => platform.includes(os)),
  }
}

if (process.argv[1] === import.meta.filename) {
  const file = new URL("../package-lock.json", import.meta.url)
  const lock = JSON.parse(readFileSync(file, "utf8"))
  const missing = missingOptionalPackages(lock)
  const entries = [...Object.entries(lock.packages), ...missing].toSorted(([a], [b]) =>
    a.localeCompare(b, "en"),
  )
  if (missing.length > 0)
    writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`)
}
