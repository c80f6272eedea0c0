package dev.culvert.wire.startup;

/**
 * A name and a value from {@code options}.
 *
 * @param name as Postgres reads it, with {@code _} for {@code -}; not empty
 * @param value may be empty
 */
public record Setting(String name, String value) {}
