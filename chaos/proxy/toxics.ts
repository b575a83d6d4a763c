/** What a proxy does to the traffic of one pair, in the words of Toxiproxy. */
export type Toxics = {
  /** Added to everything on its way back to the client. */
  latencyMs: number
  /** Nothing passes in either direction; what was sent meanwhile arrives late, as after a network partition. */
  blackHole: boolean
}

export const HEALTHY: Readonly<Toxics> = { latencyMs: 0, blackHole: false }

/** Which reply is never delivered: the nth chunk from the server, or the nth one that contains these bytes. */
export type ResetTrigger = { containing?: Uint8Array; nth: number }

/** PostgreSQL's answer to COMMIT: CommandComplete, its length, the tag and a zero byte. */
export const COMMIT_REPLY = Buffer.from("C\0\0\0\x0bCOMMIT\0", "latin1")
