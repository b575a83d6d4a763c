import { expect, it } from "vitest"
import { networkOf } from "./network.ts"

it.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:0:1:a:b:c:d", "2001:db8:0:1::/64"],
  ["2001:DB8:0:01::7", "2001:db8:0:1::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["192.0.2.7:54321", "192.0.2.7"],
  ["[2001:db8:0:1::7]:443", "2001:db8:0:1::/64"],
  ["[::ffff:192.0.2.7]", "192.0.2.7"],
  ["192.0.2.700", "unknown"],
  ["unknown", "unknown"],
  ["_gazonk", "unknown"],
  ["", "unknown"],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network)
})
