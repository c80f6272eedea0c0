/** Tests of the relay as a whole. */
@org.jspecify.annotations.NullMarked
package dev.culvert.relay;
