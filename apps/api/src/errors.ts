/** Every refusal of the API: its code is the contract, its status follows from the code. */
export const REFUSALS = {
  BAD_REQUEST: { status: 400, title: "The request is not valid" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: "The body must be application/json" },
  PAYLOAD_TOO_LARGE: { status: 413, title: "The body is too large" },
  POLICY_NOT_OPEN: { status: 400, title: "The coupon policy is outside its time window" },
  UNAUTHORIZED: { status: 401, title: "A valid token is needed" },
  FORBIDDEN: { status: 403, title: "The token does not permit this" },
  NOT_FOUND: { status: 404, title: "There is nothing here" },
  METHOD_NOT_ALLOWED: { status: 405, title: "This path does not answer that method" },
  USER_NOT_FOUND: { status: 404, title: "No such user" },
  PRODUCT_NOT_FOUND: { status: 404, title: "No such product" },
  POLICY_NOT_FOUND: { status: 404, title: "No such coupon policy" },
  COUPON_NOT_FOUND: { status: 404, title: "No such coupon" },
  WEBHOOK_NOT_FOUND: { status: 404, title: "No such webhook" },
  WEBHOOK_LIMIT_REACHED: { status: 409, title: "There are as many webhooks as there may be" },
  ORDER_NOT_FOUND: { status: 404, title: "No such order" },
  OUT_OF_STOCK: { status: 409, title: "Not enough stock" },
  INSUFFICIENT_BALANCE: { status: 409, title: "The balance is too low" },
  BALANCE_LIMIT: { status: 409, title: "The balance would exceed its limit" },
  COUPON_SOLD_OUT: { status: 409, title: "The coupons of this policy are sold out" },
  COUPON_LIMIT_REACHED: { status: 409, title: "This user has all the coupons the policy allows" },
  TOTAL_BELOW_CLAIMED: { status: 409, title: "More coupons were promised than this" },
  COUPON_USED: { status: 409, title: "The coupon was used before" },
  COUPON_EXPIRED: { status: 409, title: "The coupon has expired" },
  COUPON_NOT_OWNED: { status: 409, title: "The coupon is not this user's" },
  SALE_NOT_OPEN: { status: 409, title: "The sale has not begun" },
  SALE_OVER: { status: 409, title: "The sale is over" },
  LIMIT_REACHED: { status: 409, title: "This user has all the units that the product allows" },
  CANCEL_WINDOW_OVER: { status: 409, title: "The order cannot be cancelled any more" },
  PRICE_CHANGED: { status: 409, title: "The order costs something else now" },
  NAME_TAKEN: { status: 409, title: "Another user has this name" },
  SUBJECT_TAKEN: { status: 409, title: "The subject belongs to another user" },
  STOCK_LIMIT: { status: 409, title: "The stock would exceed its limit" },
  IDEMPOTENCY_MISMATCH: { status: 422, title: "The key was used with another payload" },
  RATE_LIMITED: { status: 429, title: "Too many requests" },
  OVERLOADED: { status: 503, title: "Too busy right now" },
  UNAVAILABLE: { status: 503, title: "A part of the shop is unavailable" },
  INTERNAL: { status: 500, title: "Something went wrong here" },
} as const

export type RefusalCode = keyof typeof REFUSALS

export type RefusalOptions = {
  cause?: unknown
  /** Extra members of the problem document, e.g. the list of what is wrong. */
  extra?: Record<string, unknown>
  retryAfterSeconds?: number
}

/** A refusal to send to the client; `detail` is shown to the client, `cause` only to the log. */
export class RefusalError extends Error {
  override readonly name = "RefusalError"
  readonly code: RefusalCode
  readonly status: number
  readonly title: string
  readonly extra: Record<string, unknown>
  readonly retryAfterSeconds: number | undefined

  constructor(code: RefusalCode, detail: string, options: RefusalOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = REFUSALS[code].status
    this.title = REFUSALS[code].title
    this.extra = options.extra ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
