import { createServer } from "node:http"

import { listen } from "@saleproof/stack/listen.ts"
import { expect, it } from "vitest"

import { waitForLoad } from "./wait.ts"

/** An API server that gives these answers, one after the other, and then the last one again. */
async function apiServer(answers: { status?: number; body: object }[]) {
  const asked: string[] = []
  const server = createServer(({ url }, response) => {
    asked.push(url ?? "")
    const { status = 200, body } = answers[Math.min(asked.length, answers.length) - 1] ?? { body: {} }
    response.writeHead(status).end(JSON.stringify(body))
  })
  const { url: api, ...listening } = await listen(server)
  return {
    ...listening,
    asked,
    io: {
      env: { LOADCTL_KUBERNETES: api, LOADCTL_NAMESPACE: "load" },
      interrupted: new AbortController().signal,
    },
  }
}

it("waits until the operator says that the run has ended", async () => {
  await using api = await apiServer([
    { body: {} },
    { status: 503, body: {} },
    { body: { status: { stage: "started" } } },
    { body: { status: { stage: "finished" } } },
  ])
  await waitForLoad("testrun/loadctl-1", api.io)
  expect(api.asked).toEqual(
    Array.from({ length: 4 }, () => "/apis/k6.io/v1alpha1/namespaces/load/testruns/loadctl-1"),
  )
})

it("takes a Job that failed for one that has ended, because the verdict is not Kubernetes' to give", async () => {
  await using api = await apiServer([
    { body: { status: { conditions: [{ type: "Failed", status: "True" }] } } },
  ])
  await waitForLoad("job/loadctl-1", api.io)
  expect(api.asked).toEqual(["/apis/batch/v1/namespaces/load/jobs/loadctl-1"])
})

it("gives up at once where it may not look", async () => {
  await using api = await apiServer([{ status: 403, body: {} }])
  await expect(waitForLoad("testrun/loadctl-1", api.io)).rejects.toMatchObject({ exitCode: 3 })
})

it("knows no other kinds, and no cluster outside of one", async () => {
  const io = { env: {}, interrupted: new AbortController().signal }
  await expect(waitForLoad("pod/x", io)).rejects.toMatchObject({ exitCode: 2 })
  await expect(waitForLoad("job/x", io)).rejects.toMatchObject({ exitCode: 3 })
})
