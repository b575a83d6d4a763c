import http from "k6/http"

export const options = {
  scenarios: {
    visitors: { executor: "constant-arrival-rate", rate: 20, duration: "2s", preAllocatedVUs: 1, maxVUs: 1 },
  },
}

export default function visit() {
  http.get(`${__ENV.BASE_URL}/shows`, { tags: { name: "shows" } })
}
