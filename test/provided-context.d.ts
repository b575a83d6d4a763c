import "vitest"

declare module "vitest" {
  /** What test/global-setup.ts started, for `inject("databaseUrl")` in a test. */
  export interface ProvidedContext {
    /** A migrated, empty database that must not be written to: clone it with `CREATE DATABASE x TEMPLATE y`. */
    databaseUrl: string
    redisUrl: string
    influxUrl: string
    k6Path: string
    /** Patches for programs that a test starts, by test/mutations/child-hook.mjs; only while mutations are tried. */
    mutationFile?: string
  }
}
