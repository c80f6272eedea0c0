/** Tests of the agents' side. */
@org.jspecify.annotations.NullMarked
package dev.culvert.relay.tunnel;
