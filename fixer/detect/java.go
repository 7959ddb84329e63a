package detect

import (
	"path"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

var (
	mavenRelease  = text.Regexp(`<(?:maven\.compiler\.release|java\.version|release|maven\.compiler\.target|maven\.compiler\.source|source|target)>\s*(?:1\.)?(\d+)\s*<`)
	gradleRelease = text.Regexp(`(?:JavaLanguageVersion\.of\(|options\.release\s*(?:=|\.set\()\s*|jvmToolchain\(|sourceCompatibility\s*=\s*(?:JavaVersion\.VERSION_)?["']?)(?:1\.)?(\d+)`)
	wrapper       = text.Regexp(`distributions/gradle-(\d+)\.`)
	springPort    = text.Regexp(`(?m)^\s*(?:server\.port|quarkus\.http\.port)\s*[=:]\s*(?:\$\{\w+:)?(\d+)|^server:\s*\n(?:\s+[^\n]*\n)*?\s+port:\s*(?:\$\{\w+:)?(\d+)`)
	gradleName    = text.Regexp(`rootProject\.name\s*=\s*["']([\w.-]+)["']`)
	gradleFile    = text.Regexp(`archiveFileName\s*(?:=|\.set\()\s*["']([\w.-]+\.jar)["']`)
	gradleVersion = text.Regexp(`(?m)^version\s*=?\s*["']([\w.-]+)["']`)
)

// startableJar and startableGradle match build scripts whose jar says which class it starts. The
// mainClass of Gradle's application plugin is no word of the jar.
var (
	startableJar    = text.Regexp(`mainClass|Main-Class|spring-boot|quarkus|micronaut`)
	startableGradle = text.Regexp(`Main-Class|spring-boot|springframework\.boot`)
)

// A jar alone has no libraries: they are put into it (bundled), or it cannot start where it needs some.
var (
	bundled       = text.Regexp(`spring-boot|springframework\.boot|quarkus|micronaut|maven-shade-plugin|shadow|configurations\.(?:runtimeClasspath|compileClasspath)|sourceSets\.main\.runtimeClasspath`)
	managed       = text.Regexp(`(?s)<(?:dependencyManagement|build)>.*?</(?:dependencyManagement|build)>`)
	mavenLibrary  = text.Regexp(`(?s)<dependency>.*?</dependency>`)
	notInJar      = text.Regexp(`<scope>\s*(?:test|provided|import)\s*</scope>`)
	gradleLibrary = text.Regexp(`(?m)^\s*(?:implementation|api|compile|runtimeOnly|runtime)\b\s*[("']`)
)

// lacksLibraries reports whether the jar of a build script needs libraries that it does not hold.
func lacksLibraries(script []byte, maven bool) bool {
	switch {
	case bundled().Match(script):
		return false
	case !maven:
		return gradleLibrary().Match(script)
	}
	for _, library := range mavenLibrary().FindAllString(managed().ReplaceAllString(string(script), ""), -1) {
		if !notInJar().MatchString(library) {
			return true
		}
	}
	return false
}

// quarkusRelease is the release of Quarkus in a pom.xml, and quarkusJar how it is told to write
// another jar than quarkus-run.jar.
var (
	quarkusRelease = text.Regexp(`<(?:quarkus[\w.-]*version|version\.quarkus[\w.-]*)>\s*(\d+\.\d+)`)
	quarkusJar     = text.Regexp(`quarkus\.package\.(?:jar\.)?type\s*[=>]\s*(uber-jar|legacy-jar|mutable-jar|native|native-sources)|quarkus\.package\.jar\.(?:enabled\s*[=>]\s*false)`)
)

// quarkus refuses a project whose build does not write quarkus-run.jar.
func (d *draft) quarkus() error {
	if v := d.found("pom.xml", quarkusRelease); v != "" && older(v, "1.12") {
		return stack.Refuse(stack.UnknownOutput, nil, "Update Quarkus to 1.12 or newer", "Quarkus %s writes another jar than quarkus-run.jar", v)
	}
	for _, name := range append(d.javaSettings(), "pom.xml") {
		if quarkusJar().Match(d.Read(name)) {
			return stack.Refuse(stack.UnknownOutput, nil, "Leave quarkus.package out of it, or write the Dockerfile by hand", "%s tells Quarkus to write another jar than quarkus-run.jar", text.VisibleLine(name))
		}
	}
	return nil
}

// javaImages are the releases of Java that images for building and for running have.
var javaImages = []string{"8", "11", "17", "21", "25"}

// javaSettings are the files with the settings of Spring and of Quarkus.
func (d *draft) javaSettings() []string {
	return d.all(func(n string) bool {
		base := path.Base(n)
		return path.Dir(n) == "src/main/resources" && strings.HasPrefix(base, "application") && (path.Ext(base) == ".yml" || path.Ext(base) == ".yaml" || path.Ext(base) == ".properties")
	})
}

func draftJava(d *draft) error {
	d.app.Stack, d.app.Like = "Java", "java-maven"
	if err := d.entrypointScript(); err != nil {
		return err
	}
	start, err := d.chosen()
	if err != nil {
		return err
	}
	maven := d.has("pom.xml")
	scripts := d.there("build.gradle", "build.gradle.kts")
	stated, file := "", "pom.xml"
	if maven {
		stated = d.found("pom.xml", mavenRelease)
	} else {
		file = scripts[0]
		stated = d.found(file, gradleRelease)
	}
	for _, v := range javaImages {
		if d.app.Version == "" && stated != "" && !older(v, stated) {
			d.app.Version = v
			d.fact(file, 0, "Java %s", v)
		}
	}
	if d.app.Version == "" {
		d.app.Version = d.version("temurin", "Java")
	}
	framework := 0
	if strings.Contains(string(d.Read(file)), "com.sparkjava") {
		framework = 4567
	}
	if strings.Contains(string(d.Read(file)), "spring-boot") || strings.Contains(string(d.Read(file)), "springframework.boot") || strings.Contains(string(d.Read(file)), "quarkus") {
		framework = 8080
		for _, name := range d.javaSettings() {
			if p := d.found(name, springPort); p != "" && d.app.Port == 0 && d.choice.Port == 0 {
				framework, d.app.Port = 0, port(p)
				d.fact(name, 0, "it listens on port %d", d.app.Port)
			}
		}
	}
	if d.app.Port == 0 {
		if err := d.port(framework, ".java", ".kt", ".properties"); err != nil {
			return err
		}
	}
	jar := ""
	if maven {
		jar = "target/" + stack.MavenJar(d.Read("pom.xml"))
		d.begin("maven:3.9-eclipse-temurin-" + d.app.Version)
		d.add("COPY . .", "# The tests belong to the pipeline, where their results can be read.", "RUN mvn --batch-mode --no-transfer-progress -DskipTests package")
	} else {
		d.app.Like = "java-gradle"
		gradle := d.found("gradle/wrapper/gradle-wrapper.properties", wrapper)
		if gradle == "" {
			gradle = "9"
			d.assume("no wrapper says which version of Gradle is meant, so that it is %s", gradle)
		}
		jar = "build/libs/" + d.gradleJar(scripts[0])
		d.begin("gradle:" + gradle + "-jdk" + d.app.Version)
		d.add("COPY . .", "# The tests belong to the pipeline, where their results can be read.", "RUN gradle --no-daemon assemble")
	}
	if strings.ContainsAny(jar, "*$") {
		return stack.Refuse(stack.UnknownOutput, nil, "Set the finalName of the jar", "%s does not say what the jar is called", file)
	}
	if start == nil {
		startable := startableJar
		if !maven {
			startable = startableGradle
		}
		if !startable().Match(d.Read(file)) {
			return stack.Refuse(stack.UnknownStart, nil, "Set the main class of the jar, or name the command with --start, as in --start 'java -cp "+jar+" com.example.Main'", "%s names no class that the jar starts", file)
		}
		if lacksLibraries(d.Read(file), maven) {
			return stack.Refuse(stack.UnknownOutput, nil, "Put the libraries into the jar, as the Shade plugin does, or name the command with --start", "nothing in %s says that %s holds the libraries it needs", file, jar)
		}
		if maven && strings.Contains(string(d.Read(file)), "quarkus") {
			if err := d.quarkus(); err != nil {
				return err
			}
			jar = "target/quarkus-app/quarkus-run.jar"
		}
		start = []string{"java", "-jar", jar}
		d.fact(file, 0, "it builds %s", jar)
	}
	d.finish(nil, start...)
	return nil
}

// gradleJar is the name of the jar of a build script.
func (d *draft) gradleJar(script string) string {
	if name := d.found(script, gradleFile); name != "" {
		return name
	}
	name := d.found("settings.gradle", gradleName)
	if name == "" {
		name = d.found("settings.gradle.kts", gradleName)
	}
	if name == "" {
		name = "app" // the directory of the build, which Gradle takes
	}
	if v := d.found(script, gradleVersion); v != "" {
		name += "-" + v
	}
	return name + ".jar"
}

// port is the number in a text that is one.
func port(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
