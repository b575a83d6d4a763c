import { expect, it } from "vitest"

import { urlBelow } from "./url.ts"

it.each([
  ["http://h:1", "/ready", "http://h:1/ready"],
  ["http://h/v1", "/ready", "http://h/v1/ready"],
  ["http://h/v1/", "/audit?full=1", "http://h/v1/audit?full=1"],
  ["http://u:p@h/a/b", "/", "http://u:p@h/a/b/"],
])("puts below %s the path %s", (base, path, url) => {
  expect(urlBelow(base, path).href).toBe(url)
})
