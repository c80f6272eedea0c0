/** Tests of settings that make no sense. */
@org.jspecify.annotations.NullMarked
package dev.culvert.relay.config;
