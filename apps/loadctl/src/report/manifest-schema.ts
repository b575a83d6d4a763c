import { z } from "zod"

const share = (what: string) =>
  z.number().min(0).max(1).nullable().describe(`${what}, 0 to 1; null where unknown`)

/** The part of the document that is needed to repeat a run. */
export const ManifestDocument = z.strictObject({
  schema: z.literal("saleproof.manifest/1"),
  versions: z.strictObject({ loadctl: z.string(), k6: z.string().nullable(), node: z.string() }),
  git: z.strictObject({ commit: z.string(), dirty: z.boolean() }).nullable(),
  hashes: z
    .strictObject({ script: z.string().nullable(), sla: z.string() })
    .describe("SHA-256 of the script with what it imports, and of the SLA"),
  seed: z
    .strictObject({
      method: z.string(),
      path: z.string(),
      body: z.record(z.string(), z.unknown()).nullable(),
    })
    .nullable(),
  seeded: z.unknown().describe("what the target answered, as far as the script sees it"),
  warmUp: z
    .strictObject({
      scenario: z.string(),
      iterations: z.int(),
      seconds: z.number(),
      k6ExitCode: z.int().nullable(),
    })
    .nullable(),
  target: z.string(),
  influx: z.string().nullable(),
  apiEnv: z.record(z.string(), z.string()),
  k6Env: z.record(z.string(), z.string()),
  machine: z.strictObject({ cpu: z.string(), cores: z.int(), memoryBytes: z.int(), os: z.string() }),
  cpu: z
    .strictObject({
      k6: share("k6's part of the CPU"),
      busy: share("of the CPU in use"),
      steal: share("of the CPU that the hypervisor took"),
      generator: z
        .strictObject({
          processors: z.number().describe("that k6 may use, by affinity and quota"),
          k6: share("k6's part of them"),
          busy: share("of them in use"),
          waited: z
            .number()
            .nullable()
            .optional()
            .describe("how long k6 waited for them, for each second that it ran; null where all are its own"),
        })
        .optional(),
    })
    .nullable(),
})
