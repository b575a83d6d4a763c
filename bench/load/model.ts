import { z } from "zod"

/** The input of the process of the callers. Caller i sends `requests[i % requests.length]` again and again. */
export const LoadPlan = z.object({
  url: z.url(),
  /** More processes of the same server: callers take turns with all of them. */
  moreUrls: z.array(z.url()).optional(),
  callers: z.int().min(1),
  warmUpMs: z.number(),
  measureMs: z.number(),
  /** How long a caller waits, on average, between an answer and its next request; not at all unless given. */
  pauseMs: z.number().optional(),
  /** Whether every request has an Idempotency-Key of its own. */
  keyed: z.boolean().optional(),
  /** POST unless it says otherwise. */
  requests: z
    .array(z.object({ method: z.enum(["GET", "POST"]).optional(), path: z.string(), body: z.string() }))
    .min(1),
})
export type LoadPlan = z.infer<typeof LoadPlan>
export type Requests = LoadPlan["requests"]
export type Timing = Pick<LoadPlan, "warmUpMs" | "measureMs">

const Answers = z.object({ count: z.int(), p50: z.number(), p95: z.number(), p99: z.number() })

/** Its messages: when the warm-up is over, and what it measured after. Latencies in ms. */
export const LoadEvent = z.union([
  z.object({ event: z.literal("warm") }),
  z.object({
    event: z.literal("done"),
    accepted: Answers,
    /** Answered 200 or 201 since the first request, warm-up included. */
    acceptedEver: z.int(),
    /** Answered 503. */
    refused: Answers,
    /** Any other status, or a connection that broke. */
    failed: z.int(),
  }),
])
export type LoadEvent = z.infer<typeof LoadEvent>
export type LoadResult = Extract<LoadEvent, { event: "done" }>
