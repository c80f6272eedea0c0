/** What codecs and the message scanners do with bytes, alone. */
@NullMarked
package dev.culvert.load.jmh;

import org.jspecify.annotations.NullMarked;
