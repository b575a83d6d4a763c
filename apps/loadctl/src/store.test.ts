import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { afterEach, beforeEach, describe, expect, it } from "vitest"

import { createStore } from "./store.ts"

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "loadctl-store-"))
})

afterEach(() => rmSync(root, { recursive: true }))

describe("createStore", () => {
  it("lists runs newest first and finds the latest that came to its load", async () => {
    const store = createStore(root)
    expect(await store.ids()).toEqual([])
    for (const id of ["20260101-000000-a-0001", "20260102-000000-a-0001"]) await store.create(id)
    expect(await store.ids()).toEqual(["20260102-000000-a-0001", "20260101-000000-a-0001"])
    await expect(store.find()).rejects.toThrow("No run that was saved here came to its load.")
    const older = await store.find("20260101-000000-a-0001")
    await older.writeJson("manifest.json", {})
    expect((await store.find()).runId).toBe(older.runId)
  })

  it("never gives two runs the same folder", async () => {
    const store = createStore(root)
    await store.create("r1")
    await expect(store.create("r1")).rejects.toThrow("EEXIST")
  })

  it("reads back what was written, plain and packed, and undefined for what was not", async () => {
    const folder = await createStore(root).create("r1")
    await folder.writeJson("plan.json", { a: 1 })
    await folder.writeGzip("samples.json.gz", [{ at: [1, 2] }])
    expect(await folder.readJson("plan.json")).toEqual({ a: 1 })
    expect(await folder.readGzip("samples.json.gz")).toEqual([{ at: [1, 2] }])
    expect(await folder.readJson("verdict.json")).toBeUndefined()
  })

  it("refuses a damaged file instead of taking it for missing", async () => {
    const folder = await createStore(root).create("r1")
    writeFileSync(join(folder.path, "verdict.json"), '{"verdict": "PA')
    writeFileSync(join(folder.path, "samples.json.gz"), "no archive")
    const damaged = { exitCode: 2, message: expect.stringMatching(/is damaged: .*\S\.$/) }
    await expect(folder.readJson("verdict.json")).rejects.toMatchObject(damaged)
    await expect(folder.readGzip("samples.json.gz")).rejects.toMatchObject(damaged)
  })

  it("finds no run outside of its folder", async () => {
    await expect(createStore(root).find("../..")).rejects.toThrow("There is no run ../..")
  })
})
