import type { startApi } from "./api.ts"

type Administered = Pick<Awaited<ReturnType<typeof startApi>>, "services">

/** Changes how many coupons a policy gives, as PATCH /admin/policies/:id does; rejects when it is refused. */
export const createChangeTotal =
  ({ services }: Administered) =>
  (policyId: number, total: number) =>
    services.administration.policies.change(policyId, { total }, { request: null, by: null })
