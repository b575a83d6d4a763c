import { writeFileSync } from "node:fs"
import { Session } from "node:inspector"
import process from "node:process"

// Imported into every Node process of a shop; only the API is to be profiled.
const file = process.env["BENCH_PROFILE"]
if (file !== undefined && process.argv[1]?.endsWith("apps/api/src/main.ts")) {
  const session = new Session()
  session.connect()
  session.post("Profiler.enable")
  // Within one thread the inspector answers before `post` returns.
  process.once("SIGUSR2", () => {
    session.post("Profiler.start")
    process.once("SIGUSR2", () =>
      session.post("Profiler.stop", (_error, { profile }) => writeFileSync(file, JSON.stringify(profile))),
    )
  })
  writeFileSync(`${file}.pid`, String(process.pid))
}
