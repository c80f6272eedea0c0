package dev.culvert.load.soak;

import dev.culvert.load.nulls.NullAgent;
import dev.culvert.load.nulls.SqlClient;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One tunnel after another, each with one client after another: queries, COPY both ways, and ends
 * of every kind. On a thread of its own.
 */
final class Pair implements Runnable {
    /** How a session ends. */
    private enum Ending {
        /** With Terminate. */
        GOODBYE,
        /** The client's socket closes between two statements. */
        CLIENT_LOST,
        /** It closes in the middle of an answer. */
        CLIENT_LOST_IN_COPY_OUT,
        /** It closes in the middle of what it sends. */
        CLIENT_LOST_IN_COPY_IN,
        /** The agent's socket closes, with the session open. */
        AGENT_LOST
    }

    private static final int MOST_STATEMENTS = 30;
    private static final int MOST_COPY_BYTES = 4_000_000;

    /** Larger than all windows, so that it is never over when the connection is lost. */
    private static final long ENDLESS_BYTES = 1_000_000_000;

    /** Reaches the relay. */
    interface Dialer {
        NullAgent agent(String name) throws Exception;

        SqlClient client(String tunnel) throws IOException;
    }

    private final int number;
    private final Dialer dialer;
    private final Outcomes outcomes;
    private final BooleanSupplier goesOn;
    private int tunnels;

    Pair(int number, Dialer dialer, Outcomes outcomes, BooleanSupplier goesOn) {
        this.number = number;
        this.dialer = dialer;
        this.outcomes = outcomes;
        this.goesOn = goesOn;
    }

    @Override
    public void run() {
        while (goesOn.getAsBoolean()) {
            try {
                oneTunnel("soak-" + number + "-" + tunnels++);
            } catch (Exception e) {
                outcomes.uncaused(e);
            }
        }
    }

    /** A lost agent leaves a tunnel that waits for it: the next one has another name. */
    private void oneTunnel(String name) throws Exception {
        try (NullAgent agent = dialer.agent(name)) {
            outcomes.tunnels.increment();
            Ending ending = Ending.GOODBYE;
            while (goesOn.getAsBoolean() && ending != Ending.AGENT_LOST) {
                ending = oneSession(name, agent);
            }
        }
    }

    private Ending oneSession(String name, NullAgent agent) throws IOException {
        Random random = ThreadLocalRandom.current();
        Ending ending = Ending.values()[random.nextInt(Ending.values().length)];
        try (SqlClient client = connect(name)) {
            outcomes.sessions.increment();
            for (int i = random.nextInt(MOST_STATEMENTS); i > 0 && goesOn.getAsBoolean(); i--) {
                statement(client, random);
            }
            switch (ending) {
                case GOODBYE -> client.terminate();
                case CLIENT_LOST -> {
                    // by what closes it below
                }
                case CLIENT_LOST_IN_COPY_OUT -> client.ask("COPY " + ENDLESS_BYTES + " TO STDOUT");
                case CLIENT_LOST_IN_COPY_IN -> {
                    client.startCopyIn();
                    client.writeCopyData(random.nextInt(MOST_COPY_BYTES), _ -> {});
                }
                case AGENT_LOST -> agent.close();
            }
        }
        return ending;
    }

    /**
     * The session before this one may not have ended yet: a client that is lost has to be noticed.
     * Its slot is free soon.
     */
    private SqlClient connect(String name) throws IOException {
        SqlClient.@Nullable Refused last = null;
        for (int i = 0; i < 100; i++) {
            try {
                return dialer.client(name);
            } catch (SqlClient.Refused e) {
                if (!e.hasSqlState("53300")) {
                    throw e;
                }
                last = e;
                outcomes.caused.increment();
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }
        throw new IOException("the slot of a lost client is not given back", last);
    }

    private void statement(SqlClient client, Random random) throws IOException {
        int bytes = random.nextInt(MOST_COPY_BYTES);
        switch (random.nextInt(10)) {
            case 0 -> {
                long came = client.query("COPY " + bytes + " TO STDOUT");
                if (came < bytes - 1_000) {
                    throw new IOException("of " + bytes + " bytes came " + came);
                }
                outcomes.bytes.add(came);
            }
            case 1 -> {
                client.copyIn(bytes);
                outcomes.bytes.add(bytes);
            }
            default -> client.query("SELECT 1");
        }
        outcomes.statements.increment();
    }
}
