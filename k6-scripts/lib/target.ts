import { fail } from "k6"
import http from "k6/http"

import { LIMITED_COUPONS_PER_POLICY, SEED_ENDPOINT } from "./outcomes.ts"
import { parseSeed } from "./settings.ts"
import type { Seed, Settings } from "./settings.ts"

/** Empties the shop and fills it again by POST /init. Ends the run (k6 exits 107) when that does not work. */
export function seedShop({ targetUrl, limited, labToken }: Settings): Seed {
  const body = limited ? { couponsPerPolicy: LIMITED_COUPONS_PER_POLICY } : {}
  const response = http.post(`${targetUrl}/init`, JSON.stringify(body), {
    headers: {
      "Content-Type": "application/json",
      ...(labToken ? { Authorization: `Bearer ${labToken}` } : {}),
    },
    tags: { name: SEED_ENDPOINT },
    responseCallback: http.expectedStatuses(200),
    responseType: "text",
  })
  if (response.status !== 200) {
    fail(`POST ${targetUrl}/init answered ${response.status || response.error}: ${response.body}`)
  }
  return parseSeed(response.json())
}
