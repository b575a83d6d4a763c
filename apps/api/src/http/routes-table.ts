import type { Express, RequestHandler } from "express"
import { RefusalError } from "../errors.ts"

type Layer = {
  match: (path: string) => boolean
  route?: { path: string; methods: Record<string, boolean> }
  handle: { stack?: Layer[] }
}

export type RouteEntry = { method: string; path: string }

function routeLayers(layers: Layer[]): Layer[] {
  return layers.flatMap((layer) => (layer.route ? [layer] : routeLayers(layer.handle.stack ?? [])))
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Express does not type the layers of its router
const layersOf = (app: Express) => routeLayers((app.router as unknown as { stack: Layer[] }).stack)

/** Every route that the app answers, as Express holds them. */
export function listRoutes(app: Express): RouteEntry[] {
  return layersOf(app).flatMap(({ route }) =>
    Object.keys(route?.methods ?? {}).map((method) => ({
      method: method.toUpperCase(),
      path: route?.path ?? "",
    })),
  )
}

/** Comes after the routes: 405 with Allow where the path exists for another method, 404 where it does not. */
export function unmatched(app: Express): RequestHandler {
  const layers = layersOf(app)
  return (req, res) => {
    const methods = new Set(
      layers
        .filter((layer) => layer.match(req.path))
        .flatMap(({ route }) => Object.keys(route?.methods ?? {})),
    )
    if (methods.size === 0) throw new RefusalError("NOT_FOUND", "No such path")
    const allowed = [...methods].map((method) => method.toUpperCase()).join(", ")
    res.setHeader("Allow", allowed)
    throw new RefusalError("METHOD_NOT_ALLOWED", `Use ${allowed}`)
  }
}
