export { visit as default } from "./visit.js"

export const options = {
  scenarios: {
    arrivals: {
      executor: "constant-arrival-rate",
      rate: Number(__ENV.RATE),
      duration: `${__ENV.DURATION}s`,
      preAllocatedVUs: 50,
    },
  },
}
