import { stringify } from "yaml"

import { usageError } from "../errors.ts"
import { judgeManifests } from "./judge.ts"
import { ARCHIVE, loadManifest } from "./load.ts"
import { metadataOf, resourceName } from "./model.ts"
import type { DistributedRun } from "./model.ts"

// Kubernetes' limit for all of a ConfigMap.
const CONFIG_MAP_BYTES = 1_048_576

/**
 * The ConfigMap with the script, what runs it with its load shared out, and the Job that judges all instances as one
 * run and fails when the verdict does.
 */
export function renderManifests(run: DistributedRun): string {
  const name = resourceName(run.runId)
  const content = run.archive.toString("base64")
  if (content.length > CONFIG_MAP_BYTES * 0.95) {
    throw usageError(
      `The script's archive is too large for a ConfigMap: ${content.length.toLocaleString("en-US")} bytes.`,
    )
  }
  const documents = [
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadataOf(name), binaryData: { [ARCHIVE]: content } },
    loadManifest(name, run),
    ...judgeManifests(name, run),
  ]
  return documents.map((document) => stringify(document, { lineWidth: 0 })).join("---\n")
}
