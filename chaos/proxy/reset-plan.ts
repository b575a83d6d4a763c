import type { ResetTrigger } from "./toxics.ts"

/** Waits for the reply that a trigger picks, over all connections of a proxy, and fires once. */
export function createResetPlan() {
  let trigger: ResetTrigger | undefined
  let seen = 0
  let fired = Promise.withResolvers<void>()

  return {
    trigger: () => trigger,
    /** Resolves when the reply was picked. */
    arm(next: ResetTrigger): Promise<void> {
      trigger = next
      seen = 0
      fired = Promise.withResolvers()
      return fired.promise
    },
    disarm: () => (trigger = undefined),
    /** Takes note of replies that count; true for the one that must not be delivered. */
    take(count: number): boolean {
      seen += count
      if (!trigger || seen < trigger.nth) return false
      trigger = undefined
      fired.resolve()
      return true
    },
  }
}

export type ResetPlan = ReturnType<typeof createResetPlan>
