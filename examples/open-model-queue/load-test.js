// Jobs arrive at a rate, however long the answers take: an open model.
import { check } from "k6"
import http from "k6/http"

export const options = {
  scenarios: {
    arrivals: {
      executor: "constant-arrival-rate",
      rate: Number(__ENV.RATE || 50),
      timeUnit: "1s",
      duration: "4s",
      preAllocatedVUs: 20,
    },
  },
}

export default function () {
  const job = http.post(`${__ENV.BASE_URL}/jobs`, null, { tags: { name: "submit" } })
  check(job, { accepted: (r) => r.status === 202 })
}
