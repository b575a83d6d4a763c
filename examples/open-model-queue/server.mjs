// Accepts jobs at once and works on one after the other; /audit says whether every accepted job was done once.
import { createServer } from "node:http"
import process from "node:process"

const WORK_MS = 2
let accepted = 0
let done = 0
const waiting = []

setInterval(() => {
  if (waiting.shift() !== undefined) done += 1
}, WORK_MS)

const server = createServer((request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
  if (request.method === "POST" && request.url === "/jobs") {
    accepted += 1
    waiting.push(accepted)
    answer(202, { job: accepted })
  } else if (request.method === "POST" && request.url === "/reset") {
    accepted = done = 0
    waiting.length = 0
    answer(200, {})
  } else if (request.url === "/audit") {
    const lost = accepted - done
    answer(200, {
      ok: lost === 0,
      checks: [{ id: "done", title: "every accepted job was done", violations: lost }],
    })
  } else answer(200, { waiting: waiting.length })
})

server.listen(Number(process.argv[2] ?? 3000), "127.0.0.1", () => console.log(server.address().port))
