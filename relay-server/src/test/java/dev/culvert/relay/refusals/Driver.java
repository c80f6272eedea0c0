package dev.culvert.relay.refusals;

/** A client program or library. */
interface Driver {
    /** Tries to log in, and returns what is shown. */
    Shown refusal(RefusingRelay relay, Login login) throws Exception;

    /**
     * Logs in, runs a statement, waits until the session has ended, runs another, and returns what
     * is shown then.
     *
     * @param end makes the session end
     */
    Shown ending(RefusingRelay relay, Login login, String statement, Scenario.Step end)
            throws Exception;
}
