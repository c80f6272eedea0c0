package dev.culvert.load.jmh;

import dev.culvert.wire.batch.BackendReader;
import dev.culvert.wire.batch.BatchReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The scanners of both directions, with pieces of the stream as sockets give them. */
@State(Scope.Thread)
public class ScannerBenchmark {
    /** What an operation scans. */
    static final int PIECE_BYTES = 32 * 1_024;

    /** What the stream is made of. */
    public enum Messages {
        /** {@code SELECT 1} after {@code SELECT 1}; the answers to them. */
        SMALL(9),
        /** CopyData, or rows, of a hundred bytes. */
        ROWS(97),
        /** Bodies of which a piece is a part. */
        LARGE(1_024 * 1_024);

        private final int body;

        Messages(int body) {
            this.body = body;
        }
    }

    /** What the stream is made of. */
    @Param public Messages messages = Messages.SMALL;

    private final BatchReader batches = new BatchReader();
    private final BackendReader answers = new BackendReader();
    private ByteBuf fromClient = Unpooled.EMPTY_BUFFER;
    private ByteBuf fromBackend = Unpooled.EMPTY_BUFFER;

    /** Makes the streams: whole messages, as many as make pieces of about the same size. */
    @Setup(Level.Trial)
    public void prepare() {
        boolean small = messages == Messages.SMALL;
        fromClient = stream(small ? 'Q' : 'd');
        fromBackend = stream(small ? 'D' : 'd');
        if (!small) {
            batches.enterCopyIn();
        }
    }

    private ByteBuf stream(char type) {
        int count = Math.max(1, PIECE_BYTES / (5 + messages.body));
        ByteBuf stream = Unpooled.directBuffer(count * (5 + messages.body));
        for (int i = 0; i < count; i++) {
            stream.writeByte(type).writeInt(4 + messages.body).writeZero(messages.body);
        }
        return stream;
    }

    /** Bytes of a stream, which an operation scans once. */
    static int bytes(Messages messages) {
        return Math.max(1, PIECE_BYTES / (5 + messages.body)) * (5 + messages.body);
    }

    /** The client's side: finds the ends of batches. */
    @Benchmark
    public int batches() {
        ByteBuf stream = fromClient;
        int writer = stream.writerIndex();
        int found = 0;
        for (int at = 0; at < writer; ) {
            stream.writerIndex(Math.min(writer, at + PIECE_BYTES));
            while (stream.readerIndex() < stream.writerIndex()) {
                batches.scan(stream, false);
                int taken = batches.forwardable();
                if (taken == 0) {
                    break;
                }
                stream.skipBytes(taken);
                found++;
            }
            if (stream.readerIndex() == at) {
                break;
            }
            at = stream.readerIndex();
        }
        stream.setIndex(0, writer);
        return found;
    }

    /** The backend's side: follows messages. */
    @Benchmark
    public long answers() {
        ByteBuf stream = fromBackend;
        int writer = stream.writerIndex();
        for (int at = 0; at < writer; at += PIECE_BYTES) {
            stream.setIndex(at, Math.min(writer, at + PIECE_BYTES));
            answers.scan(stream);
        }
        stream.setIndex(0, writer);
        return answers.lastBoundary();
    }
}
