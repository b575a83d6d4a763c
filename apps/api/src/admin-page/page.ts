import { html } from "./html.ts"
import type { Html } from "./html.ts"
import type { AuditLight, Overview } from "./overview.ts"

type Shown = { live: boolean; signedIn: boolean }

/** What came of a press of a button. */
const STATUS = html`<p id="status" role="status"></p>`

const document = (main: Html, { live, signedIn }: Shown): string =>
  `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Saleproof: the sale</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/admin/files/page.css" />
        <script src="/admin/files/page.js" defer></script>
      </head>
      <body data-live="${live ? "yes" : "no"}">
        <header>
          <h1>Saleproof</h1>
          ${live ? html`<p id="live"></p>` : ""}
          ${signedIn ? html`<button id="sign-out">Sign out</button>` : ""} ${live ? STATUS : ""}
        </header>
        ${main}
      </body>
    </html> `.html
  }`

/** The operator's page; with a session it has a button to sign out. */
export const overviewPage = (overview: Overview, { signedIn }: { signedIn: boolean }): string =>
  document(
    html`<main>
      ${figures(overview)}
      <section class="wide">
        <div class="head">
          <h2>${productsHeading(overview)}</h2>
          ${saleButtons(overview)}
        </div>
        <div class="products">${products(overview)}</div>
      </section>
      <section>
        <h2>Best sellers, 3 days</h2>
        ${ranking(overview)}
      </section>
      <section>
        <h2>${policiesHeading(overview)}</h2>
        ${policies(overview)}
      </section>
      <section>
        <h2>Refusals by reason</h2>
        ${refusals(overview)}
        <p class="note">By this process since it started</p>
      </section>
    </main>`,
    { live: true, signedIn },
  )

/** For who has no session yet, or a token that does not allow it. */
export const signInPage = (reason: string): string =>
  document(
    html`<main class="narrow">
      <section>
        <h2>Sign in</h2>
        <p>${reason}</p>
        <form id="sign-in">
          <label for="token">Token with the scope shop:admin</label>
          <input id="token" type="password" autocomplete="off" required /><button type="submit">
            Sign in
          </button>
          ${STATUS}
        </form>
      </section>
    </main>`,
    { live: false, signedIn: false },
  )

const productsHeading = ({ products: list, totals }: Overview): Html =>
  list.length < totals.products
    ? html`Products, the first ${list.length} of ${totals.products}`
    : html`Products`

const policiesHeading = ({ policies: list, totals }: Overview): Html =>
  list.length < totals.policies
    ? html`Coupons left, the first ${list.length} of ${totals.policies} policies`
    : html`Coupons left`

function figures({ totals, ordersPerSecond, audit }: Overview): Html {
  const { products: all, onSale, nextAt, stock } = totals
  const next = nextAt && `, the next from ${clockOf(nextAt.toISOString())}`
  return html`<section class="figures wide">
    <div>
      <h2>Sale</h2>
      <p class="figure">${onSale > 0 ? "Open" : nextAt ? "Not yet" : "Closed"}</p>
      <p>${onSale} of ${all} products${next ?? ""}</p>
    </div>
    <div>
      <h2>Orders per second</h2>
      <p class="figure">${ordersPerSecond}</p>
      <p>over the last 10 s</p>
    </div>
    <div>
      <h2>Stock</h2>
      <p class="figure">${stock}</p>
      <p>units left</p>
    </div>
    <div>
      <h2>Audit</h2>
      <p class="figure light ${audit.state}">${AUDIT[audit.state]}</p>
      <p>${auditDetail(audit)}</p>
    </div>
  </section>`
}

const AUDIT: Record<AuditLight["state"], string> = {
  running: "Running",
  clean: "Clean",
  violated: "Violated",
  failed: "Unknown",
}

function auditDetail({ state, at, violated }: AuditLight): string {
  if (state === "violated") return violated.join("; ")
  if (at === null) return "the first result comes soon"
  return `${state === "failed" ? "failed" : "as"} at ${at.toISOString().slice(11, 19)} UTC`
}

function saleButtons({ totals: { openIds, closedIds } }: Overview): Html {
  const disabledIf = (none: boolean) => (none ? html`disabled` : "")
  return html`<div class="buttons">
    <button data-products="${closedIds.join(",")}" data-closed="no" ${disabledIf(closedIds.length === 0)}>
      Open all
    </button>
    <button
      class="danger"
      data-products="${openIds.join(",")}"
      data-closed="yes"
      ${disabledIf(openIds.length === 0)}
    >
      Close all
    </button>
  </div>`
}

function products({ products: list }: Overview): Html {
  const rows = list.map(
    ({ productId, name, price, stock, closed, state, ...terms }) =>
      html`<tr>
        <td class="name">${name}</td>
        <td class="number" data-label="Price">${price}</td>
        <td class="number" data-label="Stock">${stock}</td>
        <td class="terms" data-label="Sale">${termsOf(terms)}</td>
        <td class="state">${state}</td>
        <td class="number press">
          <button
            data-products="${String(productId)}"
            data-closed="${closed === true ? "no" : "yes"}"
            aria-label="${closed === true ? "Open" : "Close"} ${name}"
          >
            ${closed === true ? "Open" : "Close"}
          </button>
        </td>
      </tr>`,
  )
  return table(["Name", "#Price", "#Stock", "Sale", "State", "#"], rows)
}

type Terms = Pick<Overview["products"][number], "startsAt" | "endsAt" | "maxPerUser">

function termsOf({ startsAt, endsAt, maxPerUser }: Terms): string {
  const times = [startsAt && `from ${clockOf(startsAt)}`, endsAt && `until ${clockOf(endsAt)}`]
  const window = times.filter(Boolean).join(" ") || "any time"
  return maxPerUser === undefined ? window : `${window}, ${maxPerUser} per user`
}

/** An instant as people read it; its seconds only where it has some. */
const clockOf = (at: string) => at.replace("T", " ").replace(/(:00)?\.\d+Z$/, " UTC")

const ranking = ({ ranking: list }: Overview): Html =>
  table(
    ["Name", "#Sold"],
    list.map(
      ({ name, soldQty }) =>
        html`<tr>
          <td class="name">${name}</td>
          <td class="number">${soldQty}</td>
        </tr>`,
    ),
  )

const policies = ({ policies: list }: Overview): Html =>
  table(
    ["Policy", "#Left", "#Of", "State"],
    list.map(
      ({ policyId, left, total, state }) =>
        html`<tr>
          <td>${String(policyId)}</td>
          <td class="number">${left}</td>
          <td class="number">${total}</td>
          <td class="state">${state}</td>
        </tr>`,
    ),
  )

const refusals = ({ refusals: list }: Overview): Html =>
  table(
    ["Code", "#Count"],
    list.map(
      ({ code, count }) =>
        html`<tr>
          <td>${code}</td>
          <td class="number">${count}</td>
        </tr>`,
    ),
  )

/** `#` marks a column of numbers. */
function table(columns: readonly string[], rows: Html[]): Html {
  if (rows.length === 0) return html`<p>None</p>`
  const heads = columns.map((name) =>
    name.startsWith("#") ? html`<th class="number">${name.slice(1)}</th>` : html`<th>${name}</th>`,
  )
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}
