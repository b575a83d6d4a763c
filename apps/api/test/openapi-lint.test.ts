import { createConfig, lintFromString } from "@redocly/openapi-core"
import { expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { JWT } from "./support/tokens.ts"

/** What the rules find, with the place of each. */
async function problemsOf(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ["recommended"] })
  const problems = await lintFromString({ source, config })
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)
}

it.each([
  ["a lab", {}],
  ["tokens and limits", { ...JWT, ADDRESS_RATE_LIMIT: "1000", USER_RATE_LIMIT: "1000" }],
])("the OpenAPI document of an API with %s passes Redocly's recommended rules", async (_what, variables) => {
  await using shop = await startShop({ worker: false, variables })
  const source = (await shop.request.get("/openapi.json")).text
  expect(await problemsOf(source)).toEqual([])
  // The rules are in force: a document without what they ask for does not pass.
  const { servers: _servers, ...document } = JSON.parse(source)
  expect(await problemsOf(JSON.stringify(document))).toEqual([expect.stringContaining("no-empty-servers")])
})
