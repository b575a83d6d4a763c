import { experiment } from "./experiments.ts"
import type { Planted, Setting } from "./experiments.ts"
import { HARD, NOISES, PROMISED } from "./noise.ts"
import type { Study, Wanted } from "./study.ts"

const TRIALS = 1_000
const NOTHING: Planted = { kind: "nothing", factor: 1 }
const ALL: Planted = { kind: "all", factor: 1.15 }
const ONE: Planted = { kind: "one", factor: 1.15 }

type Design = Pick<Setting, "command" | "runs" | "untilDecided">

const groups = (runs: number): Design => ({ command: "compare", runs, untilDecided: false })
const rounds = (runs: number): Design => ({ command: "ab", runs, untilDecided: false })
const decided = (runs: number): Design => ({ command: "ab", runs, untilDecided: true })

const EQUALS = [groups(4), groups(6), rounds(6), decided(12)]

const FALSE_ALARM: Wanted = { figure: "called", text: "equals called different", at: "most", share: 0.05 }
const found = (share: number): Wanted => ({ figure: "found", text: "found", at: "least", share })

/** Every noise level with equals and with a planted change. */
export const COMPARISONS: readonly Study[] = NOISES.flatMap((noise) => {
  const promised = noise === PROMISED
  return [
    ...EQUALS.map((design) => study({ ...design, noise, planted: NOTHING }, [FALSE_ALARM])),
    study({ ...groups(6), noise, planted: ALL }, promised ? [found(0.9)] : []),
    study({ ...decided(12), noise, planted: ALL }, promised ? [found(0.95)] : []),
    study({ ...decided(12), noise, planted: ONE }, promised ? [found(0.9)] : []),
  ]
})

function study(setting: Setting, wanted: Wanted[]): Study {
  return {
    name: nameOf(setting),
    trials: TRIALS,
    wanted,
    trial: (seed) => {
      const { verdict, found: isFound, runs } = experiment(setting, seed)
      return {
        called: Number(verdict === "worse" || verdict === "better"),
        found: Number(isFound),
        same: Number(verdict === "no-difference"),
        runs,
      }
    },
  }
}

function nameOf({ command, runs, untilDecided, noise, planted }: Setting): string {
  const what = { nothing: "equals", all: "+15 % in all figures", one: "+15 % in one of 12 figures" }[
    planted.kind
  ]
  const how =
    command === "compare"
      ? `compare ${runs} v ${runs}`
      : `ab ${untilDecided ? "until decided, at most " : ""}${runs} rounds`
  const hard = noise === HARD ? ", short runs with heavy tails" : ""
  return `${what}, ${how}, run noise ${noise.run * 100} %, drift ${noise.drift * 100} %${hard}`
}
