package dev.culvert.server;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.backend.Route;
import dev.culvert.front.local.InProcessFront;
import dev.culvert.front.observe.FrontObserver;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * JDBC connections to a PGlite of this process, without a socket. pgjdbc has to be on the class
 * path. Thread-safe.
 */
public final class InProcessDataSource implements DataSource, AutoCloseable {
    private final String name = UUID.randomUUID().toString();
    private final InProcessFront front;
    private final String user;
    private final Map<String, String> properties;
    private volatile @Nullable PrintWriter log;
    private volatile int loginTimeout;

    /**
     * A source of connections.
     *
     * @param backend stays the caller's; lets {@code user} in without a password
     * @param properties further ones of pgjdbc, such as {@code prepareThreshold}
     */
    public InProcessDataSource(
            PGliteBackend backend,
            String user,
            Map<String, String> properties,
            FrontObserver observer) {
        Optional<Proof> proof = backend.credentials().find(user).map(Credential::proof);
        if (!(proof.orElse(null) instanceof Proof.None)) {
            throw new IllegalArgumentException(user + " needs a password");
        }
        this.user = user;
        this.properties = Map.copyOf(properties);
        this.front =
                new InProcessFront((_, startup) -> new Route.Found(backend, startup), observer);
        InProcessSocketFactory.register(name, front);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", user);
        all.setProperty("socketFactory", InProcessSocketFactory.class.getName());
        all.setProperty("socketFactoryArg", name);
        all.setProperty("sslmode", "disable");
        all.setProperty("gssEncMode", "disable");
        all.setProperty("loginTimeout", Integer.toString(loginTimeout));
        all.putAll(properties);
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost/" + PGliteBackend.DATABASE, all);
    }

    @Override
    public Connection getConnection(String otherUser, String password) throws SQLException {
        if (!otherUser.equals(user)) {
            throw new SQLException("the user is " + user, "28000");
        }
        return getConnection();
    }

    /** Ends all connections; the backend stays open. */
    @Override
    public void close() {
        InProcessSocketFactory.remove(name);
        front.close();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return log;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter writer) {
        log = writer;
    }

    @Override
    public void setLoginTimeout(int seconds) {
        loginTimeout = seconds;
    }

    @Override
    public int getLoginTimeout() {
        return loginTimeout;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("pgjdbc logs as org.postgresql");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (!type.isInstance(this)) {
            throw new SQLException("this is no " + type.getName());
        }
        return type.cast(this);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
