/** Tests of the settings of a relay. */
@NullMarked
package dev.culvert.agent.config;

import org.jspecify.annotations.NullMarked;
