/** Tests of sessions, by a clock of their own. */
@org.jspecify.annotations.NullMarked
package dev.culvert.front.session;
