import { sleep } from "k6"

import { visit } from "./visit.js"

export const options = {
  scenarios: {
    users: { executor: "constant-vus", vus: Number(__ENV.VUS), duration: `${__ENV.DURATION}s` },
  },
}

export default function shop() {
  visit()
  sleep(0.1)
}
