import { expect, it } from "vitest"
import { answer } from "./rpc.ts"

const request = (method: string, id = 7) => JSON.stringify({ jsonrpc: "2.0", id, method, params: { a: 1 } })

it("answers a request under its id, with objects where the engine has maps", async () => {
  const calls: unknown[] = []
  const messages = await answer(request("applyMigrations"), async (...call) => {
    calls.push(call)
    return new Map([["names", [new Map([["first", 1]])]]])
  })
  expect(calls).toEqual([["applyMigrations", { a: 1 }]])
  expect(messages).toEqual([{ jsonrpc: "2.0", id: 7, result: { names: [{ first: 1 }] } }])
})

it("calls a renamed method by its new name and answers an empty object for nothing", async () => {
  const messages = await answer(request("getDatabaseVersion"), async (method) => {
    expect(method).toBe("version")
  })
  expect(messages).toEqual([{ jsonrpc: "2.0", id: 7, result: {} }])
})

it("has Prisma print what the engine puts into its result", async () => {
  const result = { exitCode: 2, stdout: "CREATE TABLE" }
  const [first, last] = await answer(request("diff"), async () => result)
  expect(first).toMatchObject({ method: "print", params: { content: "CREATE TABLE" } })
  expect(last).toEqual({ jsonrpc: "2.0", id: 7, result })
})

it("passes an error on with its code", async () => {
  const messages = await answer(request("reset"), async () => {
    throw Object.assign(new Error("no such database"), { code: "P1003" })
  })
  expect(messages).toEqual([
    {
      jsonrpc: "2.0",
      id: 7,
      error: {
        code: 4466,
        message: "An error happened. Check the data field for details.",
        data: { is_panic: false, message: "no such database", error_code: "P1003" },
      },
    },
  ])
})

it("needs no answer to an empty line or to Prisma's acknowledgement", async () => {
  const call = () => Promise.reject(new Error("not called"))
  expect(await answer("", call)).toEqual([])
  expect(await answer('{"id":"print-1","jsonrpc":"2.0","result":{}}', call)).toEqual([])
})
