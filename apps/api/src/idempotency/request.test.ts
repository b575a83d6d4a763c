import { describe, expect, it } from "vitest"
import { requestHash } from "./request.ts"

const hash = (body: unknown, url = "/orders") => requestHash("POST", url, body)

describe("the hash of a request", () => {
  it("is the same for every order of names", () => {
    expect(hash({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(hash({ b: [{ d: 3, c: 2 }], a: 1 }))
  })

  it.each([
    [{ a: 1 }, { a: "1" }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: null }, {}],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
    [{}, undefined],
  ])("distinguishes %o from %o", (one, other) => {
    expect(hash(one)).not.toBe(hash(other))
  })

  it("stays what rows of earlier versions hold", () => {
    const body: unknown = JSON.parse(
      '{"b":{"10":1,"9":2,"a":[{"z":1,"y":null}]},"__proto__":{"z":1,"b":2},"a":"ü"}',
    )
    expect(hash(body)).toBe("bd887daa-078b-8a27-8840-82b846261a70")
  })

  it("counts path and query", () => {
    expect(hash({}, "/coupons?userId=1")).not.toBe(hash({}, "/coupons?userId=2"))
  })
})
