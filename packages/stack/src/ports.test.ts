import { createServer } from "node:net"
import process from "node:process"

import { expect, it } from "vitest"

import { listen } from "./listen.ts"
import { assertFree, freePort, freePorts, isFree } from "./ports.ts"

it("names the port that is taken, who holds it and the way out", async () => {
  const ports = await freePorts()
  await using holder = await listen(createServer(), ports.api)
  const check = assertFree(ports)
  await expect(check).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(
      new RegExp(`^Port ${holder.port} of api is taken by .+\\(pid ${process.pid}\\)\\.$`),
    ),
    hint: "loadctl up --port 8090, or --free-ports",
  })
})

it("accepts ports that nothing listens on", async () => {
  await expect(assertFree(await freePorts())).resolves.toBeUndefined()
})

it("picks a free port below those that Linux takes for outgoing connections", async () => {
  const port = await freePort()
  expect(port).toBeLessThan(32_768)
  expect(await isFree(port)).toBe(true)
})
