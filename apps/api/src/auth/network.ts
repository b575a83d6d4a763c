import { isIPv4, isIPv6 } from "node:net"

/**
 * The network whose requests are counted together: an IPv4 address, or the /64 of an IPv6 address, of which one line
 * usually has all. The port that some proxies add is left out, and what is no address at all counts as one.
 */
export function networkOf(text: string): string {
  const address = withoutPort(text)
  const [, v4 = address] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (isIPv4(v4)) return v4
  if (!isIPv6(address)) return "unknown"
  const [head = "", tail] = address.replace(/%.*$/, "").split("::")
  const [left, right] = [groupsOf(head), groupsOf(tail ?? "")]
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => "0")
  const network = [...left, ...zeros, ...right].slice(0, 4)
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`
}

function withoutPort(text: string): string {
  const [, v6, v4] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text) ?? []
  return v6 ?? v4 ?? text
}

const groupsOf = (part: string) => (part === "" ? [] : part.split(":"))
