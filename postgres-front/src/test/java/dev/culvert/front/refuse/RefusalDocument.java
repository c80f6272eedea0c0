package dev.culvert.front.refuse;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Writes {@code docs/refusals.md} from the catalogue. */
final class RefusalDocument {
    /** Refusals whose text is made elsewhere, and what that text is. */
    private enum Elsewhere {
        PROTOCOL_VIOLATION(
                Reason.PROTOCOL_VIOLATION,
                "08P01 or 0A000",
                "what the client sent that is no Postgres protocol, or a part of it that is not"
                        + " spoken here"),
        WRONG_PASSWORD(
                Reason.WRONG_PASSWORD,
                "28000",
                "the SCRAM exchange shows that the client's TLS connection ends elsewhere"),
        BAD_PARAMETER(
                Reason.BAD_PARAMETER,
                "the database's",
                "the database's own error about a startup parameter"),
        BACKEND_ENDED(
                Reason.BACKEND_ENDED,
                "the agent's, or 08006",
                "what the agent says about the end of the session"),
        PROXY_PROTOCOL(
                Reason.PROXY_PROTOCOL,
                "08P01",
                "a proxy's header is malformed, late, or not the proxy's: in the log only"),
        TERMINATED(Reason.TERMINATED, "00000", "the client ended the session: in the log only"),
        CLIENT_LOST(Reason.CLIENT_LOST, "08006", "the client vanished: in the log only");

        private final Reason reason;
        private final String sqlState;
        private final String text;

        Elsewhere(Reason reason, String sqlState, String text) {
            this.reason = reason;
            this.sqlState = sqlState;
            this.text = text;
        }
    }

    private RefusalDocument() {}

    static String text() {
        return """
        # Refusals

        Every way in which Culvert turns a Postgres client away or ends its session: severity FATAL,
        the SQLSTATE, the message and the hint that the client shows, and the label that logs and
        metrics carry. A word in braces stands for a value.

        This page is generated from the code (`RefusalText`); a test fails when it is stale. To write
        it anew, run the test `RefusalDocumentTest` of `postgres-front` with
        `-Dculvert.docs.write=true`.

        | SQLSTATE | message | hint | label |
        |---|---|---|---|
        %s

        Refusals that carry a text made elsewhere:

        | SQLSTATE | what the text says | label |
        |---|---|---|
        %s
        """
                .formatted(own(), elsewhere());
    }

    /** The reasons that the document knows. */
    static List<Reason> reasons() {
        return java.util.stream.Stream.concat(
                        Arrays.stream(RefusalText.values()).map(RefusalText::reason),
                        Arrays.stream(Elsewhere.values()).map(entry -> entry.reason))
                .distinct()
                .toList();
    }

    private static String own() {
        return Arrays.stream(RefusalText.values())
                .sorted(Comparator.comparing(text -> text.reason().sqlState().code()))
                .map(text ->
                        row(
                                text.reason().sqlState().code(),
                                text.message()
                                        + text.detail()
                                                .map(detail -> "<br>DETAIL: " + detail)
                                                .orElse(""),
                                text.hint(),
                                label(text.reason())))
                .collect(Collectors.joining("\n"));
    }

    private static String elsewhere() {
        return Arrays.stream(Elsewhere.values())
                .map(entry -> row(entry.sqlState, entry.text, label(entry.reason)))
                .collect(Collectors.joining("\n"));
    }

    private static String label(Reason reason) {
        return "`" + reason.label() + "`";
    }

    private static String row(String... cells) {
        return Arrays.stream(cells)
                .map(cell -> cell.replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }
}
