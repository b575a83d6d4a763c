export { visit as default } from "./visit.js"

// With no grace at the end, k6 leaves whatever is in progress.
export const options = {
  scenarios: { cut: { executor: "constant-vus", vus: 4, duration: "2s", gracefulStop: "0s" } },
}
