import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard"

import { assemble } from "./assemble.ts"
import { PROMETHEUS } from "./promql.ts"
import { couponsRow } from "./shop/coupons.ts"
import { databaseRow } from "./shop/database.ts"
import { ordersRow } from "./shop/orders.ts"
import { processesRow } from "./shop/processes.ts"
import { rankingRow } from "./shop/ranking.ts"
import { webhooksRow } from "./shop/webhooks.ts"
import { requestsRow } from "./shop/requests.ts"
import type { Sla } from "./sla.ts"
import { LOAD_UID, PROMETHEUS_UID, SHOP_UID } from "./uids.ts"

/** What the API, its worker and the database are doing, from their own metrics. */
export function shopDashboard(sla: Sla): dashboard.Dashboard {
  return assemble({
    uid: SHOP_UID,
    title: "Saleproof shop",
    description: "What the API, its worker and the database are doing, from their metrics in Prometheus.",
    datasource: PROMETHEUS,
    refreshIntervals: ["5s", "10s", "30s"],
    variables: [
      new dashboard.DatasourceVariableBuilder("datasource")
        .label("Data source")
        .type("prometheus")
        .current({ text: "Prometheus", value: PROMETHEUS_UID }),
      new dashboard.QueryVariableBuilder("route")
        .label("Route")
        .datasource(PROMETHEUS)
        .query("label_values(saleproof_http_request_duration_seconds_count, route)")
        .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue(".+")
        .current({ text: "All", value: "$__all" }),
    ],
    links: [{ title: "Load test", uid: LOAD_UID }],
    rows: [requestsRow(sla), ordersRow, databaseRow, couponsRow, rankingRow, webhooksRow, processesRow],
  })
}
