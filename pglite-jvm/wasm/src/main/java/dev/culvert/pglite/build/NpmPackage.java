package dev.culvert.pglite.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PGlite's npm package: the one that the agent has installed, or a copy of its own. */
record NpmPackage(Path folder, String version) {
    private static final String NAME = "@electric-sql/pglite";
    private static final Pattern DEPENDENCY =
            Pattern.compile("\"" + NAME + "\"\\s*:\\s*\"([0-9][^\"]*)\"");
    private static final Pattern VERSION = Pattern.compile("\"version\"\\s*:\\s*\"([^\"]+)\"");

    /**
     * The package in the version that {@code agent/package.json} names. Where the agent's packages
     * are not installed yet, npm fetches this one into the cache.
     */
    static NpmPackage find(Path agent, Path cache) throws IOException, InterruptedException {
        String version = match(DEPENDENCY, Files.readString(agent.resolve("package.json")));
        Path installed = agent.resolve("node_modules").resolve(NAME);
        if (isVersion(installed, version)) {
            return new NpmPackage(installed, version);
        }
        Path prefix = Files.createDirectories(cache.resolve("npm-" + version));
        Path own = prefix.resolve("node_modules").resolve(NAME);
        if (!isVersion(own, version)) {
            Process npm =
                    new ProcessBuilder(
                                    "npm",
                                    "install",
                                    "--no-save",
                                    "--no-audit",
                                    "--no-fund",
                                    "--ignore-scripts",
                                    "--prefix",
                                    prefix.toString(),
                                    NAME + "@" + version)
                            .inheritIO()
                            .start();
            if (npm.waitFor() != 0 || !isVersion(own, version)) {
                throw new IOException(
                        "npm could not install "
                                + NAME
                                + "@"
                                + version
                                + "; run `npm ci` in "
                                + agent.toAbsolutePath().normalize());
            }
        }
        return new NpmPackage(own, version);
    }

    Path file(String path) {
        return folder.resolve(path);
    }

    private static boolean isVersion(Path folder, String version) throws IOException {
        Path description = folder.resolve("package.json");
        return Files.exists(description)
                && match(VERSION, Files.readString(description)).equals(version);
    }

    private static String match(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("no " + pattern.pattern() + " in package.json");
        }
        return matcher.group(1);
    }
}
