/**
 * The command {@code culvert}. Each command reads its options, puts parts together and prints; what
 * the parts do is decided elsewhere.
 */
@NullMarked
package dev.culvert.agent.cli;

import org.jspecify.annotations.NullMarked;
