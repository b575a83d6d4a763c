import type { RequestHandler } from "express"

/** The page loads these and nothing else: no inline script and no inline style. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ")

const CSS = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --text: #16191d; --soft: #59626d; --line: #dde1e6;
  --accent: #1f5fbf; --good: #14713d; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: #111418; --card: #1b2026; --text: #e8ebef; --soft: #a0abb7;
  --line: #313842; --accent: #8ab4f8; --good: #6dd58c; --bad: #f2998f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 1100px; margin: 0 auto; padding: 16px; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 4px 16px; padding-bottom: 0;
  flex-wrap: wrap; }
html { scroll-padding-top: 96px; }
body[data-live="yes"] header { position: sticky; top: 0; z-index: 1; background: var(--page); padding-bottom: 4px; }
h1 { font-size: 22px; margin: 0; }
h2 { font-size: 14px; font-weight: 600; color: var(--soft); margin: 0 0 8px; }
p { margin: 0; }
#live, #status { color: var(--soft); font-size: 14px; min-height: 21px; overflow-wrap: anywhere; }
#live { flex: 1; }
header #status { flex-basis: 100%; order: 1; }
#live.bad, #status.bad { color: var(--bad); }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 16px; }
main.narrow { max-width: 480px; grid-template-columns: 1fr; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px; min-width: 0; }
.wide { grid-column: 1 / -1; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 16px; }
.figures p { color: var(--soft); font-size: 14px; }
.figures .figure { color: var(--text); font-size: 28px; font-weight: 600; line-height: 1.3; }
.figures .clean { color: var(--good); }
.figures .violated { color: var(--bad); }
.head { display: flex; justify-content: space-between; align-items: center; gap: 8px; flex-wrap: wrap; margin-bottom: 8px; }
.head h2 { margin: 0; }
.buttons { display: flex; gap: 8px; }
.note { color: var(--soft); font-size: 13px; margin-top: 8px; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 15px; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--soft); }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
th:last-child, td:last-child { padding-right: 0; }
.name, .terms { white-space: normal; overflow-wrap: anywhere; min-width: 9em; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
button, input { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line);
  border-radius: 6px; padding: 4px 12px; }
button { cursor: pointer; font-size: 14px; }
button:hover:enabled { border-color: var(--accent); }
button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
button:disabled { opacity: 0.5; cursor: default; }
.danger { color: var(--bad); }
form { display: grid; gap: 8px; margin-top: 12px; }
label { font-size: 14px; color: var(--soft); }
@media (max-width: 640px) {
  header { column-gap: 8px; }
  #live { font-size: 13px; }
  .products thead { display: none; }
  .products tr { display: grid; grid-template-columns: 1fr 1fr auto; gap: 2px 12px; padding: 8px 0;
    border-bottom: 1px solid var(--line); }
  .products tr:last-child { border-bottom: 0; }
  .products td { border: 0; padding: 0; text-align: left; }
  .products .name { grid-column: 1 / 3; font-weight: 600; }
  .products .press { grid-area: 1 / 3; text-align: right; }
  .products .state { grid-area: 2 / 3; text-align: right; }
  .products .terms { grid-column: 1 / -1; }
  .products td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: 13px; }
}
`

const SCRIPT = `"use strict"
const REFRESH_MS = 2000
const MOST_ATTEMPTS = 20
let pressing = false
let seenAt = time()

function time() {
  return new Date().toISOString().slice(11, 19) + " UTC"
}

function show(id, text, bad) {
  const line = document.getElementById(id)
  line.textContent = text
  line.className = bad ? "bad" : ""
}

const say = (text) => show("status", text, false)
const complain = (error) => show("status", error.message, true)

async function request(path, options) {
  const answer = await fetch(path, options).catch(() => undefined)
  if (!answer) throw new Error("The server does not answer")
  return answer
}

async function send(path, options) {
  for (let attempt = 1; ; attempt++) {
    const answer = await request(path, options)
    if (answer.ok) return
    if (answer.status !== 429 || attempt === MOST_ATTEMPTS) {
      const problem = await answer.json().catch(() => ({}))
      throw new Error(problem.detail || "The server answered " + answer.status)
    }
    const seconds = Number(answer.headers.get("retry-after")) || 1
    await new Promise((go) => setTimeout(go, seconds * 1000))
  }
}

// Changes what differs and leaves the rest, so that focus, selection and scrolled tables stay as they are.
function update(now, next) {
  if (now.nodeName !== next.nodeName) return now.replaceWith(next)
  if (now.nodeType === Node.TEXT_NODE) {
    if (now.data !== next.data) now.data = next.data
    return
  }
  for (const { name } of [...now.attributes]) if (!next.hasAttribute(name)) now.removeAttribute(name)
  for (const { name, value } of next.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value)
  const [old, fresh] = [[...now.childNodes], [...next.childNodes]]
  for (const gone of old.slice(fresh.length)) gone.remove()
  fresh.forEach((child, at) => (old[at] ? update(old[at], child) : now.append(child)))
}

async function refresh() {
  const answer = await request("/admin", { headers: { accept: "text/html" } })
  // The session is over: the page to sign in says so.
  if (answer.status === 401 || answer.status === 403) return location.reload()
  if (!answer.ok) throw new Error("The server answered " + answer.status)
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  update(document.querySelector("main"), page.querySelector("main"))
  seenAt = time()
  show("live", "Live, " + seenAt, false)
}

const refreshed = () => refresh().catch((error) => show("live", "As of " + seenAt + ": " + error.message, true))

async function look() {
  if (!pressing && !document.hidden) await refreshed()
  setTimeout(look, REFRESH_MS)
}

async function change(products, closed) {
  for (const [at, id] of products.entries()) {
    say((closed ? "Closing " : "Opening ") + (at + 1) + " of " + products.length)
    await send("/admin/products/" + id, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ closed }),
    })
  }
  say((closed ? "Closed " : "Opened ") + (products.length === 1 ? "1 product" : products.length + " products"))
}

async function press({ dataset }) {
  if (pressing || dataset.products === "") return
  pressing = true
  await change(dataset.products.split(","), dataset.closed === "yes").catch(complain)
  await refreshed()
  pressing = false
}

async function signIn(token) {
  // A header takes no other characters.
  if (!/^[!-~]+$/.test(token)) throw new Error("This is no token")
  await send("/admin/session", { method: "POST", headers: { authorization: "Bearer " + token } })
  location.reload()
}

async function signOut() {
  await send("/admin/session", { method: "DELETE" })
  location.reload()
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#sign-out")) return signOut().catch(complain)
  const button = event.target.closest("button[data-products]")
  // The second click of a double click would take back what the first one did.
  if (button && event.detail < 2) press(button)
})
document.addEventListener("submit", (event) => {
  event.preventDefault()
  signIn(document.getElementById("token").value.trim()).catch(complain)
})
if (document.body.dataset.live === "yes") setTimeout(look, REFRESH_MS)
`

/** What the page loads, below /admin/files. Nothing of it is secret, so who has no session yet gets it. */
export const adminFiles = (): RequestHandler => (req, res, next) => {
  if (req.path === "/page.css") res.type("css").send(CSS)
  else if (req.path === "/page.js") res.type("js").send(SCRIPT)
  else next()
}
