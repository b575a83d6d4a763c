/** A command as a shell completes it. */
export type Completed = {
  name: string
  description: string
  options: { flags: string[]; description: string; choices: readonly string[] }[]
}

const SCENARIOS = "loadctl list --names 2>/dev/null"

/** What a shell sources to complete commands, flags, their choices, and the scenarios of the nearest loadctl.yaml. */
export function completionScript(shell: "bash" | "zsh" | "fish", commands: readonly Completed[]): string {
  if (shell === "bash") return bash(commands)
  return shell === "zsh" ? zsh(commands) : fish(commands)
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, options }) => {
    const flags = options.flatMap((option) => option.flags.filter((flag) => flag.startsWith("--")))
    return `    ${name}) words="${[...new Set(flags), "--help"].join(" ")}" ;;`
  })
  return `_loadctl() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  case "$before" in
    -s|--scenario) COMPREPLY=($(compgen -W "$(${SCENARIOS})" -- "$word")); return ;;
${choiceCases(commands)}
    -c|--config|--script|--save) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="${commands.map(({ name }) => name).join(" ")} --help --version" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _loadctl loadctl
`
}

function choiceCases(commands: readonly Completed[]): string {
  const options = commands.flatMap((command) => command.options).filter(({ choices }) => choices.length > 0)
  // A flag may have more choices in one command than in another.
  const byFlags = Map.groupBy(options, ({ flags }) => flags.join("|"))
  return [...byFlags]
    .map(([flags, same]) => [flags, [...new Set(same.flatMap(({ choices }) => choices))].join(" ")])
    .map(([flags, words]) => `    ${flags}) COMPREPLY=($(compgen -W "${words}" -- "$word")); return ;;`)
    .join("\n")
}

function zsh(commands: readonly Completed[]): string {
  const described = commands.map(({ name, description }) => `    ${shellQuoted(`${name}:${description}`)}`)
  const cases = commands.map(({ name, options }) => {
    const specs = options.flatMap(({ flags, description, choices }) =>
      flags.map((flag) => {
        const value = flag === "--scenario" || flag === "-s" ? ":scenario:_loadctl_scenarios" : ""
        const chosen = choices.length > 0 ? `:value:(${choices.join(" ")})` : value
        return shellQuoted(`${flag}[${description.replaceAll(/[[\]:]/g, " ")}]${chosen}`)
      }),
    )
    return `    ${name}) _arguments ${[...specs, "'*:file:_files'"].join(" ")} ;;`
  })
  return `#compdef loadctl
_loadctl_scenarios() { compadd -- \${(f)"$(${SCENARIOS})"} }
_loadctl() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  shift words; (( CURRENT-- ))
  case "$words[1]" in
${cases.join("\n")}
  esac
}
# Loaded from a folder of functions, this file is the function itself.
if [[ "$funcstack[1]" == _loadctl ]]; then _loadctl "$@"; else compdef _loadctl loadctl; fi
`
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c loadctl -n __fish_use_subcommand -f -a ${name} -d ${shellQuoted(description)}`,
    ...options.map(({ flags, description, choices }) => {
      const names = flags.map((flag) =>
        flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      )
      const scenarios = flags.includes("--scenario") ? `-x -a '(${SCENARIOS})'` : ""
      const values = choices.length > 0 ? `-x -a ${shellQuoted(choices.join(" "))}` : scenarios
      const condition = `-n '__fish_seen_subcommand_from ${name}'`
      return ["complete -c loadctl", condition, ...names, values, "-d", shellQuoted(description)]
        .filter(Boolean)
        .join(" ")
    }),
  ])
  return `${lines.join("\n")}\n`
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
