package dev.culvert.agent.upstream;

import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.md5.Md5Verifier;
import dev.culvert.wire.scram.ScramLogin;
import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The agent's login at a Postgres server, from the StartupMessage to the first ReadyForQuery.
 *
 * <p>No I/O; not thread-safe.
 */
final class UpstreamLogin {
    private static final int OK = 0;
    private static final int CLEARTEXT = 3;
    private static final int MD5 = 5;
    private static final int SASL = 10;
    private static final int SASL_CONTINUE = 11;
    private static final int SASL_FINAL = 12;
    private static final int SALT_BYTES = 4;

    /** What is next. */
    sealed interface Step {
        /** Nothing: more is to come. */
        record Wait() implements Step {}

        /** Send this PasswordMessage, or the like. */
        record Send(byte[] body) implements Step {}

        /** The same, once it has been computed: not on an event loop. */
        record Compute(ScramLogin scram, byte[] challenge) implements Step {}

        /** A message that belongs into the answer to the client's StartupMessage. */
        record Pass() implements Step {}

        /** It is done: the message ends that answer. */
        record Done() implements Step {}

        /**
         * The server, or this side, does not want it.
         *
         * @param told to the client, who is to know nothing of the server's users
         * @param cause for the agent's owner
         */
        record Failed(String told, String cause) implements Step {
            Failed(String cause) {
                this(cause, cause);
            }
        }

        /** The server refuses for a reason that is the client's to know. */
        record Refused(ErrorResponse error) implements Step {}
    }

    private final UpstreamAddress address;
    private final Protection protection;
    private @Nullable ScramLogin scram;
    private boolean verified;
    private boolean loggedIn;
    private int processId;
    private byte[] secretKey = {};

    /**
     * A login that has begun.
     *
     * @param protection of the connection
     */
    UpstreamLogin(UpstreamAddress address, Protection protection) {
        this.address = address;
        this.protection = protection;
    }

    /** What a CancelRequest names. */
    int processId() {
        return processId;
    }

    byte[] secretKey() {
        return secretKey.clone();
    }

    /**
     * The server has said a message.
     *
     * @param body without the header; stays the caller's
     */
    Step onMessage(byte type, ByteBuf body) {
        return switch (type) {
            case 'R' -> onAuthentication(body);
            case 'E' -> onError(ErrorResponse.parse(body));
            case 'K' -> {
                processId = body.readInt();
                secretKey = new byte[body.readableBytes()];
                body.readBytes(secretKey);
                yield new Step.Wait(); // a key of the server's must not get out
            }
            case 'S', 'N' -> new Step.Pass();
            case 'Z' -> loggedIn ? new Step.Done() : unexpected(type);
            default -> unexpected(type);
        };
    }

    private Step onError(ErrorResponse error) {
        // what the server has against the agent is not the client's doing
        return loggedIn || !error.sqlState().startsWith("28")
                ? new Step.Refused(error)
                : new Step.Failed("the server answers " + error.sqlState(), error.message());
    }

    private static Step unexpected(byte type) {
        return new Step.Failed("the server sent an unexpected message of type " + (char) type);
    }

    private Step onAuthentication(ByteBuf body) {
        int kind = body.readInt();
        return switch (kind) {
            case OK -> onOk();
            case CLEARTEXT -> onCleartext();
            case MD5 -> onMd5(body);
            case SASL -> onSasl(body);
            case SASL_CONTINUE -> {
                ScramLogin present = scram;
                yield present == null
                        ? unexpected((byte) 'R')
                        : new Step.Compute(present, rest(body));
            }
            case SASL_FINAL -> {
                ScramLogin present = scram;
                verified = present != null && present.accepts(rest(body));
                yield verified
                        ? new Step.Wait()
                        : new Step.Failed("the server does not know the password itself");
            }
            default ->
                    new Step.Failed(
                            "the server asks for a way of authentication that the agent does not"
                                    + " know ("
                                    + kind
                                    + ")");
        };
    }

    private Step onOk() {
        if (scram != null && !verified) {
            return new Step.Failed("the server did not show that it knows the password");
        }
        loggedIn = true;
        return new Step.Wait();
    }

    private Step onCleartext() {
        if (!protection.confidential()) {
            return new Step.Failed(
                    "the server asks for the password itself over a connection without TLS");
        }
        return address.password()
                .<Step>map(password -> new Step.Send(text(password)))
                .orElseGet(UpstreamLogin::noPassword);
    }

    private Step onMd5(ByteBuf body) {
        byte[] salt = new byte[SALT_BYTES];
        body.readBytes(salt);
        return address.password()
                .<Step>map(password ->
                        new Step.Send(
                                text(
                                        Md5Verifier.fromPassword(password, address.user())
                                                .answer(salt))))
                .orElseGet(UpstreamLogin::noPassword);
    }

    private Step onSasl(ByteBuf body) {
        List<String> offered = new ArrayList<>();
        while (body.isReadable()) {
            offered.add(String.valueOf(CStrings.readLenient(body)));
        }
        if (address.password().isEmpty()) {
            return noPassword();
        }
        ScramLogin begun =
                ScramLogin.by(address.password().get(), protection.binding(), offered).orElse(null);
        if (begun == null) {
            return new Step.Failed("the server offers no kind of SCRAM that the agent knows");
        }
        scram = begun;
        byte[] mechanism = text(begun.mechanism());
        byte[] first = begun.first();
        ByteBuf initial = body.alloc().heapBuffer(mechanism.length + Integer.BYTES + first.length);
        try {
            initial.writeBytes(mechanism).writeInt(first.length).writeBytes(first);
            return new Step.Send(rest(initial));
        } finally {
            initial.release();
        }
    }

    private static Step noPassword() {
        return new Step.Failed("the server asks for a password, and the agent has none");
    }

    private static byte[] rest(ByteBuf body) {
        byte[] bytes = new byte[body.readableBytes()];
        body.readBytes(bytes);
        return bytes;
    }

    private static byte[] text(String text) {
        return (text + '\0').getBytes(StandardCharsets.UTF_8);
    }
}
