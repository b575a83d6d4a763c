import http from "k6/http"
import { check, sleep } from "k6"

export const options = {
  scenarios: {
    readers: { executor: "constant-vus", vus: 4, duration: "4s", exec: "read" },
  },
}

const BASE = __ENV.BASE_URL || "http://127.0.0.1:3000"

export function read() {
  const titles = http.get(`${BASE}/titles`, { tags: { name: "titles" } })
  check(titles, { "there are titles": (r) => r.status === 200 && r.json().length > 0 })
  http.post(`${BASE}/orders`, JSON.stringify({ book: 1 }), { tags: { name: "order" } })
  sleep(0.1)
}
