/** Every refusal as clients show it: scenarios, and drivers that go through them. */
@org.jspecify.annotations.NullMarked
package dev.culvert.relay.refusals;
