import http from "k6/http"
import type { RefinedResponse } from "k6/http"

import type { Endpoint } from "../outcomes.ts"
import { membersOf } from "./body.ts"

// Above any answer that a user still waits for; a request given up counts as failed.
const TIMEOUT = "15s"

// The shop's log names the run, so that a line can be found from a run and a run from a line.
const runId = __ENV["TESTID"] ?? ""
const HEADERS = {
  "Content-Type": "application/json",
  ...(/^[\w.-]{1,128}$/.test(runId) ? { "X-Run-Id": runId } : {}),
}

/**
 * How a request is sent and counted: under which name, and which statuses are no failure. Made once an endpoint: to
 * make it for each request is a measurable part of what k6 does.
 */
export function paramsFor(name: Endpoint, ...expected: number[]) {
  return {
    tags: { name },
    headers: HEADERS,
    responseCallback: http.expectedStatuses(...expected),
    responseType: "text" as const,
    timeout: TIMEOUT,
  }
}

/** Whether the answer is a problem document that says by its code what is wrong. */
export function isProblem(answer: RefinedResponse<"text">): boolean {
  const type = answer.headers["Content-Type"] ?? ""
  return type.startsWith("application/problem+json") && typeof membersOf(answer)["code"] === "string"
}
