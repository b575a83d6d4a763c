import { z } from "zod"

/** An entry of the outbox; `payload` is what its writer and events/outbox.ts put there. */
export type OutboxRow = { id: string; topic: string; payload: unknown; createdAt: Date }

const WithIds = z.object({ ids: z.array(z.int()).default([]), soldOut: z.array(z.int()).default([]) })

/** The rows that the entry's events are about. Entries from before there were events name none. */
export const idsOf = ({ payload }: OutboxRow): number[] => WithIds.safeParse(payload).data?.ids ?? []

/** The products whose last unit the entry's orders took. */
export const soldOutOf = ({ payload }: OutboxRow): number[] => WithIds.safeParse(payload).data?.soldOut ?? []
