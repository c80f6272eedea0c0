package dev.culvert.agent.check;

import dev.culvert.tunnel.frame.Frame;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;

/** Upgrades a connection to a WebSocket, and measures pings on it. Source: RFC 6455. */
final class WebSocketProbe {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int PINGS = 5;
    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;
    private static final int CLOSE = 0x8;

    private final RelayUrl url;
    private final InputStream in;
    private final OutputStream out;
    private final SecureRandom random = new SecureRandom();

    WebSocketProbe(RelayUrl url, InputStream in, OutputStream out) {
        this.url = url;
        this.in = in;
        this.out = out;
    }

    Finding upgrade() throws IOException {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        String request =
                "GET "
                        + url.path()
                        + " HTTP/1.1\r\nHost: "
                        + url.authority()
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
                        + key
                        + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: "
                        + Frame.SUBPROTOCOL
                        + "\r\n\r\n";
        out.write(request.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        HttpHead answer = HttpHead.read(in);
        if (answer.status() != 101) {
            return Finding.bad(
                    "websocket",
                    "answered with " + answer.statusLine(),
                    answer.status() == 404
                            ? "Something else than a relay listens there, or behind another path."
                            : "A proxy on the way may not let WebSockets through.");
        }
        if (!accept(key).equals(answer.headers().get("Sec-WebSocket-Accept"))) {
            return Finding.bad(
                    "websocket",
                    "accepted by something that is no WebSocket server",
                    "A proxy on the way answers in the relay's place.");
        }
        if (!Frame.SUBPROTOCOL.equals(answer.headers().get("Sec-WebSocket-Protocol"))) {
            return Finding.bad(
                    "websocket",
                    "open, but what answers does not speak " + Frame.SUBPROTOCOL,
                    "Check the address: it is no relay of Culvert's, or one of another version.");
        }
        return Finding.good("websocket", "open, speaks " + Frame.SUBPROTOCOL);
    }

    /** The median and the least of some round trips. */
    Finding latency() throws IOException {
        List<Long> micros = new ArrayList<>();
        for (int i = 0; i < PINGS; i++) {
            long sent = System.nanoTime();
            send(PING, new byte[] {(byte) i});
            awaitPong((byte) i);
            micros.add((System.nanoTime() - sent) / 1_000);
        }
        Collections.sort(micros);
        String text =
                "%.1f ms there and back, %.1f ms at best"
                        .formatted(micros.get(PINGS / 2) / 1e3, micros.getFirst() / 1e3);
        send(CLOSE, new byte[] {0x03, (byte) 0xE8});
        return Finding.good("latency", text);
    }

    private void send(int opcode, byte[] payload) throws IOException {
        byte[] mask = new byte[4];
        random.nextBytes(mask);
        byte[] frame = new byte[2 + mask.length + payload.length];
        frame[0] = (byte) (FIN | opcode);
        frame[1] = (byte) (MASKED | payload.length);
        System.arraycopy(mask, 0, frame, 2, mask.length);
        for (int i = 0; i < payload.length; i++) {
            frame[2 + mask.length + i] = (byte) (payload[i] ^ mask[i % mask.length]);
        }
        out.write(frame);
        out.flush();
    }

    /** Other frames that come meanwhile are small, and passed over. */
    private void awaitPong(byte number) throws IOException {
        DataInputStream data = new DataInputStream(in);
        while (true) {
            int opcode = data.readUnsignedByte() & 0xF;
            int length = data.readUnsignedByte() & 0x7F;
            if (length == 126) {
                length = data.readUnsignedShort();
            } else if (length == 127) {
                throw new IOException("the relay sent a frame that is far too long");
            }
            byte[] payload = new byte[length];
            data.readFully(payload);
            if (opcode == CLOSE) {
                throw new IOException("the relay closed the WebSocket");
            }
            if (opcode == PONG && payload.length == 1 && payload[0] == number) {
                return;
            }
        }
    }

    private static String accept(String key) {
        try {
            // what RFC 6455 asks for; nothing depends on its strength
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder()
                    .encodeToString(
                            digest.digest(
                                    (key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
