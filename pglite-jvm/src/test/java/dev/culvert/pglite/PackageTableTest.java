package dev.culvert.pglite;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which of this module's packages may know what. */
class PackageTableTest {
    private static JavaClasses own;

    @BeforeAll
    static void load() {
        own =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .withImportOption(location -> !location.contains("/pglite/module/"))
                        .withImportOption(location -> !location.contains("/pglite/build/"))
                        .importPackages("dev.culvert.pglite");
    }

    @Test
    void the_library_needs_the_jdk_and_endives_runtime_only() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "dev.culvert.pglite..",
                        "run.endive.runtime..",
                        "run.endive.wasm..")
                .check(own);
    }

    @Test
    void files_know_nothing_of_webassembly_and_webassembly_nothing_of_files() {
        noClasses()
                .that()
                .resideInAPackage("dev.culvert.pglite.fs..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("run.endive..", "dev.culvert.pglite.wasm..")
                .check(own);
        noClasses()
                .that()
                .resideInAPackage("dev.culvert.pglite.wasm..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.culvert.pglite.fs..", "dev.culvert.pglite.sys..")
                .check(own);
    }

    @Test
    void packages_form_no_circle() {
        slices().matching("dev.culvert.pglite.(*)..").should().beFreeOfCycles().check(own);
    }
}
