package dev.culvert.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class a Postgres in this JVM: a fresh one each, which begins as a copy of a
 * template. Test methods, and {@code @BeforeEach} and {@code @AfterEach}, take what they need as
 * parameters:
 *
 * <ul>
 *   <li>{@link PgliteDatabase}: all of what follows
 *   <li>{@link javax.sql.DataSource}: pgjdbc within the process, without a socket
 *   <li>{@link java.sql.Connection}: one of these, closed after the test
 *   <li>{@link dev.culvert.pglite.PGlite}: the wire protocol
 *   <li>a {@code String} with {@link PgliteUrl}: for what connects by TCP
 * </ul>
 *
 * <pre>{@code
 * @PgliteTest(scripts = "schema.sql")
 * class OrdersTest {
 *     @Test
 *     void counts_orders(DataSource database) { … }
 * }
 * }</pre>
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PgliteExtension.class)
public @interface PgliteTest {
    /** How long a database lives. */
    enum Lifecycle {
        /** For one test. */
        PER_METHOD,
        /** For all tests of a class; it can be a parameter of {@code @BeforeAll} then. */
        PER_CLASS
    }

    /** How long a database lives. Default: for one test. */
    Lifecycle lifecycle() default Lifecycle.PER_METHOD;

    /**
     * What the template is made of: a folder that a PGlite was in, or a file that PGlite's {@code
     * dumpDataDir} wrote. Default: an empty database.
     */
    String template() default "";

    /**
     * SQL that the template gets on top, once: resources of the class path, by names that are
     * looked up as {@link Class#getResource} of the test class does.
     */
    String[] scripts() default {};
}
