package dev.culvert.agent.upstream;

import dev.culvert.wire.scram.ChannelBinding;

/**
 * What a connection to a server keeps others from.
 *
 * @param confidential whether nobody can listen to it
 * @param binding ties a login to its TLS
 */
record Protection(boolean confidential, ChannelBinding binding) {}
