import { isIPv6 } from "node:net"

/**
 * The network whose requests are counted together: an IPv4 address, or the /64 of an IPv6 address, of which one line
 * usually has all.
 */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (mapped !== undefined) return mapped
  if (!isIPv6(address)) return address
  const [head = "", tail] = address.replace(/%.*$/, "").split("::")
  const [left, right] = [groupsOf(head), groupsOf(tail ?? "")]
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => "0")
  const network = [...left, ...zeros, ...right].slice(0, 4)
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`
}

const groupsOf = (part: string) => (part === "" ? [] : part.split(":"))
