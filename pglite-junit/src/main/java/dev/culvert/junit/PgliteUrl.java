package dev.culvert.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a {@code String} parameter that is to hold the address of the test's database. */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface PgliteUrl {
    /** Who reads the address. */
    enum Kind {
        /** {@code jdbc:postgresql://…} */
        JDBC,
        /** {@code r2dbc:postgresql://…} */
        R2DBC,
        /** {@code postgresql://…}, as Vert.x and libpq read it. */
        URI
    }

    /** Who reads the address. Default: JDBC. */
    Kind value() default Kind.JDBC;
}
