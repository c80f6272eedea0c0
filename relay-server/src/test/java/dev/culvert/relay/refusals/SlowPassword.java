package dev.culvert.relay.refusals;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** A person who is still looking for the password when the server has lost patience. */
public final class SlowPassword implements AuthenticationPlugin {
    /** Opened when the server has refused. */
    static final CountDownLatch REFUSED = new CountDownLatch(1);

    @Override
    public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
        try {
            if (REFUSED.await(10, TimeUnit.SECONDS)) {
                return RefusingRelay.PASSWORD.toCharArray();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new PSQLException("the server waits", PSQLState.UNEXPECTED_ERROR);
    }
}
