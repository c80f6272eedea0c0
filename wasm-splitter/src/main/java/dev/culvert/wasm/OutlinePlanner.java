package dev.culvert.wasm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses the regions of a function that become functions of their own, until what is left is small
 * enough.
 *
 * <p>A call costs time wherever it stands, so few large regions are better than many small ones,
 * with few values to pass, and not inside of loops. Code that never goes on (an error that is
 * raised) costs nothing.
 */
final class OutlinePlanner {
    /** More are passed in memory, and Endive boxes what the JVM has no room for. */
    private static final int MOST_PARAMS = 60;

    private static final int MOST_OUTS = 24;

    /** More are a piece of a switch whose dispatch would lead through one call after the other. */
    private static final int MOST_WAYS = 16;

    /** A call in a loop costs as much as this many outside of it. */
    private static final double LOOP_WEIGHT = 4;

    private static final int DEEPEST_LOOP = 3;

    /** Where a list of instructions stands: in a block of another list, in how many loops. */
    private record Place(List<Node> list, List<Node> parent, int indexInParent, int loops) {}

    private record Candidate(Place place, Region region, int saved, double score) {}

    private final FunctionCode code;
    private final int limit;
    private final int smallest;
    private final Liveness liveness;
    private final Map<Node.Block, Summary> blocks;
    private final IdentityHashMap<List<Node>, Place> places = new IdentityHashMap<>();
    private final List<Candidate> candidates = new ArrayList<>();

    private OutlinePlanner(FunctionCode code, int limit) {
        this.code = code;
        this.limit = limit;
        this.smallest = Math.max(64, limit / 40);
        this.liveness = Liveness.of(code);
        this.blocks = Summary.ofBlocks(code);
    }

    /**
     * Regions that do not overlap, which bring the function to {@code limit} bytes of bytecode if
     * there are enough of them. In an order in which they can be outlined one after the other.
     */
    static List<Region> plan(FunctionCode code, int limit) {
        var planner = new OutlinePlanner(code, limit);
        planner.visit(new Place(code.body, List.of(), 0, 0));
        return planner.choose();
    }

    private void visit(Place place) {
        places.put(place.list, place);
        consider(place);
        for (int i = 0; i < place.list.size(); i++) {
            if (place.list.get(i) instanceof Node.Block block) {
                int loops = place.loops + (block.kind == Node.Kind.LOOP ? 1 : 0);
                visit(new Place(block.body, place.list, i, loops));
                visit(new Place(block.otherwise, place.list, i, loops));
            }
        }
    }

    /** Every run of statements of a list that is neither too small nor too large is a candidate. */
    private void consider(Place place) {
        List<Node> list = place.list;
        int height = 0;
        for (int start = 0; start < list.size(); start++) {
            if (height == 0) {
                considerFrom(place, start);
            }
            height += list.get(start).pushed() - list.get(start).popped();
        }
    }

    private void considerFrom(Place place, int start) {
        List<Node> list = place.list;
        var summary = new Summary();
        int height = 0;
        int next = smallest;
        for (int i = start; i < list.size(); i++) {
            Node node = list.get(i);
            summary.add(node, blocks);
            height += node.pushed() - node.popped();
            if (summary.size > limit) {
                return;
            }
            if ((height == 0 || node.endsFlow()) && summary.size >= next) {
                add(place, start, i + 1, summary);
                next = summary.size + summary.size / 8;
            }
        }
    }

    private void add(Place place, int start, int end, Summary summary) {
        List<Node> list = place.list;
        boolean fallsThrough = !list.get(end - 1).endsFlow();
        var params = (BitSet) liveness.before(list, start).clone();
        params.and(summary.mentioned);
        var outs = new BitSet();
        if (fallsThrough) {
            outs.or(liveness.before(list, end));
        }
        summary.exits.forEach(exit -> outs.or(liveness.atTarget(exit)));
        outs.and(summary.changed);
        int paramCount = params.cardinality();
        int outCount = outs.cardinality();
        if (paramCount > MOST_PARAMS || outCount > MOST_OUTS) {
            return;
        }
        int ways = summary.exits.size() + (fallsThrough ? 1 : 0);
        if (ways > MOST_WAYS) {
            return;
        }
        int wide = code.locals.size() > 240 ? 4 : 2;
        int call = 10 + wide * paramCount + (10 + wide) * outCount + (ways > 1 ? 54 + 4 * ways : 9);
        int saved = summary.size - call;
        int ownLocals = summary.mentioned.cardinality() - paramCount + 1;
        int piece = summary.size + 40 + 10 * outCount + 9 * ways + 7 * ownLocals;
        if (saved < smallest / 2 || piece > limit) {
            return;
        }
        double penalty =
                (1 + 0.1 * paramCount + 0.5 * outCount + (ways > 1 ? 0.5 : 0))
                        * Math.pow(LOOP_WEIGHT, Math.min(place.loops, DEEPEST_LOOP));
        if (ways == 0) {
            penalty /= 20;
        }
        var region =
                new Region(
                        list,
                        start,
                        end,
                        params.stream().boxed().toList(),
                        outs.stream().boxed().toList(),
                        List.copyOf(summary.exits),
                        fallsThrough);
        candidates.add(new Candidate(place, region, saved, saved / penalty));
    }

    private List<Region> choose() {
        candidates.sort(Comparator.comparingDouble((Candidate c) -> c.score).reversed());
        int size = Summary.sizeOf(code);
        List<Region> chosen = new ArrayList<>();
        IdentityHashMap<List<Node>, BitSet> taken = new IdentityHashMap<>();
        IdentityHashMap<List<Node>, BitSet> containing = new IdentityHashMap<>();
        for (Candidate candidate : candidates) {
            if (size <= limit) {
                break;
            }
            if (isFree(candidate, taken, containing)) {
                take(candidate, taken, containing);
                chosen.add(candidate.region);
                size -= candidate.saved;
            }
        }
        // from the end of a list to its beginning, so that positions stay true
        chosen.sort(Comparator.comparingInt(Region::start).reversed());
        return chosen;
    }

    private boolean isFree(
            Candidate candidate,
            IdentityHashMap<List<Node>, BitSet> taken,
            IdentityHashMap<List<Node>, BitSet> containing) {
        Region region = candidate.region;
        BitSet inside = containing.get(region.list());
        if (inside != null) {
            int next = inside.nextSetBit(region.start());
            if (next >= 0 && next < region.end()) {
                return false;
            }
        }
        BitSet same = taken.get(region.list());
        if (same != null) {
            int next = same.nextSetBit(region.start());
            if (next >= 0 && next < region.end()) {
                return false;
            }
        }
        for (Place place = candidate.place; place != null; place = places.get(place.parent)) {
            BitSet around = taken.get(place.parent);
            if (around != null && around.get(place.indexInParent)) {
                return false;
            }
        }
        return true;
    }

    /** Notes what the region covers, and in which instructions of the lists around it lies. */
    private void take(
            Candidate candidate,
            IdentityHashMap<List<Node>, BitSet> taken,
            IdentityHashMap<List<Node>, BitSet> containing) {
        Region region = candidate.region;
        taken.computeIfAbsent(region.list(), _ -> new BitSet()).set(region.start(), region.end());
        for (Place place = candidate.place; place != null; place = places.get(place.parent)) {
            containing.computeIfAbsent(place.parent, _ -> new BitSet()).set(place.indexInParent);
        }
    }
}
