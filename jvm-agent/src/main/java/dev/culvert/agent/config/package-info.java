/**
 * The settings of {@code culvert relay}. {@link dev.culvert.agent.config.Catalogue} lists every
 * setting once; keys of the file, environment variables, flags, {@code --print-config} and {@code
 * docs/configuration.md} all come from there. {@link dev.culvert.agent.config.ConfigReader} puts
 * together what flags, environment, file and defaults say, and {@link
 * dev.culvert.agent.config.RelayConfig} makes the relay's records of it, which refuse what does not
 * go together.
 */
@NullMarked
package dev.culvert.agent.config;

import org.jspecify.annotations.NullMarked;
