package dev.culvert.front.backend;

import dev.culvert.wire.md5.Md5Verifier;
import dev.culvert.wire.scram.ScramVerifier;

/** What a user has to show. Immutable. */
public sealed interface Proof {
    /** Nothing: anybody may be this user. */
    record None() implements Proof {}

    /** A password. */
    sealed interface Password extends Proof {
        /**
         * Whether it is this one. May take milliseconds, the same for any password: not for an
         * event loop.
         */
        boolean accepts(String user, String password);
    }

    /** A password of which the server knows a SCRAM verifier. */
    record Scram(ScramVerifier verifier) implements Password {
        @Override
        public boolean accepts(String user, String password) {
            return verifier.accepts(password);
        }
    }

    /**
     * A password of which the server knows Postgres' MD5 hash: clients are asked for an answer of
     * that kind, which is weak. For clients that cannot do SCRAM.
     */
    record Md5(Md5Verifier verifier) implements Password {
        @Override
        public boolean accepts(String user, String password) {
            return verifier.accepts(user, password);
        }
    }
}
