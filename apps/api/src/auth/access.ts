import type { RefusalError } from "../errors.ts"

/** What a token may carry in its `scope` claim, separated by spaces (RFC 9068). */
export type Scope = "shop:admin" | "shop:till"

/** Who a valid token stands for, and what it allows. `subject` is the token's `sub`. */
export type Caller = { subject: string; scopes: ReadonlySet<string> }

/** Who may call a route while AUTH=jwt. `Input` is the validated input of the route. */
export type Access<Input> =
  | { who: "anyone" }
  /** Callers that LAB and LAB_TOKEN admit, whatever AUTH says. */
  | { who: "lab" }
  /** Callers with a valid token. */
  | { who: "authenticated" }
  /** Callers with a token of this scope. Without tokens, requests are counted for the user of `userOf`. */
  | { who: "scope"; scope: Scope; userOf?: (input: Input) => number }
  /** The user that the request itself names, or a token with the scope `orScope`. */
  | { who: "owner"; userOf: (input: Input) => number; orScope?: Scope }
  /** The user who placed the order that the request names, or `orScope`; to others it is answered as `missing`. */
  | {
      who: "buyer"
      buyerOf: (input: Input) => Promise<number>
      missing: (input: Input) => RefusalError
      orScope?: Scope
    }
