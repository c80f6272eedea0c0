package dev.culvert.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.pglite.PGlite;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

@PgliteTest(scripts = "schema.sql")
class PgliteTestTest {
    @RepeatedTest(3)
    void each_test_finds_the_template_and_nothing_of_the_others(DataSource source)
            throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(ask(statement, "SELECT count(*) FROM customers")).isEqualTo("2");
            statement.execute("INSERT INTO customers (name) VALUES ('Barbara')");
            assertThat(ask(statement, "SELECT max(id) FROM customers")).isEqualTo("3");
            statement.execute("DROP TABLE customers");
        }
    }

    @Test
    void all_parameters_are_about_the_same_database(
            Connection connection, PGlite pglite, PgliteDatabase database) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE here (a int)");
        }
        assertThat(database.pglite()).isSameAs(pglite);
        assertThat(pglite.inTransaction()).isFalse();
        connection.close();
        try (Connection other = database.dataSource().getConnection();
                Statement statement = other.createStatement()) {
            assertThat(ask(statement, "SELECT count(*) FROM here")).isEqualTo("0");
        }
    }

    @Test
    void a_JDBC_URL_and_the_DataSource_take_turns(@PgliteUrl String url, DataSource source)
            throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE customers SET name = 'by TCP'");
        }
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(ask(statement, "SELECT min(name) FROM customers")).isEqualTo("by TCP");
        }
    }

    @Test
    void a_URI_is_for_Vertx(
            @PgliteUrl(PgliteUrl.Kind.URI) String uri,
            @PgliteUrl(PgliteUrl.Kind.R2DBC) String r2dbc) {
        Vertx vertx = Vertx.vertx();
        Pool pool =
                PgBuilder.pool()
                        .with(new PoolOptions().setMaxSize(1))
                        .connectingTo(PgConnectOptions.fromUri(uri))
                        .using(vertx)
                        .build();

        Integer count =
                pool.preparedQuery("SELECT count(*)::int FROM customers WHERE name <> $1")
                        .execute(io.vertx.sqlclient.Tuple.of("Ada"))
                        .await()
                        .iterator()
                        .next()
                        .getInteger(0);

        assertThat(count).isEqualTo(1);
        assertThat(r2dbc).startsWith("r2dbc:postgresql://postgres@127.0.0.1:");
        pool.close().await();
        vertx.close().await();
    }

    @Nested
    class OfAnInnerClass {
        @Test
        void finds_the_outer_classs_template(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                assertThat(ask(statement, "SELECT count(*) FROM customers")).isEqualTo("2");
            }
        }
    }

    static String ask(Statement statement, String sql) throws SQLException {
        try (ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }
}
