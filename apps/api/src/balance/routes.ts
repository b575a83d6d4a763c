import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { Balance, ChargeBody, LedgerPage, LedgerPageQuery, UserPath } from "./schema.ts"
import type { Balance as BalanceService } from "./service.ts"

export const createBalanceRoutes = ({ service }: { service: BalanceService }): Route[] => [
  defineRoute({
    id: "chargeBalance",
    method: "POST",
    path: "/users/:id/balance",
    summary: "Charges a balance",
    tag: "Balance",
    input: { path: UserPath, body: ChargeBody },
    answer: { status: 201, schema: Balance, description: "The balance after the charge" },
    refusals: ["USER_NOT_FOUND", "BALANCE_LIMIT"],
    // A user who could credit their own balance would not pay.
    access: { who: "scope", scope: "shop:till", userOf: ({ path }) => path.id },
    idempotentAs: "charge",
    handle: ({ path, body }, request) => service.charge(path.id, body.amount, request),
  }),
  defineRoute({
    id: "getBalance",
    method: "GET",
    path: "/users/:id/balance",
    summary: "The balance of a user",
    tag: "Balance",
    input: { path: UserPath },
    answer: { status: 200, schema: Balance, description: "The current balance" },
    refusals: ["USER_NOT_FOUND"],
    access: { who: "owner", userOf: ({ path }) => path.id },
    handle: ({ path }) => service.find(path.id),
  }),
  defineRoute({
    id: "listLedgerEntries",
    method: "GET",
    path: "/users/:id/balance/history",
    summary: "The ledger of a user, newest first",
    tag: "Balance",
    input: { path: UserPath, query: LedgerPageQuery },
    answer: { status: 200, schema: LedgerPage, description: "A page of entries" },
    refusals: ["USER_NOT_FOUND"],
    access: { who: "owner", userOf: ({ path }) => path.id },
    handle: ({ path, query }) => service.history(path.id, query),
  }),
]
