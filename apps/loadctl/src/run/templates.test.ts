import { expect, it } from "vitest"

import { fillTemplates } from "./templates.ts"

it("fills in variables of the environment", () => {
  expect(fillTemplates({ authorization: "Bearer ${TOKEN}", accept: "*/*" }, { TOKEN: "t0p" })).toEqual({
    authorization: "Bearer t0p",
    accept: "*/*",
  })
})

it("leaves out a value whose variable is not set or empty", () => {
  expect(fillTemplates({ authorization: "Bearer ${TOKEN}" }, { TOKEN: "" })).toEqual({})
})
