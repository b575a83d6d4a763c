import { sleep } from "k6"
import http from "k6/http"

export const options = { scenarios: { visitors: { executor: "constant-vus", vus: 2, duration: "2m" } } }

const PATIENCE_S = Number(__ENV.PATIENCE_S || 0)

export default function wait() {
  http.get(`${__ENV.BASE_URL}/shows`, { tags: { name: "shows" } })
}

export function teardown() {
  if (PATIENCE_S === 0) return
  http.get(`${__ENV.BASE_URL}/closing`)
  sleep(PATIENCE_S)
}
