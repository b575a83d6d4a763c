import { expect, it } from "vitest"

import { redactEnv, redactUrl } from "./redact.ts"

it("blanks what is secret by its name and keeps the rest", () => {
  expect(
    redactEnv({
      LAB_TOKEN: "t0p",
      DB_PASSWORD: "hunter2",
      ORDER_STRATEGY: "batched",
      DATABASE_URL: "postgres://me:pw@h/db",
    }),
  ).toEqual({
    LAB_TOKEN: "(hidden)",
    DB_PASSWORD: "(hidden)",
    ORDER_STRATEGY: "batched",
    DATABASE_URL: "postgres://h/db",
  })
})

it("keeps what only names a variable, also under a secret's name", () => {
  const env = {
    API_TOKEN: "${API_TOKEN}",
    API_KEY: "key-${REGION}",
    DB_PWD: "x",
    SESSION_COOKIE: "x",
    PASSENGERS: "3",
  }
  expect(redactEnv(env)).toEqual({
    API_TOKEN: "${API_TOKEN}",
    API_KEY: "(hidden)",
    DB_PWD: "(hidden)",
    SESSION_COOKIE: "(hidden)",
    PASSENGERS: "3",
  })
})

it("takes the credentials out of a URL", () => {
  expect(redactUrl("http://user:secret@influx:8086/k6")).toBe("http://influx:8086/k6")
  expect(redactUrl("http://influx:8086")).toBe("http://influx:8086")
})
