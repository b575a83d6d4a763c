import type { KeyedRequest } from "../../idempotency/request.ts"
import type { CancelCommand } from "./decide.ts"

/** An order to cancel, and the request if it carried an Idempotency-Key. */
export type CancelJob = { command: CancelCommand; request: KeyedRequest | null }
