#!/bin/sh
# Runs loadctl with the arguments given, compares the run with the latest one of the base branch where there is one,
# and leaves everything in LOADCTL_OUT. Ends with 0 when there is a verdict; finish.sh ends with the verdict's code.
set -u
out=${LOADCTL_OUT:-loadctl-report}
mkdir -p "$out"
before=$(loadctl runs --format json | node -e '
  const { runs } = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
  console.log(runs.map(({ runId }) => runId).join(" "))')
loadctl run "$@" --report-dir "$out"
code=$?
echo "$code" > "$out/exit-code"
case "$code" in 0|4|5) ;; *) exit "$code" ;; esac

# Of each run that was made now: the latest of the same scenario that was there before.
pairs=$(BEFORE="$before" loadctl runs --format json | BEFORE="$before" node -e '
  const before = new Set(process.env.BEFORE.split(" "))
  const { runs } = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
  for (const { runId, scenario } of runs.filter((run) => !before.has(run.runId))) {
    const base = runs.find((run) => before.has(run.runId) && run.scenario === scenario && run.verdict !== "INVALID")
    if (base) console.log(`${base.runId} ${runId}`)
  }')
echo "$pairs" | while read -r base candidate; do
  [ -n "$base" ] || continue
  { echo; echo "#### Beside the base branch"; echo; loadctl compare "$base" "$candidate" --format markdown; } >> "$out/report.md"
done
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$out/report.md" >> "$GITHUB_STEP_SUMMARY"
exit 0
