import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const PRODUCTS = "apps/api/src/administration/products.ts"

const ADMINISTRATION = "apps/api/test/administration.test.ts"
const ORDER_ADMISSION = "apps/api/test/order-admission.test.ts"
const ROLES = "apps/api/test/roles.test.ts"

/** Guards of who may do what, and of what operators change. */
export const ADMINISTRATION_BUGS: Bug[] = [
  bug("scope-not-asked", "who lacks a route's scope is refused")
    .replacing("apps/api/src/auth/guard.ts", "if (!scopes.has(scope)) throw", "if (scopes.size < 0) throw")
    .caughtBy("apps/api/test/auth.test.ts", "with AUTH=jwt every route > POST /admin/products refuses every"),
  bug("user-credits-himself", "a user cannot credit a balance")
    .replacing(
      "apps/api/src/balance/routes.ts",
      `access: { who: "scope", scope: "shop:till", userOf: ({ path }) => path.id },`,
      `access: { who: "owner", userOf: ({ path }) => path.id, orScope: "shop:till" },`,
    )
    .caughtBy(ROLES, "with tokens, whatever LAB says > a user cannot credit"),
  bug("lookup-creates-user", "outside a lab looking up a name creates nobody")
    .replacing("apps/api/src/services.ts", `createsUnknown: env.AUTH === "none"`, "createsUnknown: true")
    .caughtBy(ROLES, "with tokens, whatever LAB says > looking up a name"),
  bug("anonymous-unlimited", "callers without a valid token are limited by address")
    .replacing(
      "apps/api/src/auth/authentication.ts",
      `: await ofAddress(res, networkOf(req.ip ?? "unknown"))`,
      ": true",
    )
    .caughtBy("apps/api/test/rate-limit.test.ts", "a limit of requests per address > refuses whoever"),
  bug("callers-unlimited", "a caller is limited on public routes, too")
    .replacing(
      "apps/api/src/auth/authentication.ts",
      "? await ofCaller(res, authenticated.caller.subject)",
      "? true",
    )
    .caughtBy(
      "apps/api/test/rate-limit.test.ts",
      "a limit of requests per caller > counts what needs no token",
    ),
  bug("room-by-another-spelling", "an order needs room, however its path is spelled")
    .replacing("apps/api/src/http/order-admission.ts", "/^\\/orders\\/?$/i", "/^\\/orders$/")
    .caughtBy(ORDER_ADMISSION, "an order needs room, however its path is spelled"),
  bug("room-without-token", "who has no valid token takes no room")
    .replacing(
      "apps/api/src/http/order-admission.ts",
      `if (authenticated && "refusal" in authenticated) return next()`,
      "",
    )
    .replacing(
      "apps/api/src/http/order-admission.ts",
      "authenticated ? waiterOf(authenticated.caller) : ANYBODY",
      `authenticated && "caller" in authenticated ? waiterOf(authenticated.caller) : ANYBODY`,
    )
    .caughtBy(ORDER_ADMISSION, "who has no valid token takes no room"),
  bug("place-of-another", "a place in the waiting room is its caller's alone")
    .replacing("apps/api/src/http/waiting-token.ts", "`${text}\\n${owner}`", "text")
    .caughtBy(ORDER_ADMISSION, "a place in the waiting room is its caller's alone"),
  bug("restock-unjournaled", "every restock is an entry in the journal")
    .replacing(PRODUCTS, "), entry AS (${entry})", ")")
    .caughtBy("apps/api/test/journal.test.ts", "the journal > says who changed what"),
  bug("restock-below-zero", "no more units are taken off than there are")
    .replacing(PRODUCTS, "AND stock + ${added} >= 0 ", "")
    .dropping("products.products_stock_check")
    .caughtBy(ADMINISTRATION, "a restock > adds units"),
  bug("stocked-without-restock", "what was restocked counts as put in")
    .replacing(PRODUCTS, ", stocked = stocked + ${added}\n", "\n")
    .dropping("products.products_stock_check")
    .caughtBy(ADMINISTRATION, "a restock > adds units"),
  bug("change-twice", "a change with an Idempotency-Key happens once")
    .replacing("apps/api/src/administration/commit.ts", "runOnce(db, request, run)", "runOnce(db, null, run)")
    .caughtBy(ADMINISTRATION, "an Idempotency-Key > makes every change"),
  bug("closed-policy-gives", "a closed policy gives no coupons")
    .replacing("apps/api/src/coupons/decide-claims.ts", "if (policy.closed || ", "if (")
    .caughtBy(ADMINISTRATION, "a coupon policy > that is closed"),
]
