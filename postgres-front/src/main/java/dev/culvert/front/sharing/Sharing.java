package dev.culvert.front.sharing;

import java.util.Optional;

/**
 * Decides how many clients use one backend at a time, and who is next. One per backend.
 * Thread-safe; called on event loops, must not block.
 *
 * <p>The modes: {@code exclusive} turns others away ({@link ExclusiveSharing}), {@code queue} lets
 * them wait ({@link QueueSharing}). A mode in which several clients use the backend at once, batch
 * by batch, is one more implementation: it admits each up to a number, and the agent decides whose
 * batch runs next.
 */
public interface Sharing {
    /**
     * Asks for the backend.
     *
     * @param turn hears of it when the answer is {@link Entry.Waiting} or {@link
     *     Entry.WaitingBriefly}
     */
    Entry enter(Holder candidate, Turn turn);

    /**
     * Gives the backend back, or the place among those that wait. Does nothing for someone who has
     * neither.
     */
    void leave(Holder former);

    /** Who has the backend at this moment; a mode for several tells one of them. */
    Optional<Holder> holder();

    /** How many wait at this moment. */
    int waiting();
}
