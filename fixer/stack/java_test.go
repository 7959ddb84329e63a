package stack

import (
	"encoding/xml"
	"reflect"
	"testing"

	"github.com/oakum-sec/oakum/fixer/image"
)

func TestJavaVersion(t *testing.T) {
	for name, want := range map[string]int{
		"maven:3.9-eclipse-temurin-21": 21, "maven:3.9.9-eclipse-temurin-17-noble": 17, "maven:3-jdk-11-slim": 11, "maven:3-openjdk-17": 17, "maven:3.9-amazoncorretto-21": 21,
		"maven:3.9": 0, "maven": 0, "gradle:8-jdk21": 21, "gradle:jdk17": 17, "gradle:7.6.1-jdk11-alpine": 11, "gradle:8.5": 0, "gradle:latest": 0,
		"eclipse-temurin:21-jdk-noble": 21, "eclipse-temurin:21.0.4_7-jdk": 21, "openjdk:8u292-jdk": 8, "openjdk:27-ea-trixie": 27, "amazoncorretto:17": 17, "eclipse-temurin": 0,
	} {
		ref, err := image.ParseReference(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := javaVersion(ref); got != want {
			t.Errorf("%s is for Java %d, want %d", name, got, want)
		}
	}
}

func TestReadJavaStart(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  javaStart
		ok    bool
	}{
		{[]string{"java", "-jar", "/app.jar", "--server.port=80"}, javaStart{jar: "/app.jar"}, true},
		{[]string{"/usr/bin/java", "$JAVA_OPTS", "-Xmx1g", "-Dx=y", "--add-opens", "java.base/java.lang=ALL-UNNAMED", "-jar", "a.jar"}, javaStart{jar: "a.jar"}, true},
		{[]string{"java", "-cp", "a.jar:lib/*", "com.example.Main", "-jar", "x"}, javaStart{files: []string{"a.jar", "lib/*"}}, true},
		{[]string{"java", "-javaagent:/agent.jar=port=1", "-jar", "a.jar"}, javaStart{jar: "a.jar", files: []string{"/agent.jar"}}, true},
		{[]string{"java", "Main"}, javaStart{}, true},
		{[]string{"java", "Main.java"}, javaStart{}, false},
		{[]string{"java", "-jar"}, javaStart{}, false},
		{[]string{"catalina.sh", "run"}, javaStart{}, false},
	} {
		got, ok := readJavaStart(c.words)
		if ok != c.ok || ok && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q is %+v %v, want %+v %v", c.words, got, ok, c.want, c.ok)
		}
	}
}

func TestMavenNames(t *testing.T) {
	for _, c := range []struct {
		pom, name string
		want      bool
	}{
		{`<project><artifactId>a</artifactId><version>1.0</version></project>`, "a-1.0.jar", true},
		{`<project><artifactId>a</artifactId><version>1.0</version></project>`, "a-1.0-jar-with-dependencies.jar", true},
		{`<project><artifactId>a</artifactId><version>1.0</version></project>`, "a-1.1.jar", false},
		{`<project><artifactId>a</artifactId><version>1.0</version></project>`, "a.jar", false},
		{`<project><parent><version>2</version></parent><artifactId>a</artifactId></project>`, "a-2.jar", true},
		{`<project><artifactId>a</artifactId><version>${revision}</version></project>`, "a-7.jar", true},
		{`<project><artifactId>a</artifactId><version>${v}</version><properties><v>3</v></properties></project>`, "a-4.jar", false},
		{`<project><artifactId>a</artifactId><build><finalName>shop</finalName></build></project>`, "shop.war", true},
		{`<project><artifactId>a</artifactId><build><finalName>${project.artifactId}</finalName></build></project>`, "a.jar", true},
		{`<project><artifactId>a</artifactId><version>1</version><build><plugins><plugin><configuration><finalName>fat</finalName></configuration></plugin></plugins></build></project>`, "fat.jar", true},
		{`<?xml version="1.0" encoding="UTF-8"?><project><artifactId>quarkus</artifactId></project>`, "quarkus-run.jar", true},
	} {
		m := mavenProject{dir: "/app", source: Manifest{Data: []byte(c.pom)}, pom: &pom{}}
		if err := xml.Unmarshal([]byte(c.pom), m.pom); err != nil {
			t.Fatal(err)
		}
		if got := m.agrees(c.name); got != c.want {
			t.Errorf("%s names %s: %v, want %v", c.pom, c.name, got, c.want)
		}
	}
}

func TestMavenCopiesDependencies(t *testing.T) {
	for in, want := range map[string]string{
		`<goal>copy-dependencies</goal></goals><configuration><outputDirectory>${project.build.directory}/lib</outputDirectory>`: "/app/target/lib",
		`<goal>copy-dependencies</goal></goals></execution>`:                                                                     "/app/target/dependency",
		`<goal>copy-dependencies</goal><configuration><outputDirectory>${elsewhere}/x</outputDirectory>`:                         "",
		`<goal>shade</goal>`: "",
	} {
		m := mavenProject{dir: "/app", source: Manifest{Data: []byte(in)}, pom: &pom{}}
		got := ""
		if list := m.copied(); len(list) > 0 {
			got = list[0]
		}
		if got != want {
			t.Errorf("%s copies into %q, want %q", in, got, want)
		}
	}
}

func TestGradleNames(t *testing.T) {
	for _, c := range []struct {
		script, name string
		want         bool
	}{
		{"", "shop.jar", true},
		{"version = '1.2'", "shop-1.2.jar", true},
		{"version = '1.2'", "shop-1.2-all.jar", true},
		{"version '1.2'", "shop-1.3.jar", false},
		{"version = \"1.2\"\n", "other-1.2.jar", false},
		{"", "shop-0.0.1-SNAPSHOT.jar", true},
		{"bootJar {\n  archiveFileName = 'app.jar'\n}", "app.jar", true},
		{"tasks.bootJar { archiveFileName.set(\"${project.name}.jar\") }", "shop.jar", true},
		{"archivesBaseName = 'core'\nversion = '2'", "core-2.jar", true},
		{"shadowJar { archiveBaseName = 'fat' }", "fat-all.jar", true},
	} {
		g := gradleProject{dir: "/app", name: "shop", scripts: []Manifest{{Data: []byte(c.script)}}}
		if got := g.agrees(c.name); got != c.want {
			t.Errorf("%q names %s: %v, want %v", c.script, c.name, got, c.want)
		}
	}
	if got := includedProjects("rootProject.name = 'a'\ninclude 'server', ':lib:core'\ninclude(\"web\")\n"); !reflect.DeepEqual(got, []string{"server", "lib:core", "web"}) {
		t.Errorf("the projects are %q", got)
	}
}
