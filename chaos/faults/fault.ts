import type { Violation } from "../checks/violation.ts"
import type { Http } from "../client/http.ts"
import type { Journal } from "../client/journal.ts"
import type { Visit } from "../client/load.ts"
import type { Sender } from "../client/sender.ts"
import type { Shop, Shopper } from "../client/shopper.ts"
import type { Random } from "../random.ts"
import type { Database } from "../environment/database.ts"
import type { Program } from "../environment/program.ts"
import type { Environment } from "../environment/environment.ts"
import type { Replication } from "../environment/standby.ts"
import type { Topology } from "../environment/topology.ts"
import type { Pace } from "../experiment/pace.ts"

/** One fault against one environment under load. */
export type Experiment = {
  environment: Environment
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
  /** Injects a fault and removes it; answers when its target was back, in ms since the epoch. */
  inject: (apply: () => Promise<number>) => Promise<void>
  /** Repeats as often as the fault asks for, or as long as the pace allows; each round begins with the service back. */
  rounds: (wanted: number, round: (index: number) => Promise<void>) => Promise<void>
  /** As long as the fault asks for, or as the pace allows. */
  hold: (wantedMs: number) => Promise<void>
  /** Waits until every kind of request is served again, as far as it ever is. */
  untilServed: () => Promise<void>
  /** Waits until the balancer sends requests to that process. */
  untilRouted: (api: Program) => Promise<void>
  /** Records a violation that the fault itself observed. */
  reportViolation: (detail: string) => void
  /** Figures for the report. */
  note: (figures: Record<string, number | string>) => void
}

/** What watches an experiment from outside. */
export type Observer = {
  /** After recovery: what did not hold. */
  check: () => Promise<Violation[]>
  stop: () => Promise<void>
}

/** What POST /init gets; see the contract of the API. */
export type Seed = Partial<
  Record<"users" | "products" | "price" | "stock" | "policies" | "couponsPerPolicy" | "perUserLimit", number>
>

export type Fault = {
  name: string
  title: string
  topology?: Topology
  /** Needs a file system of its own, of that size. */
  diskMb?: number
  /** Needs a standby that follows the database, and uses it up. */
  replication?: Replication
  seed?: Seed | ((pace: Pace) => Seed)
  /** What each shopper does during the fault. */
  visit?: Visit
  /** Neither load nor prober: the fault sends all that is sent. */
  quiet?: boolean
  /** New requests have to be answered within this while the injection lasts; undefined makes no promise. */
  promptLimitMs?: number
  /** Services that this fault makes end by themselves. */
  mayExit?: readonly string[]
  /** Watches from before the load until after recovery. */
  observe?: (experiment: Experiment) => Promise<Observer>
  run: (experiment: Experiment) => Promise<void>
  /** What has to hold besides, after recovery. */
  check?: (experiment: Experiment) => Promise<Violation[]>
}
