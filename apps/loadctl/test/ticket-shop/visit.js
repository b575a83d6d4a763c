import http from "k6/http"

export function visit() {
  http.get(`${__ENV.BASE_URL}/shows`, { tags: { name: "shows" } })
  http.post(`${__ENV.BASE_URL}/tickets`, null, { tags: { name: "buy" } })
}
