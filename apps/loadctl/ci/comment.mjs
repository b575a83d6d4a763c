// Leaves the report on the pull request as one comment, and updates that one the next time.
import { readFileSync } from "node:fs"
import process from "node:process"

const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST, LOADCTL_NAME, LOADCTL_OUT } =
  process.env
const MARKER = `<!-- loadctl: ${LOADCTL_NAME ?? "default"} -->`
// GitHub refuses longer ones.
const LONGEST = 65_000

const body = `${MARKER}\n${readFileSync(`${LOADCTL_OUT ?? "loadctl-report"}/report.md`, "utf8").slice(0, LONGEST)}`
const issue = `${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/issues`
const earlier = await findComment()
if (earlier === undefined) await call("POST", `${issue}/${PULL_REQUEST}/comments`, { body })
else await call("PATCH", `${issue}/comments/${earlier}`, { body })

async function findComment() {
  for (let page = 1; ; page += 1) {
    const comments = await call("GET", `${issue}/${PULL_REQUEST}/comments?per_page=100&page=${page}`)
    const own = comments.find((comment) => comment.body.startsWith(MARKER))
    if (own) return own.id
    if (comments.length < 100) return undefined
  }
}

/**
 * @param {string} method
 * @param {string} url
 * @param {object} [content]
 */
async function call(method, url, content) {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${GITHUB_TOKEN}`, accept: "application/vnd.github+json" },
    ...(content ? { body: JSON.stringify(content) } : {}),
  })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return response.json()
}
