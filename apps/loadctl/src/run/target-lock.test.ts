import { expect, it } from "vitest"

import { lockTarget } from "./target-lock.ts"

const PORT = 20_000 + (process.pid % 20_000)

it("keeps a target for one run by whichever name of this machine, and says who has it", async () => {
  const held = await lockTarget(`http://localhost:${PORT}/v1/`, "run a")
  for (const name of ["127.0.0.1", "127.0.0.2", "[::1]", "[::ffff:127.0.0.1]"])
    await expect(lockTarget(`http://${name}:${PORT}/v1`, "run b")).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining(
        `under the load of another run on this machine (run a, process ${process.pid})`,
      ),
    })
  await held[Symbol.asyncDispose]()
  await using again = await lockTarget(`http://127.0.0.1:${PORT}/v1`, "run b")
  expect(again).toBeDefined()
})

it("takes a name that does not resolve for itself", async () => {
  await using one = await lockTarget(`http://no-such-host.invalid:${PORT}`, "run a")
  expect(one).toBeDefined()
})

it("leaves other ports and other base paths alone", async () => {
  await using one = await lockTarget(`http://127.0.0.1:${PORT}/v1`, "run a")
  await using other = await lockTarget(`http://127.0.0.1:${PORT}/v2`, "run b")
  await using next = await lockTarget(`http://127.0.0.1:${PORT + 1}/v1`, "run c")
  expect([one, other, next]).toHaveLength(3)
})
