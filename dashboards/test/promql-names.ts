import { parser } from "@prometheus-io/lezer-promql"

/** One metric of an expression, with the labels that it must have and the values that they must have been seen with. */
export type Needed = { metric: string; labels: { name: string; value?: string }[] }

type Node = ReturnType<typeof parser.parse>["topNode"]

/** The metrics and labels that a PromQL expression counts on. Throws when it does not parse. */
export function neededBy(expression: string): Needed[] {
  const root = parser.parse(expression).topNode
  const broken = findAll(root, (node) => node.type.isError)[0]
  if (broken) throw new Error(`PromQL does not parse at ${broken.from}: ${expression}`)
  const text = ({ from, to }: Node): string => expression.slice(from, to)
  return findAll(root, named("VectorSelector")).map((selector) => ({
    metric: text(selector.getChild("Identifier") ?? selector),
    labels: [
      ...findAll(selector, named("UnquotedLabelMatcher")).map((matcher) => matched(matcher, text)),
      ...groupings(selector).flatMap((grouping) =>
        findAll(grouping, named("LabelName")).map((label) => ({ name: text(label) })),
      ),
    ],
  }))
}

/** A matcher with `=` needs its value to exist; any other only the label. */
function matched(matcher: Node, text: (node: Node) => string): { name: string; value?: string } {
  const [label, value] = [matcher.getChild("LabelName"), matcher.getChild("StringLiteral")]
  const name = label ? text(label) : ""
  return matcher.getChild("MatchOp")?.getChild("EqlSingle") && value
    ? { name, value: text(value).slice(1, -1) }
    : { name }
}

/** The `by (...)` and `on (...)` of everything around a selector. */
function groupings(selector: Node): Node[] {
  const found: Node[] = []
  for (let node = selector.parent; node; node = node.parent) {
    const modifier = node.getChild("AggregateModifier") ?? node.getChild("MatchingModifierClause")
    const labels = modifier?.getChild("GroupingLabels")
    if (labels) found.push(labels)
  }
  return found
}

const named =
  (name: string) =>
  (node: Node): boolean =>
    node.name === name

function findAll(node: Node, wanted: (node: Node) => boolean): Node[] {
  const inside: Node[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) inside.push(...findAll(child, wanted))
  return wanted(node) ? [node, ...inside] : inside
}
