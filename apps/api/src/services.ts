import { createChangeCommit } from "./administration/commit.ts"
import { createJournal } from "./administration/journal.ts"
import { createPolicyAdministration } from "./administration/policies.ts"
import { createProductAdministration } from "./administration/products.ts"
import { createOverview } from "./admin-page/overview.ts"
import { createAudit } from "./audit/service.ts"
import { createBalance } from "./balance/service.ts"
import { createCoupons } from "./coupons/service.ts"
import { createWaitingClaims } from "./coupons/waiting.ts"
import type { Deps } from "./deps.ts"
import type { Env } from "./env.ts"
import { createLab } from "./lab/service.ts"
import { createOrders } from "./orders/service.ts"
import type { Orders } from "./orders/service.ts"
import { createOrderMetrics } from "./orders/order-metrics.ts"
import { createProducts } from "./products/service.ts"
import { createRankingCheck } from "./rankings/check.ts"
import { createRankingDrift } from "./rankings/drift.ts"
import { addServedGauge } from "./rankings/gauges.ts"
import { createLiveRanking } from "./rankings/live.ts"
import { createRankings } from "./rankings/service.ts"
import { addWaitingGauges } from "./shop/gauges.ts"
import type { Tracing } from "./telemetry/tracing.ts"
import { createUserCreation } from "./users/create-user.ts"
import { createUsers } from "./users/service.ts"
import { reachOf } from "./webhooks/reach.ts"
import { createWebhooks } from "./webhooks/service.ts"

/** Everything the API can do, made of what it is given. */
export function createServices(deps: Deps, env: Env) {
  const { readDb, writeDb, rankingDb, auditDb, redis, epochWatch, clock, metrics, tracing } = deps
  const orderMetrics = createOrderMetrics(metrics)
  addWaitingGauges({ ...deps, waiting: createWaitingClaims({ db: readDb }) })
  const onRetry = (sqlstate: string) => metrics.retries.labels(sqlstate).inc()
  const users = createUsers({
    db: readDb,
    epochWatch,
    maxQueued: env.MAX_IN_FLIGHT,
    createsUnknown: env.AUTH === "none",
  })
  const rankings = createRankings({ db: rankingDb, redis, clock, maxQueued: env.MAX_IN_FLIGHT })
  addServedGauge({ rankings, metrics })
  const drift = createRankingDrift({ db: rankingDb, redis, clock })
  const commit = createChangeCommit({ db: writeDb })
  const products = createProducts({ db: readDb })
  const audit = createAudit({ ...deps, db: auditDb, live: [createRankingCheck({ drift })] })
  return {
    users,
    createUser: createUserCreation({ commit }),
    administration: {
      products: createProductAdministration({ commit }),
      policies: createPolicyAdministration({ ...deps, commit }),
      journal: createJournal({ db: readDb }),
    },
    products,
    rankings,
    balance: createBalance({ readDb, writeDb, onRetry, maxQueued: env.MAX_IN_FLIGHT }),
    orders: traced(
      tracing,
      createOrders({
        readDb,
        writeDb,
        redis,
        onRetry,
        strategy: env.ORDER_STRATEGY,
        writers: env.DB_WRITE_POOL,
        maxQueued: env.MAX_QUEUED_ORDERS,
        cancelWindowMs: env.CANCEL_WINDOW,
        orderMetrics: tracing ? tracing.traceCommits(orderMetrics) : orderMetrics,
        observe: ({ size, waitedMs }) => {
          metrics.orderBatchSize.observe(size)
          metrics.orderWaitSeconds.observe(waitedMs / 1_000)
        },
      }),
    ),
    coupons: createCoupons({ ...deps, users, maxQueued: env.MAX_IN_FLIGHT }),
    webhooks: createWebhooks({ readDb, commit, reach: reachOf(env) }),
    audit,
    overview: createOverview({ db: readDb, products, rankings, audit, metrics }),
    lab: createLab({ ...deps, db: writeDb, live: createLiveRanking({ ...deps, db: rankingDb }) }),
  }
}

const traced = (tracing: Tracing | undefined, orders: Orders): Orders =>
  tracing ? { ...orders, place: tracing.tracePlacing(orders.place) } : orders

export type Services = ReturnType<typeof createServices>
