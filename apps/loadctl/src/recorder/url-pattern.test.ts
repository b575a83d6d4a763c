import { describe, expect, it } from "vitest"

import { foldNames, patternOf } from "./url-pattern.ts"

const fold = (names: string[], kept: string[] = []) => foldNames(names, new Set(kept))

describe("patternOf", () => {
  it.each([
    ["http://h/users/17?page=2", "http://h/users/:id"],
    ["http://h/orders/3f2504e0-4f89-11d3-9a0c-0305e82c3301/items", "http://h/orders/:id/items"],
    ["http://h/v2/users", "http://h/v2/users"],
    ["GET /users/17", "GET /users/17"],
  ])("makes of %s %s", (name, pattern) => {
    expect(patternOf(name)).toBe(pattern)
  })
})

describe("foldNames", () => {
  it("makes one row of URLs that differ by an id or by too many words", () => {
    const urls = Array.from({ length: 50 }, (_, index) => [
      `http://h/users/${index}`,
      `http://h/shop/word-x${index}/view`,
    ])
    expect([...new Set(fold(urls.flat()).values())]).toEqual(["http://h/users/:id", "http://h/shop/:id/view"])
  })

  it("leaves alone a few words, names that are no URLs, what the SLA names, and a URL on its own", () => {
    const names = [
      "http://h/a",
      "http://h/b",
      "5_create_order",
      "http://h/users/1",
      "http://h/users/2",
      "http://h/x/9",
    ]
    expect([...fold(names, ["http://h/users/1"])]).toEqual([
      ["http://h/a", "http://h/a"],
      ["http://h/b", "http://h/b"],
      ["5_create_order", "5_create_order"],
      ["http://h/users/1", "http://h/users/1"],
      ["http://h/users/2", "http://h/users/2"],
      ["http://h/x/9", "http://h/x/9"],
    ])
  })
})
