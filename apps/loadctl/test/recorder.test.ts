import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { countMerged } from "../src/recorder/merged.ts"
import { readRecording } from "../src/recorder/read.ts"
import { startRecorder } from "../src/recorder/recorder.ts"

async function recordingFolder() {
  const folder = await mkdtemp(join(tmpdir(), "loadctl-recorder-"))
  return {
    file: join(folder, "samples.bin"),
    copy: join(folder, "copy.bin"),
    spoolFile: join(folder, "spool"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

const START_NS = BigInt(Math.floor(Date.now() / 1_000)) * 1_000_000_000n

function request(index: number, tags: string, ms: number): string {
  const at = START_NS + BigInt(index)
  return `http_req_duration,expected_response=true,${tags},scenario=sale,status=200 url="http://x",value=${ms} ${at}`
}

async function write(out: string, body: string): Promise<number> {
  const { origin, pathname } = new URL(out.slice("influxdb=".length))
  return (await fetch(`${origin}/write?db=${pathname.slice(1)}`, { method: "POST", body })).status
}

describe("the recorder", () => {
  it("keeps every sample exactly, and counts what InfluxDB would make one point", async () => {
    await using folder = await recordingFolder()
    await using recorder = await startRecorder({ ...folder, influx: null })
    const lines = [request(1, "name=a", 1.25), request(1, "name=a", 2.5), request(2, "name=b", 1 / 3)]
    expect(await write(recorder.out, `${lines.join("\n")}\n`)).toBe(204)
    expect(await write(recorder.out, `iterations,scenario=sale value=1 ${START_NS}\n`)).toBe(204)
    const { totals, broken } = await recorder.finish(0)
    expect(broken).toBeNull()
    expect(totals).toMatchObject({ requests: 3, iterations: 1, folded: 0 })
    const recording = await readRecording(folder.file, [])
    expect(recording.totals).toEqual(totals)
    expect(recording.samples.map(({ name, ms }) => [name, [...ms]])).toEqual([
      ["a", [1.25, 2.5]],
      ["b", [1 / 3]],
    ])
    expect(await countMerged(folder.file)).toMatchObject({ http_req_duration: 1 })
  })

  it("answers nobody who does not know its address", async () => {
    await using folder = await recordingFolder()
    await using recorder = await startRecorder({ ...folder, influx: null })
    const { origin } = new URL(recorder.out.slice("influxdb=".length))
    const stranger = await fetch(`${origin}/write?db=k6`, { method: "POST", body: request(1, "name=a", 1) })
    expect(stranger.status).toBe(404)
    expect((await recorder.finish(0)).totals.requests).toBe(0)
  })

  it("leaves a prefix that can be read when it is killed, and one that ends in the middle of a chunk", async () => {
    await using folder = await recordingFolder()
    const recorder = await startRecorder({ ...folder, influx: null })
    for (const index of [1, 2, 3]) await write(recorder.out, request(index, "name=a", index))
    await recorder[Symbol.asyncDispose]()
    const whole = await readRecording(folder.file, [])
    expect([whole.totals, [...whole.samples[0]!.ms]]).toEqual([null, [1, 2, 3]])

    await copyFile(folder.file, folder.copy)
    await truncate(folder.copy, (await readFile(folder.file)).length - 5)
    expect([...(await readRecording(folder.copy, [])).samples[0]!.ms]).toEqual([1, 2])

    const flipped = await readFile(folder.file)
    // A bit of the last value, which stands before its series of 4 bytes: without the checksum it would be believed.
    flipped[flipped.length - 6]! ^= 1
    await writeFile(folder.copy, flipped)
    expect([...(await readRecording(folder.copy, [])).samples[0]!.ms]).toEqual([1, 2])
  })

  it("gives up tags that nobody judges by when the script makes too many series", async () => {
    await using folder = await recordingFolder()
    await using recorder = await startRecorder({ ...folder, influx: null, seriesCap: 10 })
    const lines = Array.from({ length: 40 }, (_, index) =>
      request(index, `name=http://x/users/${index},user=${index}`, 1),
    )
    await write(recorder.out, lines.join("\n"))
    const { totals } = await recorder.finish(0)
    expect(totals).toMatchObject({ requests: 40, folded: 30 })
    const { samples } = await readRecording(folder.file, [])
    expect(samples.map(({ name, ms }) => [name, ms.length])).toEqual([["http://x/users/:id", 40]])
  })

  it("says so when what it is sent is none of k6's, and ends the recording there", async () => {
    await using folder = await recordingFolder()
    await using recorder = await startRecorder({ ...folder, influx: null })
    await write(recorder.out, "hello\n")
    expect(recorder.broken.aborted || (await recorder.finish(0)).broken).toBeTruthy()
  })
})
