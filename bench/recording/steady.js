import { check } from "k6"
import http from "k6/http"

export const options = {
  scenarios: {
    sale: {
      executor: "constant-arrival-rate",
      rate: 2000,
      duration: __ENV.DURATION,
      preAllocatedVUs: 100,
      maxVUs: 400,
    },
  },
  discardResponseBodies: true,
}

// oxlint-disable-next-line import/no-default-export -- the entry that k6 looks for
export default function request() {
  const answer = http.get(__ENV.TARGET_URL, { tags: { name: "order" } })
  check(answer, { "is 200": (one) => one.status === 200 })
}
