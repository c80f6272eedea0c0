package dev.culvert.front.limit;

import java.time.Duration;

/**
 * How many wrong passwords are put up with.
 *
 * <p>The first ones are answered with a delay, which doubles each time. From {@code perAddress},
 * {@code perAddressEverywhere} or {@code perTunnel} on, attempts are refused at once for a while,
 * which doubles each time one more fails afterwards.
 *
 * @param perAddress failures of one address at one tunnel before the first block
 * @param perAddressEverywhere failures of one address at all tunnels together
 * @param perTunnel failures of all addresses at one tunnel; addresses that have logged in to it
 *     before are not blocked by this one
 * @param firstDelay before the answer to the first wrong password
 * @param longestDelay before any answer
 * @param firstBlock how long the first block lasts
 * @param longestBlock how long any block lasts
 * @param forgetAfter how long a failure is remembered when no other follows
 * @param halveAfter how often {@code perAddressEverywhere} and {@code perTunnel} count only half of
 *     what they counted before: many people may stand behind one address or use one tunnel, and
 *     their slips are not to add up for ever
 * @param records memory: records in each of three tables, of 28 bytes
 */
public record AttemptLimits(
        int perAddress,
        int perAddressEverywhere,
        int perTunnel,
        Duration firstDelay,
        Duration longestDelay,
        Duration firstBlock,
        Duration longestBlock,
        Duration forgetAfter,
        Duration halveAfter,
        int records) {
    /**
     * 5 failures at one tunnel, 20 at all; 100 at a tunnel from anywhere. Delays of 0.25 s to 4 s,
     * blocks of 30 s to 15 min, memory of 1 h, halved every 15 min, and of 3 times 16 384 records.
     */
    public static final AttemptLimits DEFAULTS =
            new AttemptLimits(
                    5,
                    20,
                    100,
                    Duration.ofMillis(250),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(15),
                    Duration.ofHours(1),
                    Duration.ofMinutes(15),
                    16_384);

    /** Checks the values. */
    public AttemptLimits {
        require(perAddress >= 1, "perAddress");
        require(perAddressEverywhere >= perAddress, "perAddressEverywhere");
        require(perTunnel >= perAddress, "perTunnel");
        require(!firstDelay.isNegative(), "firstDelay");
        require(longestDelay.compareTo(firstDelay) >= 0, "longestDelay");
        require(firstBlock.isPositive(), "firstBlock");
        require(longestBlock.compareTo(firstBlock) >= 0, "longestBlock");
        require(forgetAfter.isPositive(), "forgetAfter");
        require(halveAfter.isPositive(), "halveAfter");
        require(records >= FailureTable.WAYS && Integer.bitCount(records) == 1, "records");
    }

    /** The same with other numbers of failures. */
    public AttemptLimits withCounts(int ofAddress, int ofAddressEverywhere, int ofTunnel) {
        return new AttemptLimits(
                ofAddress,
                ofAddressEverywhere,
                ofTunnel,
                firstDelay,
                longestDelay,
                firstBlock,
                longestBlock,
                forgetAfter,
                halveAfter,
                records);
    }

    /** The same with other delays. */
    public AttemptLimits withDelays(Duration first, Duration longest) {
        return new AttemptLimits(
                perAddress,
                perAddressEverywhere,
                perTunnel,
                first,
                longest,
                firstBlock,
                longestBlock,
                forgetAfter,
                halveAfter,
                records);
    }

    /** The same with other blocks. */
    public AttemptLimits withBlocks(Duration first, Duration longest) {
        return new AttemptLimits(
                perAddress,
                perAddressEverywhere,
                perTunnel,
                firstDelay,
                longestDelay,
                first,
                longest,
                forgetAfter,
                halveAfter,
                records);
    }

    private static void require(boolean holds, String name) {
        if (!holds) {
            throw new IllegalArgumentException("attempts." + name + " is out of its range");
        }
    }
}
