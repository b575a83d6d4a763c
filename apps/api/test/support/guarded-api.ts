import supertest from "supertest"
import { createDatabase, createTestRedis } from "./database.ts"
import { startProcess } from "./processes.ts"

/** The API as a real process with a shop of two users, for requests that it must reject without errors in its log. */
export async function startGuardedApi() {
  await using started = new AsyncDisposableStack()
  const database = started.use(await createDatabase())
  const redis = started.use(await createTestRedis())
  const variables = { DATABASE_URL: database.url, REDIS_URL: redis.url, PORT: "0" }
  const main = started.use(startProcess("main", variables))
  const url = String((await main.logged("listening")).url)
  const api = supertest(url)
  await api.post("/init").send({ users: 2 })
  const resources = started.move()
  return {
    url,
    api,
    main,
    post: async (path: string, body: string) => api.post(path).type("json").send(body),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** What no answer to bad input may leave in the log: a stack, SQL, or more than information. */
export function complaintsOf({ main }: Pick<Awaited<ReturnType<typeof startGuardedApi>>, "main">) {
  const leak = /\\n +at |node_modules|SELECT |INSERT |UPDATE /
  const lines = main.lines().filter((line) => line["level"] !== "info" || leak.test(JSON.stringify(line)))
  return { lines, errors: main.errors() }
}
