package dev.culvert.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Cuts byte streams into pieces, as a network does. */
public final class Segments {
    private Segments() {}

    /** Pieces of random length from 1 to {@code most} bytes. */
    public static List<byte[]> cut(byte[] stream, int most, Random random) {
        var pieces = new ArrayList<byte[]>();
        int at = 0;
        while (at < stream.length) {
            int end = Math.min(stream.length, at + 1 + random.nextInt(most));
            pieces.add(Arrays.copyOfRange(stream, at, end));
            at = end;
        }
        return pieces;
    }
}
