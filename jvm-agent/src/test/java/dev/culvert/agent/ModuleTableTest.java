package dev.culvert.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The table of modules, and which of them may know what. */
class ModuleTableTest {
    private static JavaClasses classes;

    @BeforeAll
    static void load() {
        classes =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .withImportOption(location -> !location.contains("/pglite/module/"))
                        .importPackages("dev.culvert");
    }

    @Test
    void the_wire_protocol_knows_only_buffers() {
        noClasses()
                .that()
                .resideInAPackage("dev.culvert.wire..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.culvert.tunnel..",
                        "dev.culvert.certs..",
                        "dev.culvert.front..",
                        "dev.culvert.relay..",
                        "dev.culvert.agent..",
                        "io.vertx..",
                        "io.netty.channel..",
                        "io.netty.handler..")
                .check(classes);
    }

    @Test
    void the_tunnel_protocol_knows_neither_postgres_nor_vertx() {
        noClasses()
                .that()
                .resideInAPackage("dev.culvert.tunnel..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.culvert.wire..",
                        "dev.culvert.certs..",
                        "dev.culvert.front..",
                        "dev.culvert.relay..",
                        "dev.culvert.agent..",
                        "io.vertx..",
                        "io.netty.channel..",
                        "io.netty.handler..")
                .check(classes);
    }

    @Test
    void certificates_know_no_server() {
        noClasses()
                .that()
                .resideInAPackage("dev.culvert.certs..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.culvert.wire..",
                        "dev.culvert.tunnel..",
                        "dev.culvert.front..",
                        "dev.culvert.relay..",
                        "dev.culvert.agent..",
                        "io.vertx..",
                        "io.netty..")
                .check(classes);
    }

    @Test
    void the_front_knows_no_tunnel() {
        noClasses()
                .that()
                .resideInAPackage("dev.culvert.front..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.culvert.tunnel..",
                        "dev.culvert.relay..",
                        "dev.culvert.pglite..",
                        "dev.culvert.server..",
                        "dev.culvert.agent..")
                .check(classes);
    }

    @Test
    void a_pglite_as_a_server_knows_no_tunnel() {
        noClasses()
                .that()
                .resideInAPackage("dev.culvert.server..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.culvert.tunnel..", "dev.culvert.relay..", "dev.culvert.agent..")
                .check(classes);
    }

    @Test
    void the_relay_does_not_know_who_runs_it() {
        noClasses()
                .that()
                .resideInAPackage("dev.culvert.relay..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.culvert.agent..")
                .check(classes);
    }

    @Test
    void decisions_are_made_without_handlers() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.culvert.relay.config..",
                        "dev.culvert.relay.route..",
                        "dev.culvert.front.limit..",
                        "dev.culvert.front.sharing..",
                        "dev.culvert.front.refuse..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.channel..", "io.netty.handler..")
                .check(classes);
    }

    @Test
    void only_the_listeners_and_the_tunnels_touch_sockets() {
        noClasses()
                .that()
                .resideInAPackage("dev.culvert..")
                .and()
                .resideOutsideOfPackages(
                        "dev.culvert.front.listen..",
                        "dev.culvert.relay.tunnel..",
                        "dev.culvert.relay.web..",
                        "dev.culvert.relay.admin..",
                        "dev.culvert.agent.config..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.netty.bootstrap.ServerBootstrap")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.net.ServerSocket")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.vertx.core.http.HttpServer")
                .check(classes);
    }

    @Test
    void packages_of_a_module_form_no_circle() {
        for (String module : new String[] {"wire", "tunnel", "certs", "front", "relay"}) {
            slices().matching("dev.culvert." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .check(classes);
        }
    }
}
