package dev.culvert.load.compare;

import java.util.List;

/** Something that clients connect to, in processes of its own. */
interface Contender extends AutoCloseable {
    /** For tables. */
    String name();

    /**
     * Where clients find it, on this machine, and as whom.
     *
     * @param host for SNI
     */
    record Address(String host, int port, String user, String password) {
        /** For libpq; TLS without a look at the certificate. */
        String conninfo() {
            return "host="
                    + host
                    + " hostaddr=127.0.0.1 port="
                    + port
                    + " user="
                    + user
                    + " password='"
                    + password
                    + "' dbname=postgres sslmode=require";
        }
    }

    /**
     * What a client connects to.
     *
     * @param client counted from 0; those at work at the same time have different ones
     */
    Address address(int client);

    /** Whether it forwards; else it is the floor of one that does. */
    boolean isInTheMiddle();

    /** The process that clients connect to. */
    long pid();

    /** Who runs the statements, with the processes that they start. */
    List<Long> servers();

    /** A statement that streams so many bytes of rows to the client. */
    String copyOut(long bytes);

    /** A statement that takes rows of text. */
    String copyIn();

    @Override
    void close();
}
