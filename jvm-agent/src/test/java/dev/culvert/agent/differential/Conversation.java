package dev.culvert.agent.differential;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A client that says exactly what it is told to, and reads what comes.
 *
 * <p>Each round ends with a fence, which every server answers in the same way in whatever state it
 * is, unless the connection has ended: a Sync and three empty Query messages.
 */
final class Conversation implements AutoCloseable {
    private static final int PROTOCOL_3_0 = 196_608;
    private static final int FENCE_QUERIES = 3;
    private static final int TIMEOUT_MILLIS = 20_000;

    /**
     * A message of the server.
     *
     * @param type 0 for the end of the connection, which has no body
     */
    record ServerMessage(char type, byte[] body) {
        static final char END = 0;

        ByteBuffer buffer() {
            return ByteBuffer.wrap(body);
        }
    }

    /** The server neither answers nor ends the connection. */
    static final class SilenceException extends IOException {
        private static final long serialVersionUID = 1;

        SilenceException(List<ServerMessage> soFar) {
            super("no more answer after " + soFar.stream().map(ServerMessage::type).toList());
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final Map<String, String> parameters = new HashMap<>();
    private boolean ended;

    private Conversation(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 65_536));
        out = socket.getOutputStream();
    }

    /** The server has refused the login. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        private final List<String> answer;

        RefusedException(List<ServerMessage> answer) {
            super("login failed: " + Transcript.of(answer));
            this.answer = Transcript.of(answer);
        }

        /** What it said. */
        List<String> answer() {
            return answer;
        }
    }

    /**
     * Logs in to the database {@code postgres}.
     *
     * @param socket taken over; TLS, if there is to be any, is made
     * @param password sent when it is asked for
     */
    static Conversation begin(Socket socket, String user, String password) throws IOException {
        return begin(socket, user, password, Map.of("database", "postgres"));
    }

    /**
     * Logs in with any parameters.
     *
     * @throws RefusedException when the server does not want them
     */
    static Conversation begin(
            Socket socket, String user, String password, Map<String, String> parameters)
            throws IOException {
        Conversation conversation = new Conversation(socket);
        conversation.login(user, password, parameters);
        return conversation;
    }

    private void login(String user, String password, Map<String, String> more) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("user\0" + user + "\0").getBytes(StandardCharsets.UTF_8));
        more.forEach((name, value) ->
                body.writeBytes((name + "\0" + value + "\0").getBytes(StandardCharsets.UTF_8)));
        body.write(0);
        out.write(
                ByteBuffer.allocate(8 + body.size())
                        .putInt(8 + body.size())
                        .putInt(PROTOCOL_3_0)
                        .put(body.toByteArray())
                        .array());
        ServerMessage message = read(List.of());
        while (message.type() != 'Z') {
            if (message.type() == 'R' && message.buffer().getInt() == 3) {
                byte[] secret = (password + "\0").getBytes(StandardCharsets.UTF_8);
                out.write(
                        ByteBuffer.allocate(5 + secret.length)
                                .put((byte) 'p')
                                .putInt(4 + secret.length)
                                .put(secret)
                                .array());
            } else if (message.type() == 'E' || message.type() == ServerMessage.END) {
                throw new RefusedException(List.of(message));
            }
            message = read(List.of());
        }
    }

    /** What the server has said of its parameters. */
    Map<String, String> parameters() {
        return parameters;
    }

    /** Whether the server has ended the connection. */
    boolean isEnded() {
        return ended;
    }

    /**
     * Sends a round and reads the answers, up to the fence's or to the end of the connection.
     *
     * @return without the answers to the fence
     */
    List<ServerMessage> run(Round round) throws IOException {
        List<ServerMessage> answer = new ArrayList<>();
        if (round.then().isEmpty()) {
            send(round.first());
        } else {
            send(round.first());
            ServerMessage message = read(answer);
            answer.add(message);
            while (message.type() != 'G'
                    && message.type() != 'Z'
                    && message.type() != ServerMessage.END) {
                message = read(answer);
                answer.add(message);
            }
            send(round.then());
        }
        List<ClientMessage> fence = new ArrayList<>(List.of(ClientMessage.sync()));
        for (int i = 0; i < FENCE_QUERIES; i++) {
            fence.add(ClientMessage.query(""));
        }
        send(fence);
        while (!ended && !endsInFence(answer)) {
            answer.add(read(answer));
        }
        return ended ? answer : answer.subList(0, answer.size() - 2 * FENCE_QUERIES);
    }

    private static boolean endsInFence(List<ServerMessage> answer) {
        int size = answer.size();
        if (size < 2 * FENCE_QUERIES) {
            return false;
        }
        for (int i = 1; i <= FENCE_QUERIES; i++) {
            if (answer.get(size - 2 * i + 1).type() != 'Z'
                    || answer.get(size - 2 * i).type() != 'I') {
                return false;
            }
        }
        return true;
    }

    private void send(List<ClientMessage> messages) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        messages.forEach(message -> bytes.writeBytes(message.bytes()));
        try {
            out.write(bytes.toByteArray());
            out.flush();
        } catch (IOException e) {
            // the server has ended the connection; what it said is still to be read
        }
    }

    private ServerMessage read(List<ServerMessage> soFar) throws IOException {
        try {
            char type = (char) in.readUnsignedByte();
            byte[] body = new byte[in.readInt() - Integer.BYTES];
            in.readFully(body);
            ServerMessage message = new ServerMessage(type, body);
            return type == 'S' && tellsNothingNew(body) ? read(soFar) : message;
        } catch (SocketTimeoutException e) {
            throw new SilenceException(soFar);
        } catch (IOException e) {
            ended = true;
            return new ServerMessage(ServerMessage.END, new byte[0]);
        }
    }

    /** {@link KnownDifference#UNCHANGED_PARAMETER}. */
    private boolean tellsNothingNew(byte[] parameterStatus) {
        String[] nameAndValue = new String(parameterStatus, StandardCharsets.UTF_8).split("\0", 3);
        return nameAndValue[1].equals(parameters.put(nameAndValue[0], nameAndValue[1]));
    }

    @Override
    public void close() {
        try {
            if (!ended) {
                out.write(new byte[] {'X', 0, 0, 0, 4});
            }
            socket.close();
        } catch (IOException e) {
            // it is over either way
        }
    }
}
