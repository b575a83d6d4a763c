import { cp, mkdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"

import { execa } from "execa"

type Stage = {
  root: string
  workdir: string
  user: string
  env: Record<string, string>
  command: string[]
}
type Build = { context: string; folder: string; stages: Map<string, Stage> }
type Step = (rest: string, stage: Stage, build: Build) => Promise<Stage>

const STEPS: Record<string, Step> = {
  FROM: (rest, _stage, { folder, stages }) => begin(rest.split(" "), { folder, stages }),
  WORKDIR: async (rest, stage) => {
    await mkdir(join(stage.root, rest), { recursive: true })
    return { ...stage, workdir: rest }
  },
  ENV: async (rest, stage) => {
    const [name = "", value = ""] = rest.split("=")
    return { ...stage, env: { ...stage.env, [name]: value } }
  },
  COPY: (rest, stage, build) => copy(rest.split(" "), stage, build),
  RUN: async (rest, stage) => {
    await execa(rest, { shell: true, cwd: join(stage.root, stage.workdir), env: stage.env })
    return stage
  },
  CMD: async (rest, stage) => ({ ...stage, command: JSON.parse(rest) }),
  USER: async (rest, stage) => ({ ...stage, user: rest }),
  EXPOSE: async (_rest, stage) => stage,
}

/**
 * Carries out the steps of a Dockerfile without an engine: each stage becomes a folder that stands for its root.
 * Knows the instructions that ours uses and refuses others. Returns what a stage would run, and where, by its name.
 */
export async function buildStages(file: string, { context, folder }: { context: string; folder: string }) {
  const stages = new Map<string, Stage>()
  let name = ""
  for (const line of (await readFile(file, "utf8")).split("\n")) {
    if (line === "" || line.startsWith("#")) continue
    const instruction = line.slice(0, line.indexOf(" "))
    const rest = line.slice(instruction.length + 1)
    const step = STEPS[instruction]
    if (!step) throw new Error(`this reader does not know ${instruction}`)
    if (instruction === "FROM") name = rest.split(" ").at(-1) ?? ""
    stages.set(name, await step(rest, stages.get(name) ?? EMPTY, { context, folder, stages }))
  }
  return (wanted: string) => {
    const stage = stages.get(wanted) ?? EMPTY
    const [program = "", ...args] = stage.command
    return { program, args, cwd: join(stage.root, stage.workdir), user: stage.user, env: stage.env }
  }
}

const EMPTY: Stage = { root: "", workdir: "/", user: "root", env: {}, command: [] }

async function begin(words: string[], { folder, stages }: Omit<Build, "context">): Promise<Stage> {
  const base = stages.get(words[0] ?? "")
  const root = join(folder, words.at(-1) ?? "")
  await mkdir(root)
  if (base) await cp(base.root, root, { recursive: true, verbatimSymlinks: true })
  return { ...(base ?? EMPTY), root }
}

async function copy(words: string[], stage: Stage, { stages, context }: Build): Promise<Stage> {
  const origin = stages.get(words.find((word) => word.startsWith("--from="))?.slice("--from=".length) ?? "")
  const paths = words.filter((word) => !word.startsWith("--"))
  const destination = paths.pop() ?? ""
  for (const source of paths) {
    const target = destination.endsWith("/") ? join(destination, basename(source)) : destination
    await cp(join(origin?.root ?? context, source), join(stage.root, stage.workdir, target), {
      recursive: true,
      verbatimSymlinks: true,
    })
  }
  return stage
}
