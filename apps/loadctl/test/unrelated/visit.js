import http from "k6/http"
import { check } from "k6"

const BASE = __ENV.BASE_URL || "http://127.0.0.1:3000"

export const options = {
  tags: { stage: "evening" },
  scenarios: { visitors: { executor: "per-vu-iterations", vus: 4, iterations: 15, maxDuration: "20s" } },
}

export default function visit() {
  const shows = http.get(`${BASE}/shows`, { tags: { name: "shows" } })
  check(shows, { "there is a show": (r) => r.status === 200 && r.json("shows").length > 0 })
  http.post(`${BASE}/tickets`, null, { tags: { name: "buy" } })
}
