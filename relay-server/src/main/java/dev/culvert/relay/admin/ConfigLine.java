package dev.culvert.relay.admin;

/**
 * A setting, for operators.
 *
 * @param key such as {@code tunnels.lifetime}
 * @param value as a file would say it; masked if it is secret
 * @param source where the value is from
 */
public record ConfigLine(String key, String value, String source) {}
