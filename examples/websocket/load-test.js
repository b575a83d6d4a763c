// Each iteration asks for a room, opens a WebSocket and waits for its message to come back.
import { check } from "k6"
import http from "k6/http"
import { Counter, Trend } from "k6/metrics"
import { WebSocket } from "k6/websockets"

export const options = {
  scenarios: { chat: { executor: "per-vu-iterations", vus: 4, iterations: 10 } },
}

const echoTime = new Trend("echo_time", true)
const echoes = new Counter("echoes")

export default function () {
  const room = http.get(`${__ENV.BASE_URL}/room`, { tags: { name: "room" } })
  check(room, { "there is a room": (r) => r.status === 200 })
  const socket = new WebSocket(__ENV.BASE_URL.replace("http", "ws"), null, { tags: { name: "chat" } })
  let sentAt = 0
  socket.addEventListener("open", () => {
    sentAt = Date.now()
    socket.send("hello")
  })
  socket.addEventListener("message", ({ data }) => {
    echoTime.add(Date.now() - sentAt)
    if (data === "hello") echoes.add(1)
    socket.close()
  })
}
