/** The relay's settings: one record a section, which refuses bad values when it is made. */
@NullMarked
package dev.culvert.relay.config;

import org.jspecify.annotations.NullMarked;
