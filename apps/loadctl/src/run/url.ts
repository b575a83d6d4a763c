/** A path of the target, below the base path that its URL may have: "/ready" of "http://h/v1" is "http://h/v1/ready". */
export function urlBelow(baseUrl: string, path: string): URL {
  const base = new URL(baseUrl)
  const below = new URL(path, base)
  below.pathname = base.pathname.replace(/\/+$/, "") + below.pathname
  return below
}
