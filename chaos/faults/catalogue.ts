import { malformed } from "./malformed.ts"
import { duplicates } from "./duplicates.ts"
import { connectionLimit, diskFull } from "./exhaustion.ts"
import { failover } from "./failover.ts"
import type { Fault } from "./fault.ts"
import {
  flushRedis,
  killAnything,
  killApi,
  killApiAndFlush,
  killDatabase,
  killRedis,
  killWorker,
} from "./kills.ts"
import { networkFaults } from "./network.ts"
import { oldRedis, redisFull, stallRedis } from "./redis.ts"
import { lastUnit, oneBalance, oneCoupon } from "./races.ts"
import { rollingRestarts, terminations } from "./restarts.ts"
import { sellUnderKills } from "./selling.ts"
import { endSessions } from "./sessions.ts"
import { databaseSettings } from "./settings.ts"
import { stallApi, stallApiAndFlush, stallWorker } from "./stalls.ts"

/** Every fault there is, in the order in which they are inflicted. */
export const FAULTS: readonly Fault[] = [
  killDatabase,
  killApi,
  killWorker,
  killRedis,
  flushRedis,
  killApiAndFlush,
  killAnything,
  sellUnderKills,
  ...networkFaults,
  stallApi,
  stallApiAndFlush,
  stallWorker,
  stallRedis,
  redisFull,
  oldRedis,
  endSessions,
  databaseSettings,
  duplicates,
  malformed,
  terminations,
  rollingRestarts,
  connectionLimit,
  diskFull,
  failover,
  lastUnit,
  oneBalance,
  oneCoupon,
]
