import { sleep } from "k6"

import { visit } from "./visit.js"

export const options = { scenarios: { loop: { executor: "constant-vus", vus: 2, duration: "5s" } } }

export default function shop() {
  visit()
  sleep(0.02)
}
