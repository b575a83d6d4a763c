/** Names a place for good, and its order: by its key, then by who gave it, as two processes may give one key. */
export type Ticket = { key: number; room: string }

/** Kept until then, in ms since 1970; `heldBy` is who has this one place and no other. */
export type Place = Ticket & { until: number; heldBy: string | undefined }

/** The places of those who wait, in their order. */
export function createWaitingPlaces() {
  let places: Place[] = []
  const held = new Map<string, Place>()

  /** How many places are before this one. */
  function rankOf(ticket: Ticket): number {
    let low = 0
    let high = places.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = places[middle]
      if (other && isBefore(other, ticket)) low = middle + 1
      else high = middle
    }
    return low
  }

  function has(ticket: Ticket): boolean {
    const found = places[rankOf(ticket)]
    return found?.key === ticket.key && found.room === ticket.room
  }

  /** Nothing happens when it is not there. */
  function drop(ticket: Ticket): void {
    if (!has(ticket)) return
    const [{ heldBy } = { heldBy: undefined }] = places.splice(rankOf(ticket), 1)
    if (heldBy !== undefined) held.delete(heldBy)
  }

  return {
    count: () => places.length,
    rankOf,
    has,
    drop,
    /** The place that this owner holds, if there is one. */
    heldBy: (owner: string): Ticket | undefined => held.get(owner),
    /** Keeps the place longer, if it is there already. */
    keep(place: Place): void {
      drop(place)
      places.splice(rankOf(place), 0, place)
      if (place.heldBy !== undefined) held.set(place.heldBy, place)
    },
    /** Drops what was kept for those who did not come back. */
    dropBefore(at: number): void {
      const gone = places.filter(({ until }) => until < at)
      if (gone.length === 0) return
      places = places.filter(({ until }) => until >= at)
      for (const { heldBy } of gone) if (heldBy !== undefined) held.delete(heldBy)
    },
  }
}

export type WaitingPlaces = ReturnType<typeof createWaitingPlaces>

const isBefore = (a: Ticket, b: Ticket) => a.key < b.key || (a.key === b.key && a.room < b.room)
