package dev.culvert.junit;

import dev.culvert.pglite.PGlite;
import java.lang.reflect.AnnotatedElement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Resolves the parameters of {@link PgliteTest}. A database is opened when the first parameter asks
 * for it, and closed by JUnit's store with the context that it belongs to.
 */
final class PgliteExtension implements ParameterResolver {
    private static final Namespace OURS = Namespace.create(PgliteExtension.class);

    /** A database, and the connections that were given to a test. */
    private static final class Held implements AutoCloseable {
        private final DatabasePool pool;
        private final PgliteDatabase database;
        private final List<Connection> connections = new ArrayList<>();

        Held(DatabasePool pool, PgliteDatabase database) {
            this.pool = pool;
            this.database = database;
        }

        synchronized Connection connect() throws SQLException {
            Connection connection = database.dataSource().getConnection();
            connections.add(connection);
            return connection;
        }

        @Override
        public synchronized void close() throws SQLException {
            for (Connection connection : connections) {
                connection.close();
            }
            pool.giveBack(database);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == PgliteDatabase.class
                || type == DataSource.class
                || type == Connection.class
                || type == PGlite.class
                || (type == String.class && parameter.isAnnotated(PgliteUrl.class));
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Held held = held(context);
        Class<?> type = parameter.getParameter().getType();
        if (type == PgliteDatabase.class) {
            return held.database;
        }
        if (type == DataSource.class) {
            return held.database.dataSource();
        }
        if (type == PGlite.class) {
            return held.database.pglite();
        }
        if (type == Connection.class) {
            try {
                return held.connect();
            } catch (SQLException e) {
                throw new ParameterResolutionException("no connection to the PGlite", e);
            }
        }
        return switch (parameter.findAnnotation(PgliteUrl.class).orElseThrow().value()) {
            case JDBC -> held.database.jdbcUrl();
            case R2DBC -> held.database.r2dbcUrl();
            case URI -> held.database.uri();
        };
    }

    private static Held held(ExtensionContext context) {
        Class<?> test = context.getRequiredTestClass();
        PgliteTest annotation = annotation(test);
        ExtensionContext owner = context;
        if (annotation.lifecycle() == PgliteTest.Lifecycle.PER_CLASS) {
            owner = ofClass(context);
        } else if (context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException(
                    "a database of each test is no parameter of what runs once for the class; use"
                            + " lifecycle = PER_CLASS");
        }
        DatabasePool pool =
                context.getRoot()
                        .getStore(OURS)
                        .computeIfAbsent(
                                DatabasePool.class, _ -> new DatabasePool(), DatabasePool.class);
        TemplateCache.Recipe recipe = TemplateCache.Recipe.of(annotation, test);
        return owner.getStore(OURS)
                .computeIfAbsent(
                        Held.class,
                        _ -> new Held(pool, pool.take(recipe, test.getClassLoader())),
                        Held.class);
    }

    /** The context of the class that a test is in, which outlives the test's own. */
    private static ExtensionContext ofClass(ExtensionContext context) {
        ExtensionContext present = context;
        while (present.getTestMethod().isPresent()) {
            present = present.getParent().orElseThrow();
        }
        return present;
    }

    private static PgliteTest annotation(Class<?> test) {
        Class<?> present = test;
        while (present != null) {
            PgliteTest found = find(present);
            if (found != null) {
                return found;
            }
            present = present.getEnclosingClass();
        }
        throw new ParameterResolutionException(test + " has no @PgliteTest");
    }

    private static @Nullable PgliteTest find(AnnotatedElement element) {
        return element.getAnnotation(PgliteTest.class);
    }
}
