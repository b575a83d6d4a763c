// Every virtual user logs in as a user of the CSV file and looks at the profile.
import { check } from "k6"
import { SharedArray } from "k6/data"
import http from "k6/http"

const users = new SharedArray("users", () =>
  open("./users.csv")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","))
    .map(([user, password]) => ({ user, password })),
)

export const options = {
  scenarios: { members: { executor: "constant-vus", vus: 3, duration: "3s" } },
}

export default function () {
  const { user, password } = users[__VU % users.length]
  const login = http.post(`${__ENV.BASE_URL}/login`, JSON.stringify({ user, password }), {
    tags: { name: "login" },
  })
  if (!check(login, { "logged in": (r) => r.status === 200 })) return
  const { token } = JSON.parse(login.body)
  const headers = { authorization: `Bearer ${token}` }
  const profile = http.get(`${__ENV.BASE_URL}/profile`, { headers, tags: { name: "profile" } })
  check(profile, { "own profile": (r) => r.json("user") === user })
}
