import { z } from "zod"
import type { CallEngine } from "./wasm.ts"

const Message = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
})
const Printing = z.object({ stdout: z.string().min(1) })
const EngineError = z.object({ message: z.string(), code: z.string().optional() })

/** The native engine's names for methods that the WebAssembly build calls otherwise. */
const RENAMED: Record<string, string> = { getDatabaseVersion: "version" }

/**
 * Answers one line of JSON-RPC 2.0 with the messages to write, the response last. Lines without a method are
 * Prisma's acknowledgements of `print` and need none.
 */
export async function answer(line: string, call: CallEngine): Promise<unknown[]> {
  if (!line.trim()) return []
  const { id, method, params } = Message.parse(JSON.parse(line))
  if (method === undefined) return []
  try {
    const result = plain(await call(RENAMED[method] ?? method, params)) ?? {}
    return [...printed(id, result), { jsonrpc: "2.0", id, result }]
  } catch (error) {
    return [{ jsonrpc: "2.0", id, error: rpcError(error) }]
  }
}

/** The native engine prints through Prisma; the WebAssembly build puts the text into its result. */
function printed(id: string | number | undefined, result: unknown) {
  const { data } = Printing.safeParse(result)
  if (!data) return []
  return [{ jsonrpc: "2.0", id: `print-${id}`, method: "print", params: { content: data.stdout } }]
}

function rpcError(error: unknown) {
  const { message, code } = EngineError.safeParse(error).data ?? { message: String(error) }
  const data = { is_panic: false, message, ...(code && { error_code: code }) }
  return { code: 4466, message: "An error happened. Check the data field for details.", data }
}

/** The engine answers with Maps where Prisma expects objects. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return plain(Object.fromEntries(value))
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}
