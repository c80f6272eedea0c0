/** Tests of a front through real sockets. */
@org.jspecify.annotations.NullMarked
package dev.culvert.front.listen;
