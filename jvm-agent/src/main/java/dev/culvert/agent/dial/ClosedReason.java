package dev.culvert.agent.dial;

import dev.culvert.tunnel.frame.CloseCode;
import java.util.Optional;

/**
 * Why sharing ended.
 *
 * @param name the close code's name (PROTOCOL.md section 10), or {@code connection-lost}
 * @param message what happened
 * @param hint what to do about it
 * @param retry whether sharing again can help
 */
public record ClosedReason(String name, String message, String hint, CloseCode.Retry retry) {
    /**
     * A reason.
     *
     * @param code empty when the connection was lost
     * @param details what is known beyond the code, or empty
     */
    static ClosedReason of(Optional<CloseCode> code, String details) {
        return code.map(known -> of(known, details))
                .orElseGet(() ->
                        new ClosedReason(
                                "connection-lost",
                                withDetails("the connection to the relay was lost", details),
                                "Check the network and the relay's address, and share again.",
                                CloseCode.Retry.YES));
    }

    private static ClosedReason of(CloseCode code, String details) {
        String message =
                switch (code) {
                    case CLOSED -> "sharing was stopped";
                    case VIOLATION -> "a frame broke the tunnel protocol";
                    case UNAUTHORIZED -> "the token is missing or not accepted";
                    case NAME_TAKEN -> "another agent holds the name";
                    case HELLO_REFUSED -> "the relay does not accept what the agent asked for";
                    case SUPERSEDED -> "a newer connection of the same agent took over";
                    case DEAD -> "no frame came for too long";
                    case LIMIT -> "the relay or the token's owner has too many tunnels";
                    case LIFETIME -> "the tunnel's lifetime is over";
                    case DRAINING -> "the relay is shutting down";
                    case INTERNAL -> "the relay failed";
                    case KILLED -> "the relay's operator ended the tunnel";
                };
        String hint =
                switch (code) {
                    case CLOSED -> "Share again, under a new password.";
                    case VIOLATION ->
                            "The relay and this agent do not fit together: bring both to the same"
                                    + " release, and report it.";
                    case UNAUTHORIZED -> "Pass a token that this relay's operator gave out.";
                    case NAME_TAKEN ->
                            "Ask for another name, or for none and take the one that the relay"
                                    + " makes.";
                    case HELLO_REFUSED -> "The message says which option it is.";
                    case SUPERSEDED -> "Nothing is wrong: look at the newer one.";
                    case DEAD -> "The network kept the two apart. Share again.";
                    case LIMIT -> "Stop another tunnel, or try again later.";
                    case LIFETIME -> "Share again.";
                    case DRAINING -> "Share again in a moment, or through another relay.";
                    case INTERNAL -> "Share again; the relay's log says more.";
                    case KILLED -> "Ask the relay's operator why.";
                };
        return new ClosedReason(code.label(), withDetails(message, details), hint, code.retry());
    }

    private static String withDetails(String message, String details) {
        return details.isEmpty() || details.equals(message) ? message : message + ": " + details;
    }
}
