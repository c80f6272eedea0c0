/** Agents that break the specification, at a real relay. */
@org.jspecify.annotations.NullMarked
package dev.culvert.relay.hostile;
