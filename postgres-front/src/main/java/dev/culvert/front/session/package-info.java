/**
 * One client's conversation with one backend, from the first answer to Terminate: startup
 * parameters, forwarding of whole batches under credit, and the idle clock.
 */
@NullMarked
package dev.culvert.front.session;

import org.jspecify.annotations.NullMarked;
