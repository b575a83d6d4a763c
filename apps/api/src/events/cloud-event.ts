import type { EventType } from "./types.ts"

const SOURCE = "urn:saleproof:shop"

/** Something that happened. `id` is the same in each delivery; `partitionKey` is what events are in order for. */
export type ShopEvent = {
  id: string
  type: EventType
  subject: string
  partitionKey: string
  time: Date
  data: object
}

/** The event as structured CloudEvents 1.0 JSON. `partitionkey` is their partitioning extension. */
export function cloudEvent({ id, type, subject, partitionKey, time, data }: ShopEvent): string {
  return JSON.stringify({
    specversion: "1.0",
    id,
    source: SOURCE,
    type,
    subject,
    time: time.toISOString(),
    partitionkey: partitionKey,
    datacontenttype: "application/json",
    data,
  })
}
