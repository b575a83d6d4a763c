import { assert, property, string } from "fast-check"
import { describe, expect, it } from "vitest"
import { canonicalName, Name } from "./name.ts"

const ZERO_WIDTH = "\u200b"

describe("a name", () => {
  it.each([
    ["Zoé".normalize("NFC")],
    ["Zoé".normalize("NFD")],
    [`Zo${ZERO_WIDTH}é`],
    ["\u202eZoé"],
    ["Zoé "],
    ["\u3000Zoé\u00a0"],
    ["\ufeffZoé"],
    ["Zoe\u00ad\u0301"],
    ["Zoé\ufe0f"],
    ["Zoé\u{e0041}"],
  ])("has one spelling: %j", (spelling) => {
    expect(Name.parse(spelling)).toBe("Zo\u00e9")
  })

  it("may be 100 characters once it is composed", () => {
    expect(Name.parse("é".normalize("NFD").repeat(100))).toHaveLength(100)
    expect(Name.safeParse("é".repeat(101)).success).toBe(false)
  })

  it.each(["", " ", ZERO_WIDTH, "a\nb", "a\u0000", "\u3164"])("is not %j", (text) => {
    expect(Name.safeParse(text).success).toBe(false)
  })

  it("keeps its spelling when it is spelled again", () => {
    assert(
      property(string({ unit: "binary" }), (text) => {
        expect(canonicalName(canonicalName(text))).toBe(canonicalName(text))
      }),
    )
  })
})
