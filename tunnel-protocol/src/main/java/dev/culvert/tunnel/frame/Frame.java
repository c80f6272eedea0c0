package dev.culvert.tunnel.frame;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One frame; PROTOCOL.md section 2.
 *
 * <p>The records hold what their Javadoc promises: {@code FrameDecoder} checks bounds and members
 * before it makes one.
 */
public sealed interface Frame {
    /** Size of the header, in bytes. */
    int HEADER_BYTES = 8;

    /** Largest payload that any peer may negotiate, in bytes. */
    int MAX_PAYLOAD = 65_536;

    /** Payload size when nothing else is configured, in bytes. */
    int DEFAULT_PAYLOAD = 32_768;

    /** The version that HELLO and WELCOME carry. */
    int VERSION = 1;

    /** The WebSocket subprotocol. */
    String SUBPROTOCOL = "culvert.v1";

    /** What the frame is. */
    FrameType type();

    /** The stream that the frame belongs to; 0 for the tunnel. Unsigned. */
    default int stream() {
        return 0;
    }

    /** Lets go of what the frame owns; it is not to be used any more. */
    default void release() {}

    /**
     * The agent introduces itself; PROTOCOL.md section 3.
     *
     * @param agent program and version
     * @param name the tunnel name asked for, unchecked, or null for one that the relay makes
     * @param token proof that the agent may open a tunnel, or null
     * @param mode sharing mode asked for, or null for exclusive
     * @param users who may connect, 1 to {@value #MAX_USERS}
     * @param allow ranges of addresses that clients may come from, unchecked, at most {@value
     *     #MAX_ALLOW}; empty for all
     * @param backend what runs the SQL
     * @param idleTimeout seconds, or null for the relay's own
     * @param lifetime seconds, or null for the relay's own
     * @param window initial credit per stream towards the agent, in bytes
     * @param resumable whether the agent can resume
     * @param resume the tunnel to resume, or null for a new one
     */
    record Hello(
            String agent,
            @Nullable String name,
            @Nullable String token,
            @Nullable String mode,
            List<User> users,
            List<String> allow,
            Backend backend,
            @Nullable Integer idleTimeout,
            @Nullable Integer lifetime,
            Timeouts timeouts,
            int window,
            boolean resumable,
            @Nullable Resume resume)
            implements Frame {
        /** Most users in one HELLO. */
        public static final int MAX_USERS = 100;

        /** Most ranges of addresses in one HELLO. */
        public static final int MAX_ALLOW = 100;

        /** Smallest and largest window, in bytes. */
        public static final int MIN_WINDOW = 32_768;

        public static final int MAX_WINDOW = 8_388_608;

        /** A HELLO that lets clients come from anywhere, and cannot resume. */
        public Hello(
                String agent,
                @Nullable String name,
                @Nullable String token,
                @Nullable String mode,
                List<User> users,
                Backend backend,
                @Nullable Integer idleTimeout,
                @Nullable Integer lifetime,
                int window) {
            this(
                    agent,
                    name,
                    token,
                    mode,
                    users,
                    List.of(),
                    backend,
                    idleTimeout,
                    lifetime,
                    Timeouts.NONE,
                    window,
                    false,
                    null);
        }

        @Override
        public FrameType type() {
            return FrameType.HELLO;
        }

        /** Leaves the token and the verifiers out. */
        @Override
        public String toString() {
            return "Hello[agent=" + agent + ", name=" + name + ", backend=" + backend + "]";
        }
    }

    /**
     * The tunnel that an agent wants to resume; PROTOCOL.md section 8.
     *
     * @param secret what WELCOME gave it
     * @param received sequenced frames that the agent has received, or null when it has lost its
     *     memory and begins a new epoch
     */
    record Resume(String name, String secret, @Nullable Long received) {
        /** Leaves the secret out. */
        @Override
        public String toString() {
            return "Resume[name=" + name + ", received=" + received + "]";
        }
    }

    /**
     * What else has an end, in seconds; null for what is not said.
     *
     * @param idleInTransaction how long a session may wait for its client with a transaction open
     * @param statement how long a batch may run
     * @param queue how long a client may wait for its turn
     */
    record Timeouts(
            @Nullable Integer idleInTransaction,
            @Nullable Integer statement,
            @Nullable Integer queue) {
        /** Nothing said. */
        public static final Timeouts NONE = new Timeouts(null, null, null);
    }

    /**
     * Someone who may connect.
     *
     * @param name the Postgres user name
     * @param verifier a SCRAM-SHA-256 verifier in Postgres' own notation, unchecked; null for a
     *     user who needs no password
     * @param expires seconds since 1970-01-01T00:00Z from which on the user may not connect, or
     *     null
     */
    record User(String name, @Nullable String verifier, @Nullable Long expires) {
        /** Latest time of an expiry: the end of the year 9999. */
        public static final long MAX_EXPIRES = 253_402_300_799L;

