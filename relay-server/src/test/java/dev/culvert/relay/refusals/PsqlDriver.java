package dev.culvert.relay.refusals;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Debian's psql. */
final class PsqlDriver implements Driver {
    @Override
    public Shown refusal(RefusingRelay relay, Login login) throws Exception {
        Process psql = start(relay, login);
        psql.outputWriter().close();
        return shown(psql);
    }

    @Override
    public Shown ending(RefusingRelay relay, Login login, String statement, Scenario.Step end)
            throws Exception {
        Process psql = start(relay, login);
        Writer in = psql.outputWriter();
        in.write(statement + ";\n");
        in.flush();
        relay.agent().awaitStatement();
        end.run(relay);
        relay.awaitEnding();
        try (in) {
            // psql reads what the server said when it sends the next statement, or has done so
            in.write("SELECT 2;\n");
            in.flush();
        } catch (IOException e) {
            // it has, and is gone
        }
        return shown(psql);
    }

    private static Process start(RefusingRelay relay, Login login) throws IOException {
        StringBuilder conninfo = new StringBuilder();
        login.parameters()
                .forEach((name, value) ->
                        conninfo.append(name).append("='").append(value).append("' "));
        conninfo.append("hostaddr=127.0.0.1 dbname=postgres connect_timeout=20 port=")
                .append(relay.port());
        ProcessBuilder command =
                new ProcessBuilder(
                        "psql",
                        "-X",
                        "-v",
                        "VERBOSITY=verbose",
                        "-v",
                        "ON_ERROR_STOP=1",
                        "-d",
                        conninfo.toString());
        command.environment().put("LC_ALL", "C");
        return command.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    private static Shown shown(Process psql) {
        // notices may come before
        List<String> lines =
                psql.errorReader().lines().dropWhile(line -> !line.contains("FATAL:  ")).toList();
        String fatal = behind(lines, "FATAL:  ");
        if (fatal == null) {
            throw new AssertionError("psql shows no error: " + lines);
        }
        boolean hasState = fatal.matches("[0-9A-Z]{5}: .*");
        return new Shown(
                hasState ? fatal.substring(0, 5) : null,
                hasState ? fatal.substring(7) : fatal,
                behind(lines, "DETAIL:  "),
                behind(lines, "HINT:  "));
    }

    /** The rest of the first line with that text in it. */
    private static @Nullable String behind(List<String> lines, String label) {
        for (String line : lines) {
            int at = line.indexOf(label);
            if (at >= 0) {
                return line.substring(at + label.length());
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "psql";
    }
}
