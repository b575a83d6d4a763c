import { Argument } from "commander"
import type { Command } from "commander"

import type { Io } from "../io.ts"
import type { Completed } from "../project/completion.ts"

const SHELLS = ["bash", "zsh", "fish"] as const
type Shell = (typeof SHELLS)[number]

const HELP = `
Examples:
  $ loadctl completion bash > ~/.local/share/bash-completion/completions/loadctl
  $ loadctl completion zsh > ~/.zfunc/_loadctl
  $ loadctl completion fish > ~/.config/fish/completions/loadctl.fish`

export function registerCompletion(program: Command, io: Io): void {
  program
    .command("completion")
    .description("print what completes commands, flags and scenarios in a shell")
    .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(SHELLS))
    .addHelpText("after", HELP)
    .action(async (shell: Shell) => {
      const { completionScript } = await import("../project/completion.ts")
      io.stdout(completionScript(shell, commandsOf(program)))
    })
}

/** The commands of the program with their flags, subcommands of a group included. */
function commandsOf(program: Command): Completed[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [command, ...command.commands].flatMap(({ options }) =>
      options.map(({ short, long, description, argChoices }) => ({
        flags: [short, long].filter((flag) => typeof flag === "string"),
        description,
        choices: argChoices ?? [],
      })),
    ),
  }))
}
