/**
 * Messages with a type byte, as far as Culvert writes or reads them itself.
 *
 * <p>Login answers with {@link dev.culvert.wire.message.BackendMessages} and reads the client's
 * SASL messages through {@link dev.culvert.wire.message.PasswordMessage}. After login, messages
 * pass by opaque: see {@code dev.culvert.wire.batch}.
 */
@NullMarked
package dev.culvert.wire.message;

import org.jspecify.annotations.NullMarked;
