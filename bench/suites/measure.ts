import { drive } from "../load/drive.ts"
import type { LoadPlan, LoadResult } from "../load/model.ts"
import type { Figures } from "../report/model.ts"
import type { Cpu, Shop } from "../environment/shop.ts"

/** What else begins and ends with the measurement. */
export type Window = { begin: () => Promise<void>; end: () => Promise<void> }

type Measured = LoadResult & { from: Date; to: Date; seconds: number; cpu: Cpu }

type MeasureOptions = { signal: AbortSignal; window?: Window | undefined }

/** Drives the shop and reads CPU and the database's clock where the measurement begins and where it ends. */
export async function measureLoad(
  shop: Shop,
  plan: LoadPlan,
  { signal, window }: MeasureOptions,
): Promise<Measured> {
  const read = async () => {
    const at = await shop.now()
    return { at, cpu: await shop.cpu() }
  }
  let before = await read()
  const result = await drive({
    plan,
    signal,
    onWarm: async () => {
      await window?.begin()
      before = await read()
    },
  })
  const after = await read()
  await window?.end()
  const database =
    after.cpu.database === null || before.cpu.database === null
      ? null
      : after.cpu.database - before.cpu.database
  return {
    ...result,
    from: before.at,
    to: after.at,
    seconds: (after.at.getTime() - before.at.getTime()) / 1_000,
    cpu: { api: after.cpu.api - before.cpu.api, worker: after.cpu.worker - before.cpu.worker, database },
  }
}

/** CPU of every process for one of `count` operations, in ms. */
export function cpuEach({ api, worker, database }: Cpu, count: number): Figures {
  const each = (seconds: number | null) =>
    seconds === null || count === 0 ? null : (1_000 * seconds) / count
  return { apiMs: each(api), workerMs: each(worker), databaseMs: each(database) }
}
