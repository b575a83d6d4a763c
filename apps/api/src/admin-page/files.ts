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
h1 { font-size: 22px; margin: 0; }
h2 { font-size: 14px; font-weight: 600; color: var(--soft); margin: 0 0 8px; }
p { margin: 0; }
#status { color: var(--soft); font-size: 14px; min-height: 21px; }
#status.bad { color: var(--bad); }
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
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 15px; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--soft); }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
button, input { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line);
  border-radius: 6px; padding: 4px 12px; }
button { cursor: pointer; font-size: 14px; }
button:hover:enabled, button:focus-visible, input:focus-visible { border-color: var(--accent); outline: none;
  box-shadow: 0 0 0 1px var(--accent); }
button:disabled { opacity: 0.5; cursor: default; }
.danger { color: var(--bad); }
form { display: grid; gap: 8px; margin-top: 12px; }
label { font-size: 14px; color: var(--soft); }
`

const SCRIPT = `"use strict"
const REFRESH_MS = 2000
let busy = false

function say(text, bad) {
  const status = document.getElementById("status")
  status.textContent = text
  status.className = bad ? "bad" : ""
}

async function refresh() {
  const answer = await fetch("/admin", { headers: { accept: "text/html" } })
  // The session is over: the page to sign in says so.
  if (answer.status === 401 || answer.status === 403) return location.reload()
  if (!answer.ok) throw new Error("The server answered " + answer.status)
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  document.querySelector("main").replaceWith(page.querySelector("main"))
}

async function look() {
  if (!busy && !document.hidden) {
    try {
      await refresh()
      say("Live, " + new Date().toISOString().slice(11, 19) + " UTC")
    } catch (error) {
      say(error.message, true)
    }
  }
  setTimeout(look, REFRESH_MS)
}

async function change(products, closed) {
  for (const id of products) {
    const answer = await fetch("/admin/products/" + id, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ closed }),
    })
    if (!answer.ok) throw new Error((await answer.json()).detail)
  }
}

async function press(button) {
  busy = true
  button.disabled = true
  try {
    await change(button.dataset.products.split(","), button.dataset.closed === "yes")
    await refresh()
    say(button.dataset.closed === "yes" ? "Closed" : "Opened")
  } catch (error) {
    say(error.message, true)
    button.disabled = false
  } finally {
    busy = false
  }
}

async function signIn(token) {
  const answer = await fetch("/admin/session", { method: "POST", headers: { authorization: "Bearer " + token } })
  if (answer.ok) location.reload()
  else say((await answer.json()).detail, true)
}

async function signOut() {
  const answer = await fetch("/admin/session", { method: "DELETE" })
  if (answer.ok) location.reload()
  else say((await answer.json()).detail, true)
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#sign-out")) return signOut()
  const button = event.target.closest("button[data-products]")
  if (button && button.dataset.products !== "") press(button)
})
document.addEventListener("submit", (event) => {
  event.preventDefault()
  signIn(document.getElementById("token").value.trim())
})
if (document.body.dataset.live === "yes") setTimeout(look, REFRESH_MS)
`

/** What the page loads, below /admin/files. Nothing of it is secret, so who has no session yet gets it. */
export const adminFiles = (): RequestHandler => (req, res, next) => {
  if (req.path === "/page.css") res.type("css").send(CSS)
  else if (req.path === "/page.js") res.type("js").send(SCRIPT)
  else next()
}
