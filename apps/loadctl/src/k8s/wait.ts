import { readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"

import { z } from "zod"

import { missingError, usageError } from "../errors.ts"
import type { Io } from "../io.ts"

const ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
const POLL_MS = 2_000
// A moment of an API server that restarts is no reason to give up on a run of an hour.
const MOST_FAILURES = 15

const TestRun = z.object({ status: z.object({ stage: z.string().optional() }).optional() })
const Job = z.object({
  status: z
    .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional() })
    .optional(),
})

const KINDS = {
  testrun: {
    path: (namespace: string, name: string) =>
      `/apis/k6.io/v1alpha1/namespaces/${namespace}/testruns/${name}`,
    ended: (answer: unknown) =>
      ["finished", "error", "stopped"].includes(TestRun.parse(answer).status?.stage ?? ""),
  },
  job: {
    path: (namespace: string, name: string) => `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`,
    ended: (answer: unknown) =>
      Job.parse(answer).status?.conditions?.some(
        ({ type, status }) => status === "True" && (type === "Complete" || type === "Failed"),
      ) ?? false,
  },
} as const

/**
 * Resolves when the load that `testrun/NAME` or `job/NAME` names has ended, in whatever way; asks the cluster that
 * this pod is in. Throws a missing error when that cannot be asked.
 */
export async function waitForLoad(named: string, { env, interrupted }: Pick<Io, "env" | "interrupted">) {
  const { kind, name } = parseNamed(named)
  const { url, token, namespace } = cluster(env)
  const { path, ended } = KINDS[kind]
  const place = new URL(path(namespace, name), url)
  let failures = 0
  for (;;) {
    const answer = await get(place, token)
    if (answer.ok && ended(answer.json)) return
    failures = answer.ok ? 0 : failures + 1
    if (!answer.ok && (answer.final || failures > MOST_FAILURES))
      throw missingError(`${named} cannot be looked at: ${answer.text}.`)
    await sleep(POLL_MS, undefined, { signal: interrupted })
  }
}

function parseNamed(named: string): { kind: keyof typeof KINDS; name: string } {
  const [kind = "", name = ""] = named.split("/")
  if (isKind(kind) && /^[a-z0-9-]+$/.test(name)) return { kind, name }
  throw usageError(`--wait-for ${named}: expected testrun/NAME or job/NAME.`)
}

function isKind(kind: string): kind is keyof typeof KINDS {
  return Object.hasOwn(KINDS, kind)
}

/** The API server as a pod finds it, or the one that LOADCTL_KUBERNETES names, for `kubectl proxy`. */
function cluster(env: NodeJS.ProcessEnv): { url: string; token: string | null; namespace: string } {
  const named = env["LOADCTL_KUBERNETES"]
  if (named) return { url: named, token: null, namespace: env["LOADCTL_NAMESPACE"] || "default" }
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = env
  if (!host)
    throw missingError("--wait-for works in a pod only.", "LOADCTL_KUBERNETES=URL names an API server.")
  const read = (name: string): string => readFileSync(`${ACCOUNT_FOLDER}/${name}`, "utf8").trim()
  return { url: `https://${host}:${port}`, token: read("token"), namespace: read("namespace") }
}

type Answer = { ok: true; json: unknown } | { ok: false; text: string; final: boolean }

async function get(url: URL, token: string | null): Promise<Answer> {
  try {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` }
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(POLL_MS * 5) })
    if (answer.ok) return { ok: true, json: await answer.json() }
    return {
      ok: false,
      text: `${answer.status} ${answer.statusText}`,
      final: [401, 403, 404].includes(answer.status),
    }
  } catch (error) {
    return { ok: false, text: error instanceof Error ? error.message : String(error), final: false }
  }
}
