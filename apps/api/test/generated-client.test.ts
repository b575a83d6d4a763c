import { execFile } from "node:child_process"
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import openapiTS, { astToString } from "openapi-typescript"
import { expect, it, onTestFinished } from "vitest"
import { startShop } from "./support/api.ts"
import { JWT, tokenOf } from "./support/tokens.ts"

const run = promisify(execFile)
const MODULES = join(import.meta.dirname, "../../../node_modules")
const STRICT = [
  "--noEmit",
  "--strict",
  "--module",
  "nodenext",
  "--allowImportingTsExtensions",
  "--types",
  "node",
]

/** What somebody writes who has nothing but the document. */
const CLIENT = `
import createClient from "openapi-fetch"
import type { paths } from "./schema.ts"

const [baseUrl = "", admin = "", till = ""] = process.argv.slice(2)
const api = createClient<paths>({ baseUrl })
const as = (token: string) => ({ Authorization: \`Bearer \${token}\` })

const made = await api.POST("/users", { body: { name: "minji" }, headers: as(admin) })
if (!made.data) throw new Error(made.error.code)
const { userId } = made.data
const product = await api.POST("/admin/products", {
  body: { name: "tent", price: 2000, stock: 3, maxPerUser: 2 },
  headers: as(admin),
})
if (!product.data) throw new Error(product.error.detail)
const { productId } = product.data
await api.POST("/users/{id}/balance", { params: { path: { id: userId } }, body: { amount: 5000 }, headers: as(till) })
const placed = await api.POST("/orders", {
  params: { header: { "Idempotency-Key": "first" } },
  body: { userId, items: [{ productId, quantity: 2 }] },
  headers: as(till),
})
if (!placed.data) throw new Error(placed.error.code)
const total: number = placed.data.totalAmount
const left = await api.GET("/products/{id}", { params: { path: { id: productId } } })

// @ts-expect-error -- the document says what a product needs
void (() => api.POST("/admin/products", { body: { name: "tent" } }))
// @ts-expect-error -- and which paths there are
void (() => api.GET("/product"))

console.log(JSON.stringify({ total, stock: left.data?.stock }))
`

it("a client that is generated from the OpenAPI document compiles, and buys something", async () => {
  await using shop = await startShop({ worker: false, variables: JWT })
  const folder = await mkdtemp(join(tmpdir(), "saleproof-client-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  await symlink(MODULES, join(folder, "node_modules"))
  const document = JSON.stringify((await shop.request.get("/openapi.json")).body)
  await writeFile(join(folder, "schema.ts"), astToString(await openapiTS(document)))
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  await writeFile(join(folder, "buy.ts"), CLIENT)

  const compiled = await run(join(MODULES, ".bin/tsc"), [...STRICT, "buy.ts"], { cwd: folder }).catch(Object)
  expect(compiled.stdout).toBe("")
  const tokens = [await tokenOf("boss", "shop:admin"), await tokenOf("till 1", "shop:till")]
  const bought = await run(process.execPath, ["buy.ts", shop.url, ...tokens], { cwd: folder })
  expect(JSON.parse(bought.stdout)).toEqual({ total: 4_000, stock: 1 })
})
