import { visit } from "./visit.js"

export const options = { scenarios: { deaf: { executor: "per-vu-iterations", vus: 2, iterations: 5 } } }

export default function once() {
  visit()
}
