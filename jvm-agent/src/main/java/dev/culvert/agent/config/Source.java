package dev.culvert.agent.config;

import java.nio.file.Path;

/** Where a value comes from. */
sealed interface Source {
    /** Nobody said anything. */
    record Default() implements Source {
        @Override
        public String toString() {
            return "default";
        }
    }

    /** The file says it. */
    record InFile(Path file, int line) implements Source {
        @Override
        public String toString() {
            return file + " line " + line;
        }
    }

    record Variable(String name) implements Source {
        @Override
        public String toString() {
            return name;
        }
    }

    record Flag(String name) implements Source {
        @Override
        public String toString() {
            return name;
        }
    }
}
