package dev.culvert.front.sharing;

/**
 * How somebody who waits for a backend hears of it. Called on any thread, also of other clients,
 * and while others wait for the queue: it only carries the news to the client's own thread.
 */
public interface Turn {
    /** The backend is this one's, until it leaves. */
    void onTurn();

    /**
     * Somebody before this one has left.
     *
     * @param place 1 for the one that comes next
     */
    void onPlace(int place);
}