        /** A user with a password that does not expire. */
        public User(String name, String verifier) {
            this(name, verifier, null);
        }

        /** Leaves the verifier out. */
        @Override
        public String toString() {
            return "User[" + name + "]";
        }
    }

    /**
     * What runs the SQL behind an agent.
     *
     * @param version the program's version, for people
     */
    record Backend(Kind kind, String version) {
        /** Decides who applies the startup parameters. */
        public enum Kind {
            /** Takes a StartupMessage but applies none of its parameters. */
            PGLITE,
            /** A Postgres server. */
            POSTGRES
        }
    }

    /**
     * The relay has taken the agent in; PROTOCOL.md section 3. Timeouts in seconds, sizes in bytes.
     */
    record Welcome(
            String relay,
            String name,
            String host,
            int port,
            int idleTimeout,
            int lifetime,
            Timeouts timeouts,
            int maxPayload,
            int window,
            @Nullable Resumption resume)
            implements Frame {
        @Override
        public FrameType type() {
            return FrameType.WELCOME;
        }
    }

    /**
     * How a tunnel can be resumed, or was; PROTOCOL.md section 8.
     *
     * @param secret {@value #SECRET_LENGTH} characters
     * @param grace seconds that the tunnel outlives its WebSocket
     * @param received sequenced frames that the relay has received, when it was resumed, or null
     */
    record Resumption(String secret, int grace, @Nullable Long received) {
        /** Length of the secret, in characters: 256 bits as base64url. */
        public static final int SECRET_LENGTH = 43;

        /** Leaves the secret out. */
        @Override
        public String toString() {
            return "Resumption[grace=" + grace + ", received=" + received + "]";
        }
    }

    /** A client has logged in; PROTOCOL.md section 4. */
    record Open(
            int stream,
            String session,
            String user,
            String database,
            Client client,
            String application)
            implements Frame {
        @Override
        public FrameType type() {
            return FrameType.OPEN;
        }
    }

    /** Where a client connects from. */
    record Client(String address, int port) {}

    /** The agent will run the stream's batches. */
    record Accept(int stream) implements Frame {
        @Override
        public FrameType type() {
            return FrameType.ACCEPT;
        }
    }

    /** The agent will not. */
    record Reject(int stream, Refusal reason) implements Frame {
        @Override
        public FrameType type() {
            return FrameType.REJECT;
        }
    }

    /**
     * Postgres messages.
     *
     * <p>Whoever holds the frame owns {@code payload} and releases it, or hands the frame on.
     *
     * @param end whether this ends a batch or a batch's answer
     */
    record Data(int stream, ByteBuf payload, boolean end) implements Frame {
        @Override
        public FrameType type() {
            return FrameType.DATA;
        }

        @Override
        public void release() {
            payload.release();
        }
    }

    /** Room for more DATA: {@code bytes} is 1 to 2³¹−1. */
    record Credit(int stream, int bytes) implements Frame {
        @Override
        public FrameType type() {
            return FrameType.CREDIT;
        }
    }

    /** The client wants this batch cancelled; batches count from 1. */
    record Cancel(int stream, int batch) implements Frame {
        @Override
        public FrameType type() {
            return FrameType.CANCEL;
        }
    }

    /** The sender is done with the stream; a reason when the agent has one. */
    record Close(int stream, @Nullable Refusal reason) implements Frame {
        @Override
        public FrameType type() {
            return FrameType.CLOSE;
        }
    }

    /** Are you there? */
    record Ping(long opaque) implements Frame {
        @Override
        public FrameType type() {
            return FrameType.PING;
        }
    }

    /** I am. */
    record Pong(long opaque, Set<PongFlag> flags) implements Frame {
        @Override
        public FrameType type() {
            return FrameType.PONG;
        }
    }

    /** How the answering side fares. */
    enum PongFlag {
        /** The backend is running a batch. */
        BUSY(0x01),
        /** The page is hidden; its timers may be throttled. */
        HIDDEN(0x02);

        private final int bit;

        PongFlag(int bit) {
            this.bit = bit;
        }

        /** The flag's bit in the header. */
        public int bit() {
            return bit;
        }
    }

    /** Sequenced frames received so far, unsigned; PROTOCOL.md section 8. */
    record Ack(long count) implements Frame {
        @Override
        public FrameType type() {
            return FrameType.ACK;
        }
    }

    /** The sender is about to close the WebSocket. */
    record GoAway(String code, String message) implements Frame {
        @Override
        public FrameType type() {
            return FrameType.GOAWAY;
        }
    }
}
