package dev.culvert.agent.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code culvert completion}: what a shell needs to complete commands and options. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints a completion script for bash and zsh.",
        footer = {
            "",
            "Examples:",
            "  source <(culvert completion)",
            "      for this shell; in zsh, after autoload -U +X bashcompinit && bashcompinit",
            "  culvert completion > ~/.local/share/bash-completion/completions/culvert",
            "      for every bash from now on"
        })
final class CompletionCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(AutoComplete.bash("culvert", spec.root().commandLine()));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
