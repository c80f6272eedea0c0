package dev.culvert.front.sharing;

/** What becomes of a client that asks for a backend. */
public sealed interface Entry {
    /** It has the backend. */
    record Admitted() implements Entry {}

    /**
     * It has to wait for its turn.
     *
     * @param place 1 for the one that comes next
     * @param holder who has the backend
     */
    record Waiting(int place, Holder holder) implements Entry {}

    /**
     * Another client has the backend, and nobody may wait for it; but that one may be about to
     * leave, as when a program connects anew right after it disconnected. Its leaving is heard of
     * on a thread of its own, so the candidate is told only after a moment.
     *
     * @param holder who has the backend
     */
    record WaitingBriefly(Holder holder) implements Entry {}

    /** Another client has the backend, and nobody may wait for it. */
    record Occupied(Holder holder) implements Entry {}

    /** As many wait as may. */
    record Full(int waiting) implements Entry {}
}
