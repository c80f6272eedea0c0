/**
 * Strings as the Postgres protocol writes them: bytes, then a NUL.
 *
 * <p>Shared by the packages of this module; nothing here knows a message.
 */
@NullMarked
package dev.culvert.wire.text;

import org.jspecify.annotations.NullMarked;
