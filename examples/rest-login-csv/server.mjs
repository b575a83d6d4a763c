// A REST API with a login: a token for a known user, and a profile for a token.
import { createServer } from "node:http"
import process from "node:process"

const tokens = new Map()

const server = createServer((request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
  if (request.method === "POST" && request.url === "/login") {
    let text = ""
    request.on("data", (chunk) => (text += chunk))
    request.on("end", () => {
      const { user, password } = JSON.parse(text)
      if (password !== `secret of ${user}`) return answer(401, { error: "wrong password" })
      const token = `token-${tokens.size + 1}`
      tokens.set(token, user)
      return answer(200, { token })
    })
  } else if (request.url === "/profile") {
    const user = tokens.get((request.headers.authorization ?? "").replace("Bearer ", ""))
    answer(user ? 200 : 401, user ? { user } : { error: "no token" })
  } else answer(200, { ok: true })
})

server.listen(Number(process.argv[2] ?? 3000), "127.0.0.1", () => console.log(server.address().port))
