package dev.culvert.agent.cli;

import dev.culvert.agent.Culvert;
import dev.culvert.agent.Share;
import dev.culvert.agent.ShareException;
import dev.culvert.agent.ShareOptions;
import dev.culvert.agent.dial.ClosedReason;
import dev.culvert.agent.upstream.UpstreamException;
import dev.culvert.pglite.PGliteException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code culvert share}: a PGlite or a Postgres server, shared through a relay. */
@Command(
        name = "share",
        mixinStandardHelpOptions = true,
        defaultValueProvider = OptionDefaults.class,
        description = {
            "Shares a PGlite or a Postgres server through a relay, until a signal ends it."
        },
        footerHeading =
                "%nEvery option may also stand in the environment (--queue-timeout as"
                        + " CULVERT_QUEUE_TIMEOUT) or, without its dashes in front, in a YAML file"
                        + " (--config); the command line counts first, then the environment. Passwords"
                        + " for clients and the relay's token belong there: command lines are seen by"
                        + " everybody on a machine.%n%nExamples:%n",
        footer = {
            "  culvert share --relay wss://relay.example",
            "      an empty database in memory",
            "  culvert share --relay wss://relay.example --db ./data --name abc123 --mode queue",
            "      the PGlite in a folder; a second client waits for its turn",
            "  PGPASSWORD=… culvert share --relay wss://relay.example"
                    + " --upstream postgres://me@localhost/shop",
            "      one database of a Postgres server; its user and password stay here",
            "  CULVERT_PASSWORD=secret culvert share --config share.yaml",
            "      with the options of the file, such as \"relay: wss://relay.example\""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Stopped by a signal, or by the end of standard input.",
            "1:Sharing failed, or ended by itself.",
            "2:Options that make no sense.",
            "3:The relay refuses: the token, the name, or what is asked for.",
            "4:The database cannot be used, or has stopped."
        })
final class ShareCommand implements Callable<Integer> {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int REFUSED = 3;
    private static final int STOPPED = 4;

    private static final Duration STATUS_INTERVAL = Duration.ofMillis(500);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(8);

    @Mixin private ShareArguments arguments = new ShareArguments();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        arguments.check();
        PrintWriter out = spec.commandLine().getOut();
        ShareOutput output = arguments.output(out);
        CompletableFuture<Integer> end = new CompletableFuture<>();
        Vertx vertx = Vertx.vertx();
        ShareOptions options = arguments.options(vertx);
        SharedSource source;
        try {
            source =
                    SharedSource.open(
                            arguments,
                            vertx,
                            reason -> {
                                output.failed("the database has stopped: " + reason);
                                end.complete(STOPPED);
                            });
        } catch (PGliteException | UpstreamException e) {
            vertx.close();
            output.failed(String.valueOf(e.getMessage()));
            return STOPPED;
        }
        try {
            Share share =
                    Culvert.share(
                                    source.backend(),
                                    options.backendVersion(source.version())
                                            .database(source.database())
                                            .listener(output))
                            .await();
            share.closed().onSuccess(reason -> end.complete(exitCode(reason)));
            Runnable stop = once(() -> stop(share, source, vertx));
            endBySignal(output, stop);
            if (arguments.exitWithStdin()) {
                Thread.ofPlatform().daemon().name("stdin").start(() -> waitForEnd(end));
            }
            ConnectionLines lines =
                    ConnectionLines.of(share, source.database(), arguments.caFile());
            output.shared(share, lines, source.what());
            vertx.setPeriodic(
                    STATUS_INTERVAL.toMillis(),
                    _ -> output.activity(share.state(), share.activity()));
            int exitCode = end.join();
            stop.run();
            output.close();
            return exitCode;
        } catch (ShareException e) {
            source.close();
            vertx.close();
            output.failed(e.reason().message() + ". " + e.reason().hint());
            return exitCode(e.reason());
        }
    }

    /** The process ends with the hook: only by halting there can it have a say in the exit code. */
    private static void endBySignal(ShareOutput output, Runnable stop) {
        Thread main = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    if (main.isAlive() && main != Thread.currentThread()) {
                                        stop.run();
                                        output.close();
                                        Runtime.getRuntime().halt(OK);
                                    }
                                },
                                "stop"));
    }

    private static Runnable once(Runnable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Object lock = new Object();
        return () -> {
            synchronized (lock) {
                if (!done.isDone()) {
                    action.run();
                    done.complete(null);
                }
            }
        };
    }

    private static void stop(Share share, SharedSource source, Vertx vertx) {
        try {
            share.stop()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
            // the relay finds out by itself
        }
        source.close();
        vertx.close();
    }

    private static void waitForEnd(CompletableFuture<Integer> end) {
        try {
            while (System.in.read() >= 0) {
                // nobody says anything here
            }
        } catch (IOException e) {
            // as good as an end
        }
        end.complete(OK);
    }

    private static int exitCode(@Nullable ClosedReason reason) {
        return reason == null
                ? FAILED
                : switch (reason.name()) {
                    case "unauthorized", "name-taken", "hello-refused" -> REFUSED;
                    default -> FAILED;
                };
    }
}
