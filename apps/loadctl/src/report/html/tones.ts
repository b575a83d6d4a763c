/** How the lines of the charts look. Each differs from its neighbors by more than its color. */
export const TONES = {
  p50: { light: "#0969da", dark: "#58a6ff", width: 1.25, dash: "solid", step: false, fill: false },
  p95: { light: "#bc4c00", dark: "#f0883e", width: 2, dash: "solid", step: false, fill: false },
  p99: { light: "#8250df", dark: "#bc8cff", width: 1.25, dash: "dashed", step: false, fill: false },
  traffic: { light: "#0969da", dark: "#58a6ff", width: 1.5, dash: "solid", step: false, fill: true },
  failed: { light: "#cf222e", dark: "#f85149", width: 1.5, dash: "solid", step: false, fill: true },
  users: { light: "#57606a", dark: "#9198a1", width: 1.5, dash: "solid", step: true, fill: true },
  share: { light: "#0969da", dark: "#58a6ff", width: 1.25, dash: "solid", step: true, fill: true },
  first: { light: "#0969da", dark: "#58a6ff", width: 1.75, dash: "solid", step: false, fill: false },
  second: { light: "#bc4c00", dark: "#f0883e", width: 1.75, dash: "dashed", step: false, fill: false },
  third: { light: "#8250df", dark: "#bc8cff", width: 1.75, dash: "dotted", step: false, fill: false },
  fourth: { light: "#1a7f37", dark: "#3fb950", width: 1.25, dash: "solid", step: false, fill: false },
  limit: { light: "#cf222e", dark: "#f85149", width: 1, dash: "dashed", step: false, fill: false },
} as const

export type Tone = keyof typeof TONES
