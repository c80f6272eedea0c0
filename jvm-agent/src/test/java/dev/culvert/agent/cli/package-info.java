/** Tests of the command line. */
@org.jspecify.annotations.NullMarked
package dev.culvert.agent.cli;
