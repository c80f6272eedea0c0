package dev.culvert.agent.cli;

import dev.culvert.relay.policy.TokenEntry;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert token}: makes a token for an agent, and the lines that a relay knows it by. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a token that lets an agent open tunnels.",
            "Give the first line to the agent's owner, in CULVERT_TOKEN. The others belong into the"
                    + " file of access.tokens; they hold the token's hash only."
        })
final class TokenCommand implements Callable<Integer> {
    private static final int BYTES = 32;

    @Parameters(paramLabel = "SUBJECT", description = "Who the token is for.")
    private String subject = "";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        spec.commandLine()
                .getOut()
                .printf(
                        "CULVERT_TOKEN=%s%n  - subject: \"%s\"%n    sha256: \"%s\"%n",
                        token,
                        subject.replace("\\", "\\\\").replace("\"", "\\\""),
                        TokenEntry.hash(token));
        return 0;
    }
}
