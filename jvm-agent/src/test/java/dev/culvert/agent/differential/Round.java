package dev.culvert.agent.differential;

import java.util.ArrayList;
import java.util.List;

/**
 * What a client sends before it looks at the answers.
 *
 * @param first sent at once
 * @param then sent when the server has asked for COPY data or is ready for the next Query; may be
 *     empty
 */
record Round(List<ClientMessage> first, List<ClientMessage> then) {
    static Round of(ClientMessage... messages) {
        return new Round(List.of(messages), List.of());
    }

    static Round of(List<ClientMessage> messages) {
        return new Round(List.copyOf(messages), List.of());
    }

    int size() {
        return first.size() + then.size();
    }

    /** Whether the rest makes no sense without one of the messages. */
    boolean needs(int index) {
        ClientMessage message =
                index < first.size() ? first.get(index) : then.get(index - first.size());
        return (!then.isEmpty() && index == first.size() - 1)
                || message.text().equals("CopyDone")
                || message.text().startsWith("CopyFail");
    }

    /** Whether there is a message in it that a server may end the connection for. */
    boolean isBroken() {
        return first.stream().anyMatch(message -> message.text().contains(" length "));
    }

    boolean copiesIn() {
        return first.stream().anyMatch(message -> message.text().contains("FROM STDIN"));
    }

    /** The same without one of its messages. */
    Round without(int index) {
        List<ClientMessage> newFirst = new ArrayList<>(first);
        List<ClientMessage> newThen = new ArrayList<>(then);
        if (index < first.size()) {
            newFirst.remove(index);
        } else {
            newThen.remove(index - first.size());
        }
        return new Round(newFirst, newThen);
    }

    @Override
    public String toString() {
        return then.isEmpty() ? first.toString() : first + " then " + then;
    }
}
