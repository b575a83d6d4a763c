// A hundred buyers for fifty tickets: half of them must be refused.
import http from "k6/http"

export const options = {
  scenarios: { rush: { executor: "shared-iterations", vus: 10, iterations: 100 } },
}

export default function () {
  http.post(`${__ENV.BASE_URL}/checkout`, null, { tags: { name: "checkout" } })
}
