import type { KeyedRequest } from "../idempotency/request.ts"
import type { OrderCommand } from "./decide.ts"

/** An order to place, and its request if it carried an Idempotency-Key. */
export type OrderJob = { command: OrderCommand; request: KeyedRequest | null }
