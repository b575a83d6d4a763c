export { visit as default } from "./visit.js"

export const options = {
  scenarios: {
    visits: { executor: "constant-arrival-rate", rate: 40, duration: "3s", preAllocatedVUs: 20 },
  },
}
