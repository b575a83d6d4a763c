import { lookup } from "node:dns"
import type { LookupAddress } from "node:dns"
import { BlockList, isIP } from "node:net"
import type { LookupFunction } from "node:net"

/** Where deliveries may go: public addresses, and outside production this machine. */
export type Reach = { loopback: boolean }

const LOOPBACK = subnets([
  ["127.0.0.0", 8, "ipv4"],
  ["::1", 128, "ipv6"],
])

// IANA's special-purpose registries, and multicast.
const SPECIAL = subnets([
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.0.2.0", 24, "ipv4"],
  ["192.88.99.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["198.51.100.0", 24, "ipv4"],
  ["203.0.113.0", 24, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["2001::", 23, "ipv6"],
  ["2001:db8::", 32, "ipv6"],
  ["2002::", 16, "ipv6"],
  ["3fff::", 20, "ipv6"],
])
// All that is assigned to the public; IPv4 in IPv6, link-local and private addresses are outside of it.
const GLOBAL_IPV6 = subnets([["2000::", 3, "ipv6"]])

function subnets(list: readonly [string, number, "ipv4" | "ipv6"][]): BlockList {
  const blocks = new BlockList()
  for (const [net, prefix, family] of list) blocks.addSubnet(net, prefix, family)
  return blocks
}

export function mayReach(address: string, { loopback }: Reach): boolean {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4"
  if (isIP(address) === 0) return false
  if (loopback && LOOPBACK.check(address, family)) return true
  if (SPECIAL.check(address, family)) return false
  return family === "ipv4" || GLOBAL_IPV6.check(address, family)
}

/** The host of a URL as an address, without the brackets of IPv6; undefined when it is a name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1")
  return isIP(bare) === 0 ? undefined : bare
}

/** The delivery leads to an address that it may not reach. */
export class AddressNotAllowedError extends Error {
  override readonly name = "AddressNotAllowedError"
}

/**
 * Resolves names for a socket and refuses those with an address that may not be reached. The socket connects to what was
 * checked, so a name that resolves to something else a moment later gains nothing.
 */
export const checkedLookup =
  (reach: Reach): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "")
      const [first] = addresses
      if (!first || !addresses.every(({ address }) => mayReach(address, reach))) {
        return callback(new AddressNotAllowedError(`${hostname} is not a public address`), "")
      }
      if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }

const RESOLVE_WITHIN_MS = 1_000

/** The addresses of a name; none when it cannot be resolved now, or not in time. */
export function resolveName(hostname: string): Promise<LookupAddress[]> {
  const { promise, resolve } = Promise.withResolvers<LookupAddress[]>()
  const late = setTimeout(() => resolve([]), RESOLVE_WITHIN_MS)
  lookup(hostname, { all: true }, (error, addresses) => {
    clearTimeout(late)
    resolve(error ? [] : addresses)
  })
  return promise
}
