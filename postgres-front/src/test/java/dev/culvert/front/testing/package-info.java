/** A front over a backend of a few lines, and clients that say what they are told to say. */
@org.jspecify.annotations.NullMarked
package dev.culvert.front.testing;
