import { TONES } from "./tones.ts"

function tones(scheme: "light" | "dark"): string {
  return Object.entries(TONES)
    .map(([name, tone]) => `--${name}: ${tone[scheme]};`)
    .join(" ")
}

const KEYS = Object.entries(TONES)
  .map(
    ([name, { width, dash }]) =>
      `.key.${name}::before { border-top: ${width * 1.5}px ${dash} var(--${name}); }`,
  )
  .join("\n")

/** The look of the page: two color schemes, one column on a phone, nothing fetched. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #f6f8fa; --text: #1f2328; --faint: #59636e; --line: #d1d9e0;
  --shade: rgba(89, 99, 110, 0.13); --more: rgba(31, 35, 40, 0.25);
  --pass: #1a7f37; --fail: #cf222e; --invalid: #9a6700; --on-verdict: #ffffff;
  ${tones("light")}
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #151b23; --text: #e6edf3; --faint: #9198a1; --line: #3d444d;
    --shade: rgba(145, 152, 161, 0.16); --more: rgba(1, 4, 9, 0.9);
    --pass: #3fb950; --fail: #f85149; --invalid: #d29922; --on-verdict: #0d1117;
    ${tones("dark")}
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem clamp(0.75rem, 3vw, 2.5rem) 4rem; max-width: 84rem;
  background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  overflow-wrap: break-word;
}
h1 { font-size: 1.35rem; line-height: 1.35; margin: 0.5rem 0 0.25rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 0.75rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--line); }
p { margin: 0.5rem 0; }
.faint, caption, figcaption span, .unit { color: var(--faint); }
.verdict {
  display: inline-block; padding: 0.15rem 0.9rem; border-radius: 2rem;
  font-weight: 700; font-size: 1.2rem; letter-spacing: 0.03em; color: var(--on-verdict);
}
.verdict.PASS { background: var(--pass); }
.verdict.FAIL { background: var(--fail); }
.verdict.INVALID { background: var(--invalid); }
ul.findings { list-style: none; margin: 1rem 0; padding: 0; }
ul.findings li { padding: 0.15rem 0 0.15rem 1.5rem; text-indent: -1.5rem; }
ul.findings b { display: inline-block; width: 1.5rem; text-indent: 0; }
.reason b, .bad, .mark.broken { color: var(--fail); }
.warning b, .mark.unknown { color: var(--invalid); }
.cause b { color: var(--p50); }
.mark.kept, .good { color: var(--pass); }
.bad { font-weight: 700; }
ul.changes { list-style: none; margin: 0.75rem 0 0; padding: 0; }
ul.changes li { display: grid; grid-template-columns: minmax(4rem, 42%) 1fr 4.5rem; gap: 0.6rem; padding: 0.2rem 0; }
ul.changes .name { overflow-wrap: anywhere; }
ul.changes .value { text-align: right; font-variant-numeric: tabular-nums; }
.track { position: relative; background: linear-gradient(var(--line), var(--line)) center / 1px 100% no-repeat; }
.track i { position: absolute; top: 50%; background: currentColor; }
.track .span { height: 4px; margin-top: -2px; opacity: 0.45; border-radius: 2px; }
.track .dot { width: 10px; height: 10px; margin: -5px; border-radius: 50%; }
.track.same, .track.open { color: var(--faint); }
pre { overflow-x: auto; }
a { color: var(--p50); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.75rem; margin: 1.25rem 0; }
.tiles > div { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.6rem 0.9rem; }
.tiles dt { color: var(--faint); font-size: 0.85rem; }
.tiles dd { margin: 0; }
.tiles .value { font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tiles .detail { color: var(--faint); font-size: 0.85rem; }
/* A shadow at the side where there is more to scroll to. */
.scroll {
  overflow-x: auto; background: linear-gradient(to right, var(--page) 30%, transparent) left,
    linear-gradient(to left, var(--page) 30%, transparent) right,
    radial-gradient(farthest-side at 0 50%, var(--more), transparent) left,
    radial-gradient(farthest-side at 100% 50%, var(--more), transparent) right;
  background-size: 2.5rem 100%, 2.5rem 100%, 0.9rem 100%, 0.9rem 100%; background-repeat: no-repeat;
  background-attachment: local, local, scroll, scroll;
}
table { border-collapse: collapse; font-variant-numeric: tabular-nums; min-width: min(100%, 30rem); }
caption { text-align: left; font-size: 0.85rem; padding-bottom: 0.3rem; }
th, td { padding: 0.3rem 0.75rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
thead th { color: var(--faint); font-weight: 600; font-size: 0.85rem; border-top: 0; }
th:first-child, .word { text-align: left; }
td.word { white-space: normal; }
tbody th { font-weight: 500; position: sticky; left: 0; background: var(--page); }
.wide table { width: 100%; }
.wide tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 11rem; }
.sheet td.word { white-space: nowrap; }
.sheet td.word:last-child { min-width: 15rem; white-space: normal; }
.verdict.CALM { background: var(--faint); }
.wide:not(.plain) tbody tr:last-child > * { border-top-width: 2px; font-weight: 600; }
.mark { display: inline-block; width: 1.4rem; font-weight: 700; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
.charts + p, .charts + .wide { margin-top: 1.25rem; }
figure { display: flex; flex-direction: column; margin: 0; padding: 0.75rem 0.75rem 0.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
figure .chart { margin-top: auto; padding-top: 0.35rem; min-width: 0; }
.u-legend { font-size: 0.8rem; text-align: left; color: var(--faint); min-width: 0; }
.u-legend .u-value { font-variant-numeric: tabular-nums; color: var(--text); }
.u-legend th, .u-legend td { border: 0; padding: 0 0.25rem 0 0; text-align: left; position: static; background: none; min-width: 0; }
.u-select { background: var(--shade); }
figcaption b { font-weight: 600; }
figcaption span { display: block; font-size: 0.85rem; }
figcaption .unit { display: inline; margin-left: 0.35rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0 0 0.75rem; padding: 0; list-style: none; font-size: 0.85rem; color: var(--faint); }
figure .legend { margin: 0.35rem 0 0; }
.key::before { content: ""; display: inline-block; width: 1.5rem; margin-right: 0.4rem; vertical-align: 0.25em; }
.key.shaded::before { height: 0.8em; background: var(--shade); border: 1px solid var(--line); vertical-align: -0.1em; }
${KEYS}
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--faint); padding: 0.25rem 0; }
details[open] > summary { margin-bottom: 0.5rem; }
dl.facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.35rem 1.25rem; margin: 1rem 0; }
dl.facts dt { color: var(--faint); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 3rem; color: var(--faint); font-size: 0.85rem; }
:focus-visible { outline: 2px solid var(--p50); outline-offset: 2px; }
@media (max-width: 40rem) {
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: 0.6rem; }
  table { font-size: 0.85rem; }
  th, td { padding: 0.3rem 0.3rem; }
  tbody th, .wide tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 10.25rem; }
  td.word { min-width: 40vw; }
  .plain tbody th { min-width: 6rem; }
  .plain td.word, .sheet td.word:last-child { min-width: 0; white-space: nowrap; }
  .mark { width: 1.1rem; }
}
@media print { body { max-width: none; } figure, tr { break-inside: avoid; } }
`
