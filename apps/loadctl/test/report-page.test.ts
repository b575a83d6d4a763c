import { env } from "node:process"

import { providePrograms } from "@saleproof/stack/provide/debian.ts"
import { silently } from "@saleproof/stack/provide/progress.ts"
import { chromium } from "playwright-core"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { renderHtml } from "../src/report/html/render.ts"
import { figures, measurement, series } from "./fixtures/evidence.ts"
import { finishedReport, salePlan } from "./support/reports.ts"

const INSTALL_MS = 300_000
const [WIDE, PHONE] = [
  { width: 1_100, height: 900 },
  { width: 390, height: 800 },
]

let browser: Browser

beforeAll(async () => {
  await providePrograms(["chromium"], { env, progress: silently })
  // A container's kernel often lets nobody make the namespaces that the sandbox needs.
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] })
}, INSTALL_MS)
afterAll(() => browser?.close())

/** A minute in which a request takes as many ms as seconds have passed, and as many more as ten times its endpoint. */
function reportPage(): string {
  const times = (more: number) =>
    Array.from({ length: 120 }, (_, index): [number, number] => [index * 500 + 400, index / 2 + more])
  const samples = ["order", "/users/:id/orders/:orderId/items?expand=everything"].map((name, index) =>
    series(times(10 * (index + 1)), { name }),
  )
  const endpoints = samples.map(({ name }) => figures({ name, p95: 66, failed: 0, n: 1_322 }))
  const measured = measurement({ hold: { from: 15_000, to: 50_000 }, endpoints })
  const plan = salePlan({ k6Scenarios: ["sale"] })
  const details = { parts: { plan, measurement: measured }, samples, progress: [] }
  return renderHtml(finishedReport({ plan, measured }), details)
}

type Look = { viewport: typeof WIDE; colorScheme?: "light" | "dark" }

/** The report in a browser without a network, with whatever it complains about or asks for. */
async function openReport({ viewport, colorScheme = "light" }: Look) {
  const context = await browser.newContext({ viewport, colorScheme, offline: true })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text())
  })
  page.on("pageerror", (error) => complaints.push(error.message))
  page.on("request", (request) => complaints.push(request.url()))
  await page.setContent(reportPage())
  await page.locator(".u-over").first().waitFor()
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
}

/** The chart of that title, and the pointer at a share of its width. */
async function chartOf(page: Page, title: string) {
  // Over time it comes before its distribution.
  const figure = page
    .locator("figure")
    .filter({ has: page.getByText(title, { exact: true }) })
    .first()
  const plot = figure.locator(".u-over")
  await plot.scrollIntoViewIfNeeded()
  const pointAt = async (share: number): Promise<void> => {
    const box = await plot.boundingBox()
    if (box === null) throw new Error("the chart is not shown")
    await page.mouse.move(box.x + box.width * share, box.y + box.height / 2)
  }
  const values = () => figure.locator(".u-legend").innerText()
  /** The second that the pointer is at. */
  const second = async (): Promise<number> => {
    const text = await figure.locator(".u-legend .u-value").first().innerText()
    return Number(/^(\d+(\.\d+)?) s$/.exec(text)?.[1])
  }
  return { plot, pointAt, values, second }
}

describe("the report in a browser", () => {
  it("shows the values under the pointer, of every chart at the same moment", async () => {
    await using report = await openReport({ viewport: WIDE })
    const order = await chartOf(report.page, "order")
    await order.pointAt(0.5)
    await expect.poll(order.second).toBeGreaterThan(25)
    const second = await order.second()
    expect(second).toBeLessThan(35)
    // Two requests in each second: of as many ms as seconds were over, and half a ms more, and ten more of the endpoint.
    const [, p50] = /p50\s*([\d.]+) ms/.exec(await order.values()) ?? []
    expect(Number(p50)).toBeCloseTo(second - 0.5 + 0.25 + 10)
    const all = await chartOf(report.page, "All requests")
    await order.pointAt(0.5)
    await expect.poll(all.second).toBe(await order.second())
    expect(report.complaints).toEqual([])
  })

  it("zooms in by a drag, and out by a double click", async () => {
    await using report = await openReport({ viewport: WIDE })
    const order = await chartOf(report.page, "order")
    await order.pointAt(0.5)
    await report.page.mouse.down()
    await order.pointAt(0.75)
    await report.page.mouse.up()
    await order.pointAt(0.02)
    await expect.poll(order.second).toBeGreaterThan(25)
    await order.pointAt(0.98)
    await expect.poll(order.second).toBeLessThan(50)
    await order.plot.dblclick()
    await order.pointAt(0.02)
    await expect.poll(order.second).toBeLessThan(5)
    expect(report.complaints).toEqual([])
  })

  it.each([
    [WIDE, "light"],
    [WIDE, "dark"],
    [PHONE, "light"],
    [PHONE, "dark"],
  ] as const)(
    "needs no scrolling sideways to see limit and margin at %o (%s)",
    async (viewport, colorScheme) => {
      await using report = await openReport({ viewport, colorScheme })
      const { page } = report
      const width = await page.evaluate("document.documentElement.scrollWidth")
      expect(width).toBeLessThanOrEqual(viewport.width)
      for (const name of ["limit", "margin"]) {
        const box = await page.getByRole("columnheader", { name }).first().boundingBox()
        expect((box?.x ?? Infinity) + (box?.width ?? Infinity)).toBeLessThanOrEqual(viewport.width)
      }
      const plot = await page.locator(".u-over").first().boundingBox()
      expect(plot?.width).toBeGreaterThan(200)
      expect(report.complaints).toEqual([])
    },
  )
})
