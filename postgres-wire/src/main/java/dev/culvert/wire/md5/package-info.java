/** MD5 password authentication, for clients that know no other; the server's side. */
@NullMarked
package dev.culvert.wire.md5;

import org.jspecify.annotations.NullMarked;
