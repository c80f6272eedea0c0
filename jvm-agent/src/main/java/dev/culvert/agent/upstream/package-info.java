/**
 * A Postgres server as a backend: {@link dev.culvert.agent.upstream.UpstreamBackend} opens a
 * connection to it for each session, and logs in by itself. {@link
 * dev.culvert.agent.upstream.AnswerTracker} knows where the answer to a batch ends, {@link
 * dev.culvert.agent.upstream.UpstreamSession} carries batches and answers; each session is on the
 * event loop of its client's connection.
 */
@NullMarked
package dev.culvert.agent.upstream;

import org.jspecify.annotations.NullMarked;
