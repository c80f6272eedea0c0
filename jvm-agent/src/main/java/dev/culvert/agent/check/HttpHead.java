package dev.culvert.agent.check;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A response's status line and headers; nothing behind them is read. */
record HttpHead(int status, String statusLine, Map<String, String> headers) {
    private static final int MAX_BYTES = 64 * 1_024;
    private static final String END = "\r\n\r\n";

    static HttpHead read(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!endsHead(bytes)) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException(
                        bytes.size() == 0
                                ? "the connection was closed without an answer"
                                : "the connection was closed within an answer");
            }
            if (bytes.size() == MAX_BYTES) {
                throw new IOException("the answer's headers have no end");
            }
            bytes.write(next);
        }
        String[] lines = bytes.toString(StandardCharsets.ISO_8859_1).split("\r\n", -1);
        String[] words = lines[0].split(" ", 3);
        if (!lines[0].startsWith("HTTP/1.") || words.length < 2 || !words[1].matches("\\d{3}")) {
            throw new IOException("the answer is no HTTP: " + lines[0]);
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                headers.put(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
            }
        }
        return new HttpHead(Integer.parseInt(words[1]), lines[0], headers);
    }

    private static boolean endsHead(ByteArrayOutputStream bytes) {
        return bytes.size() >= END.length()
                && bytes.toString(StandardCharsets.ISO_8859_1).endsWith(END);
    }
}
