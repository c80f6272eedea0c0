/** Tests of the catalogue, and its page in the documentation. */
@org.jspecify.annotations.NullMarked
package dev.culvert.front.refuse;
