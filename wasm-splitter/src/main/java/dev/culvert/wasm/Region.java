package dev.culvert.wasm;

import java.util.List;

/**
 * Consecutive statements of one block that can become a function of their own.
 *
 * @param list the instructions of the block
 * @param start the first instruction
 * @param end the one after the last
 * @param params locals that the code reads or keeps, which carry a value where it begins
 * @param outs locals that it changes and that are read afterwards
 * @param exits the blocks outside that it branches to
 * @param fallsThrough whether its end may be reached
 */
record Region(
        List<Node> list,
        int start,
        int end,
        List<Integer> params,
        List<Integer> outs,
        List<Node.Block> exits,
        boolean fallsThrough) {

    /** In how many ways the code may be left. */
    int ways() {
        return exits.size() + (fallsThrough ? 1 : 0);
    }
}
