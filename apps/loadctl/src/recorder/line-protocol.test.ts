import { describe, expect, it } from "vitest"

import { parsePoint, parseTags, piecesOf, pointsOf } from "./line-protocol.ts"

const LINE =
  'http_req_duration,method=GET,name=GET\\ /a\\,\\ b,scenario=sale url="http://x/?a=1 2",value=12.375 1790000000123456789'

describe("parsePoint", () => {
  it("reads metric, series, value and a time to the nanosecond", () => {
    expect(parsePoint(LINE, 1_790_000_000)).toEqual({
      metric: "http_req_duration",
      tagSet: "method=GET,name=GET\\ /a\\,\\ b,scenario=sale",
      value: 12.375,
      ns: 123_456_789,
    })
  })

  it("reads a point without tags, and one before its epoch", () => {
    expect(parsePoint("vus value=3 1789999999999999999", 1_790_000_000)).toMatchObject({
      metric: "vus",
      tagSet: "",
      ns: -1,
    })
  })

  it("reads a point whose last tag ends in a backslash", () => {
    const line = 'http_reqs,name=a\\ b,zone=C:\\ url="http://x",value=1 1790000000000000001'
    expect(parsePoint(line, 1_790_000_000)).toMatchObject({ tagSet: "name=a\\ b,zone=C:\\", value: 1, ns: 1 })
    const plain = "http_reqs,zone=C:\\ value=1 1790000000000000001"
    expect(parsePoint(plain, 1_790_000_000)).toMatchObject({ tagSet: "zone=C:\\", value: 1 })
  })

  it("reads the value where a field comes after it, as a tag vu of the script does", () => {
    const line = 'http_reqs,name=a value=12.5,vu="3 of 4" 1790000000000000001'
    expect(parsePoint(line, 1_790_000_000)).toMatchObject({ tagSet: "name=a", value: 12.5, ns: 1 })
    expect([...pointsOf(`${line}\n${line}`)]).toEqual([line, line])
  })

  it("refuses what is no point", () => {
    expect(() => parsePoint("hello", 0)).toThrow("not a point of k6")
  })
})

describe("pointsOf", () => {
  it("takes a name with a newline, which k6 does not escape, as one point", () => {
    const broken = `http_reqs,name=a\nb value=1 1790000000000000001`
    expect([...pointsOf(`${LINE}\n${broken}\n${LINE}\n`)]).toEqual([LINE, broken, LINE])
  })
})

describe("piecesOf", () => {
  it("cuts a long body only where points end, wherever the newlines of names are", () => {
    const points = Array.from({ length: 5_000 }, (_, index) =>
      index % 3 === 0
        ? `http_reqs,name=${"\n".repeat(index % 97)}b value=1 179000000000000${1_000 + index}`
        : LINE,
    )
    const pieces = [...piecesOf(Buffer.from(points.join("\n"), "latin1"))]
    expect(pieces.length).toBeGreaterThan(5)
    expect(pieces.flatMap((piece) => [...pointsOf(piece)])).toEqual(points)
  })
})

describe("parseTags", () => {
  it("undoes k6's escapes and reads UTF-8 that came as bytes", () => {
    const bytes = Buffer.from('name=한글\\ \\=\\,x,tag\\ a=say "hi",url={b\\,c}').toString("latin1")
    expect(parseTags(bytes)).toEqual({ name: "한글 =,x", "tag a": 'say "hi"', url: "{b,c}" })
  })

  it("ends a value at a backslash where another tag follows", () => {
    expect(parseTags("name=C:\\,proto=HTTP/1.1,zone=a\\,b\\=c\\")).toEqual({
      name: "C:\\",
      proto: "HTTP/1.1",
      zone: "a,b=c\\",
    })
  })
})
