import { once } from "node:events"
import { connect, createServer } from "node:net"
import type { Server, Socket } from "node:net"

import { listen, LOOPBACK } from "@saleproof/stack/listen.ts"
import { createLink } from "./link.ts"
import { createResetPlan } from "./reset-plan.ts"
import { HEALTHY } from "./toxics.ts"
import type { ResetTrigger, Toxics } from "./toxics.ts"

/** Listens on loopback and passes everything to the target's port, until a toxic is set. */
export async function startTcpProxy(options: { targetPort: number }) {
  let { targetPort } = options
  let toxics: Readonly<Toxics> = HEALTHY
  const resetPlan = createResetPlan()
  const links = new Set<ReturnType<typeof createLink>>()
  let server: Server | undefined = createServer({ allowHalfOpen: true }, accept)
  const { port } = await listen(server)

  function accept(client: Socket): void {
    const upstream = connect({ port: targetPort, host: LOOPBACK, allowHalfOpen: true })
    const onClosed = () => links.delete(link)
    const link = createLink({ client, server: upstream, toxics: () => toxics, resetPlan, onClosed })
    links.add(link)
  }

  async function down(): Promise<void> {
    const closing = server
    server = undefined
    const closed = closing && once(closing.close(), "close")
    cutAll()
    await closed
  }

  function cutAll(): void {
    for (const link of links) link.cut()
  }

  function apply(change: Partial<Toxics>): void {
    toxics = { ...toxics, ...change }
    for (const link of links) link.flow()
  }

  return {
    port,
    connections: () => links.size,
    latency: (ms: number) => apply({ latencyMs: ms }),
    /** Swallows everything from now on, without closing a connection. */
    blackHole: () => apply({ blackHole: true }),
    /** Cuts one connection instead of delivering the reply that the trigger picks; resolves when that happened. */
    resetPeer: (trigger: ResetTrigger): Promise<void> => resetPlan.arm(trigger),
    /** Sends new connections to another port, and cuts those there are. */
    retarget(port: number): void {
      targetPort = port
      cutAll()
    },
    /** Refuses connections and cuts those there are. */
    down,
    /** Back to a faithful proxy on the same port; what a black hole held arrives now. */
    async restore(): Promise<void> {
      if (!server) await listen((server = createServer({ allowHalfOpen: true }, accept)), port)
      resetPlan.disarm()
      apply(HEALTHY)
    },
    stop: down,
    [Symbol.asyncDispose]: down,
  }
}

export type TcpProxy = Awaited<ReturnType<typeof startTcpProxy>>
