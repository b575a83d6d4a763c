import { defineConfig } from "vitest/config"

const PROJECTS = [
  "apps/api",
  "apps/loadctl",
  "packages/command",
  "packages/sla",
  "packages/stack",
  "prisma",
  "k6-scripts",
  "scripts",
  "dashboards",
  "chaos",
  "bench",
  "test",
]

export default defineConfig({
  test: {
    // Only here: a project that extended this file would start a stack of its own.
    globalSetup: "test/global-setup.ts",
    maxWorkers: 2,
    projects: PROJECTS.map((folder) => ({
      test: {
        name: folder,
        include: [`${folder}/**/*.test.ts`],
        // Tests wait for real databases and processes, which take their time on a busy machine.
        testTimeout: 30_000,
        hookTimeout: 60_000,
        expect: { poll: { timeout: 10_000 } },
      },
    })),
  },
})
