import type { Violation } from "../checks/violation.ts"
import type { Http } from "../client/http.ts"
import type { Journal } from "../client/journal.ts"
import type { Visit } from "../client/load.ts"
import type { Sender } from "../client/sender.ts"
import type { Shop, Shopper } from "../client/shopper.ts"
import type { Random } from "../random.ts"
import type { Database } from "../rig/database.ts"
import type { Program } from "../rig/program.ts"
import type { Rig } from "../rig/rig.ts"
import type { Wiring } from "../rig/wiring.ts"
import type { Pace } from "../trial/pace.ts"

/** What a fault finds when it strikes: a shop under load. */
export type Site = {
  rig: Rig
  database: Database
  http: Http
  sender: Sender
  journal: Journal
  shop: Shop
  shoppers: readonly Shopper[]
  random: Random
  pace: Pace
  signal: AbortSignal
  /** Waits; rejects when the run is interrupted. */
  wait: (ms: number) => Promise<void>
  /** Does harm and undoes it; answers when what it hit was back, in ms since the epoch. */
  injure: (harm: () => Promise<number>) => Promise<void>
  /** Repeats as often as the fault asks for, or as long as the pace allows; each round begins with the service back. */
  rounds: (wanted: number, round: (index: number) => Promise<void>) => Promise<void>
  /** As long as the fault asks for, or as the pace allows. */
  hold: (wantedMs: number) => Promise<void>
  /** Waits until every kind of request is served again, as far as it ever is. */
  untilServed: () => Promise<void>
  /** Waits until the balancer sends requests to that process. */
  untilSeen: (api: Program) => Promise<void>
  /** Tells about a promise that was broken before everybody's eyes. */
  accuse: (detail: string) => void
  /** Figures for the report. */
  note: (figures: Record<string, number | string>) => void
}

/** What POST /init gets; see the contract of the API. */
export type Seed = Partial<
  Record<"users" | "products" | "price" | "stock" | "policies" | "couponsPerPolicy" | "perUserLimit", number>
>

export type Fault = {
  name: string
  title: string
  wiring?: Wiring
  /** Needs a file system of its own, of that size. */
  diskMb?: number
  seed?: Seed | ((pace: Pace) => Seed)
  /** What customers do meanwhile. */
  visit?: Visit
  /** Neither load nor prober: the fault sends all that is sent. */
  quiet?: boolean
  /** New requests have to be answered within this while the injury lasts; undefined makes no promise. */
  promptLimitMs?: number
  /** Services that this fault makes end by themselves. */
  mayDie?: readonly string[]
  inject: (site: Site) => Promise<void>
  /** What has to hold besides, after recovery. */
  check?: (site: Site) => Promise<Violation[]>
}
