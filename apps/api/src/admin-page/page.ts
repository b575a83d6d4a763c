import { html } from "./html.ts"
import type { Html } from "./html.ts"
import type { AuditLight, Overview } from "./overview.ts"

type Shown = { live: boolean; signedIn: boolean }

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
          <p id="status" role="status"></p>
          ${signedIn ? html`<button id="sign-out">Sign out</button>` : ""}
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
        ${products(overview)}
      </section>
      <section>
        <h2>Best sellers, 3 days</h2>
        ${ranking(overview)}
      </section>
      <section>
        <h2>Coupons left</h2>
        ${policies(overview)}
      </section>
      <section>
        <h2>Refusals by reason</h2>
        ${refusals(overview)}
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
        </form>
      </section>
    </main>`,
    { live: false, signedIn: false },
  )

const productsHeading = ({ products: list, totals }: Overview): Html =>
  list.length < totals.products
    ? html`Products, the first ${list.length} of ${totals.products}`
    : html`Products`

function figures({ totals: { products: all, open, stock }, ordersPerSecond, audit }: Overview): Html {
  return html`<section class="figures wide">
    <div>
      <h2>Sale</h2>
      <p class="figure">${open > 0 ? "Open" : "Closed"}</p>
      <p>${open} of ${all} products</p>
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
    ({ productId, name, price, stock, closed, startsAt, endsAt }) =>
      html`<tr>
        <td>${name}</td>
        <td class="number">${price}</td>
        <td class="number">${stock}</td>
        <td>${termsOf({ startsAt, endsAt })}</td>
        <td>${closed === true ? "Closed" : "Open"}</td>
        <td class="number">
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

function termsOf({ startsAt, endsAt }: { startsAt: string | undefined; endsAt: string | undefined }): string {
  const short = (at: string) => `${at.slice(0, 16).replace("T", " ")} UTC`
  return (
    [startsAt && `from ${short(startsAt)}`, endsAt && `until ${short(endsAt)}`].filter(Boolean).join(" ") ||
    "any time"
  )
}

const ranking = ({ ranking: list }: Overview): Html =>
  table(
    ["Name", "#Sold"],
    list.map(
      ({ name, soldQty }) =>
        html`<tr>
          <td>${name}</td>
          <td class="number">${soldQty}</td>
        </tr>`,
    ),
  )

const policies = ({ policies: list }: Overview): Html =>
  table(
    ["Policy", "#Left", "#Of", "State"],
    list.map(
      ({ policyId, left, total, closed }) =>
        html`<tr>
          <td>${String(policyId)}</td>
          <td class="number">${left}</td>
          <td class="number">${total}</td>
          <td>${closed ? "Closed" : "Open"}</td>
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
