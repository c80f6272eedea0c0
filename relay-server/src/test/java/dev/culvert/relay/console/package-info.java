@org.jspecify.annotations.NullMarked
package dev.culvert.relay.console;
