/**
 * From StartupMessage to a proven user: SCRAM against the verifiers that the backend holds, or a
 * mock exchange for users it does not know.
 */
@NullMarked
package dev.culvert.front.login;

import org.jspecify.annotations.NullMarked;
