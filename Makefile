# The one-line targets of Culvert. `make check` is what CI runs.
SHELL := /bin/sh
export JAVA_HOME := $(shell ./scripts/find-jdk)
# Maven's own libraries make JDK 25 warn
export MAVEN_OPTS += --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED

.PHONY: check build format test-java test-agent e2e fuzz clean

check: test-tools build  ## every test
	$(MAKE) --no-print-directory -j2 --output-sync=target test-java test-agent
	$(MAKE) --no-print-directory e2e

.PHONY: test-tools
test-tools:  ## what the tests need besides Maven, Node and a JDK: psql, pgbench, pgbouncer, openssl, sslscan, xz, Chromium, pg_dump 18
	./scripts/require psql postgresql-client '/usr/lib/postgresql/*/bin/pgbench' postgresql pgbouncer pgbouncer openssl openssl sslscan sslscan xz xz-utils chromium chromium mvn maven node nodejs
	@./scripts/postgres-clients 18 >/dev/null || echo 'culvert: DumpIT is left out' >&2

build:  ## what the command `culvert` runs
	./scripts/build

test-java:  ## formatter, Error Prone, unit and integration tests
	mvn -B -ntp verify

test-agent:  ## lint, types and tests of the npm package
	cd browser-agent && npm run --silent check

e2e:  ## node-postgres and Chromium against a running relay
	cd browser-agent && npm run --silent e2e

FUZZ_SECONDS ?= 120
fuzz:  ## looks for inputs that break decoders and the front: FUZZ_SECONDS (120) per @FuzzTest class
	./scripts/fuzz $(FUZZ_SECONDS)

format:  ## formats everything
	mvn -B -q spotless:apply
	cd browser-agent && npm run --silent format

clean:
	mvn -B -q clean
	rm -rf browser-agent/dist browser-agent/dist-web
