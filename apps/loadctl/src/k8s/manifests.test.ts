import { describe, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"

import { renderManifests } from "./manifests.ts"

const run = {
  runId: "20261122-181530-flow_300vus-3f9a",
  parallelism: 4,
  archive: Buffer.from("a tar"),
  image: "grafana/k6:2.2.0",
  influx: { url: "http://influxdb.load:8086/", database: "k6" },
}

describe("renderManifests", () => {
  it("makes a ConfigMap of the script and a TestRun that shares its load", () => {
    const [map, test] = parseAllDocuments(renderManifests(run)).map((document): unknown => document.toJS())
    const name = "loadctl-20261122-181530-flow-300vus-3f9a"
    expect(map).toMatchObject({
      kind: "ConfigMap",
      metadata: { name },
      binaryData: { "archive.tar": "YSB0YXI=" },
    })
    expect(test).toMatchObject({
      apiVersion: "k6.io/v1alpha1",
      kind: "TestRun",
      spec: {
        parallelism: 4,
        script: { configMap: { name, file: "archive.tar" } },
        arguments:
          "--tag testid=20261122-181530-flow_300vus-3f9a --no-thresholds --no-usage-report --out influxdb=http://influxdb.load:8086/k6",
        runner: { image: "grafana/k6:2.2.0" },
      },
    })
  })

  it("refuses a script that no ConfigMap can hold", () => {
    expect(() => renderManifests({ ...run, archive: Buffer.alloc(900_000) })).toThrow(
      "too large for a ConfigMap",
    )
  })
})
