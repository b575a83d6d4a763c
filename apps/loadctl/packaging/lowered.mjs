// What Node 22 does not have of what the sources use; injected into the bundle, where it is used.
import { DisposableStackForNode22 } from "./disposable-stack.mjs"

export const AsyncDisposableStack = globalThis.AsyncDisposableStack ?? DisposableStackForNode22
