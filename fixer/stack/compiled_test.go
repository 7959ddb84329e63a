package stack_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/stack"
)

const (
	bootPOM = `<project><parent><artifactId>spring-boot-starter-parent</artifactId></parent><artifactId>shop</artifactId><version>1</version>
<dependencies><dependency><artifactId>web</artifactId></dependency></dependencies><build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>`
	thinPOM   = `<project><artifactId>shop</artifactId><version>1</version><dependencies><dependency><artifactId>web</artifactId></dependency></dependencies></project>`
	copiedPOM = `<project><artifactId>shop</artifactId><version>1</version><dependencies><dependency><artifactId>web</artifactId></dependency></dependencies>
<build><plugins><plugin><artifactId>maven-dependency-plugin</artifactId><executions><execution><goals><goal>copy-dependencies</goal></goals><configuration><outputDirectory>${project.build.directory}/lib</outputDirectory></configuration></execution></executions></plugin></plugins></build></project>`
	webProject = `<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>`
)

// compiled are applications of languages that are compiled: what is copied and where it
// runs, or why it is refused.
var compiled = []struct {
	name, dockerfile string
	files            map[string]string
	copies, runtimes string
	refused          stack.Reason
}{
	{"boot jar by a pattern", "FROM maven:3.9-eclipse-temurin-21-noble\nWORKDIR /app\nCOPY . .\nRUN mvn package && cp target/*.jar /app.jar\nCMD [\"java\", \"-jar\", \"/app.jar\"]\n",
		map[string]string{"pom.xml": bootPOM}, "/app.jar", "gcr.io/distroless/java21-debian13:nonroot eclipse-temurin:21-jre-noble", ""},
	{"in another directory", "FROM maven:3.9-eclipse-temurin-17\nCOPY . /code\nRUN cd /code && mvn -B verify\nWORKDIR /code/target\nCMD [\"java\", \"-jar\", \"shop-1.jar\"]\n",
		map[string]string{"pom.xml": bootPOM}, "/code/target/shop-1.jar", "gcr.io/distroless/java17-debian13:nonroot eclipse-temurin:17-jre", ""},
	{"module", "FROM maven:3.9-eclipse-temurin-25\nWORKDIR /app\nCOPY . .\nRUN mvn -pl server -am package\nCMD [\"java\", \"-jar\", \"server/target/shop-1.jar\"]\n",
		map[string]string{"pom.xml": "<project><artifactId>all</artifactId><version>1</version><modules><module>server</module></modules></project>", "server/pom.xml": bootPOM},
		"/app/server/target/shop-1.jar", "gcr.io/distroless/java25-debian13:nonroot eclipse-temurin:25-jre", ""},
	{"dependencies beside the jar", "FROM maven:3.9-eclipse-temurin-21\nWORKDIR /app\nCOPY . .\nRUN mvn package\nCMD [\"java\", \"-jar\", \"target/shop-1.jar\"]\n",
		map[string]string{"pom.xml": copiedPOM}, "/app/target/shop-1.jar /app/target/lib", "gcr.io/distroless/java21-debian13:nonroot eclipse-temurin:21-jre", ""},
	{"a release that has no minimal image", "FROM openjdk:11\nWORKDIR /app\nCOPY . .\nRUN ./mvnw package\nCMD [\"java\", \"-jar\", \"target/shop-1.jar\"]\n",
		map[string]string{"pom.xml": bootPOM}, "/app/target/shop-1.jar", "eclipse-temurin:11-jre", ""},
	{"classes", "FROM eclipse-temurin:21\nWORKDIR /app\nCOPY . .\nRUN javac -d out src/Main.java\nCMD [\"java\", \"-cp\", \"out\", \"Main\"]\n",
		map[string]string{"src/Main.java": ""}, "/app/out", "gcr.io/distroless/java21-debian13:nonroot eclipse-temurin:21-jre", ""},
	{"a pattern that no shell reads", "FROM eclipse-temurin:21\nWORKDIR /app\nCOPY . .\nRUN ./mvnw package\nCMD [\"java\", \"-jar\", \"target/*.jar\"]\n", map[string]string{"pom.xml": bootPOM}, "", "", stack.UnknownOutput},
	{"thin jar", "FROM eclipse-temurin:21\nWORKDIR /app\nCOPY . .\nRUN ./mvnw package\nCMD [\"java\", \"-jar\", \"target/shop-1.jar\"]\n", map[string]string{"pom.xml": thinPOM}, "", "", stack.UnknownOutput},
	{"not packaged", "FROM maven:3.9-eclipse-temurin-21\nWORKDIR /app\nCOPY . .\nRUN mvn compile\nCMD [\"java\", \"-jar\", \"target/shop-1.jar\"]\n", map[string]string{"pom.xml": bootPOM}, "", "", stack.UnknownOutput},
	{"another vendor", "FROM maven:3.9-sapmachine-21\nWORKDIR /app\nCOPY . .\nRUN mvn package\nCMD [\"java\", \"-jar\", \"target/shop-1.jar\"]\n", map[string]string{"pom.xml": bootPOM}, "", "", stack.NoRuntime},
	{"ended release", "FROM eclipse-temurin:24\nWORKDIR /app\nCOPY . .\nRUN ./mvnw package\nCMD [\"java\", \"-jar\", \"target/shop-1.jar\"]\n", map[string]string{"pom.xml": bootPOM}, "", "", stack.NoRuntime},
	{"source file", "FROM eclipse-temurin:21\nWORKDIR /app\nCOPY . .\nRUN javac Main.java\nCMD [\"java\", \"Main.java\"]\n", map[string]string{"Main.java": ""}, "", "", stack.BuildAtStart},

	{"OpenSSL of Debian 13", "FROM rust:1-trixie\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD [\"./target/release/shop\"]\n",
		map[string]string{"Cargo.toml": "[package]\nname = \"shop\"\n", "Cargo.lock": "[[package]]\nname = \"openssl-sys\"\n"}, "/app/target/release/shop", "gcr.io/distroless/cc-debian13:nonroot debian:trixie-slim", ""},
	{"a library that no minimal image has", "FROM rust:1-trixie\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD [\"./target/release/shop\"]\n",
		map[string]string{"Cargo.toml": "[package]\nname = \"shop\"\n", "Cargo.lock": "[[package]]\nname = \"pq-sys\"\n"}, "/app/target/release/shop", "debian:trixie-slim", ""},
	{"an older OpenSSL", "FROM rust:1.60\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD [\"./target/release/shop\"]\n",
		map[string]string{"Cargo.toml": "[package]\nname = \"shop\"\n[dependencies]\nopenssl = \"0.10\"\n"}, "", "", stack.NoRuntime},
	{"static", "FROM rust:1-bookworm\nWORKDIR /app\nCOPY . .\nRUN rustup target add x86_64-unknown-linux-musl && cargo build -r --target x86_64-unknown-linux-musl\nCMD [\"target/x86_64-unknown-linux-musl/release/shop\"]\n",
		map[string]string{"Cargo.toml": "[package]\nname = \"shop\"\n"}, "/app/target/x86_64-unknown-linux-musl/release/shop", "gcr.io/distroless/static-debian13:nonroot debian:bookworm-slim scratch", ""},
	{"member of a workspace", "FROM rust:1-bookworm\nWORKDIR /app\nCOPY . .\nRUN cargo build --release -p api\nCMD [\"target/release/api\"]\n",
		map[string]string{"Cargo.toml": "[workspace]\nmembers = [\"api\", \"lib\"]\n", "api/Cargo.toml": "[package]\nname = \"api\"\n", "lib/Cargo.toml": "[package]\nname = \"lib\"\n"},
		"/app/target/release/api", "debian:bookworm-slim", ""},
	{"another target directory", "FROM rust:1-bookworm\nENV CARGO_TARGET_DIR=/out\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD [\"/app/target/release/shop\"]\n",
		map[string]string{"Cargo.toml": "[package]\nname = \"shop\"\n"}, "", "", stack.UnknownOutput},

	{"web", "FROM mcr.microsoft.com/dotnet/sdk:10.0\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -o /app\nCMD [\"dotnet\", \"/app/Shop.dll\"]\n", map[string]string{"Shop.csproj": webProject},
		"/app", "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra mcr.microsoft.com/dotnet/aspnet:10.0", ""},
	{"the usual directory", "FROM mcr.microsoft.com/dotnet/sdk:10.0-alpine\nWORKDIR /src\nCOPY . .\nRUN dotnet publish\nCMD [\"dotnet\", \"bin/Release/net10.0/publish/Shop.dll\"]\n", map[string]string{"Shop.csproj": webProject},
		"/src/bin/Release/net10.0/publish", "mcr.microsoft.com/dotnet/aspnet:10.0-alpine", ""},
	{"a solution", "FROM mcr.microsoft.com/dotnet/sdk:10.0-noble\nWORKDIR /src\nCOPY . .\nRUN dotnet publish Shop.sln -c Release\nWORKDIR /src/Web/bin/Release/net10.0/publish\nCMD [\"dotnet\", \"Web.dll\"]\n",
		map[string]string{"Shop.sln": "", "Web/Web.csproj": webProject}, "/src/Web/bin/Release/net10.0/publish", "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra mcr.microsoft.com/dotnet/aspnet:10.0-noble", ""},
	{"watch", "FROM mcr.microsoft.com/dotnet/sdk:10.0\nWORKDIR /src\nCOPY . .\nRUN dotnet restore\nCMD [\"dotnet\", \"watch\"]\n", map[string]string{"Shop.csproj": webProject}, "", "", stack.DevelopmentStart},
	{"no release", "FROM mcr.microsoft.com/dotnet/sdk\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -o /app\nCMD [\"dotnet\", \"/app/Shop.dll\"]\n", map[string]string{"Shop.csproj": webProject}, "", "", stack.NoRuntime},
	{"another output", "FROM mcr.microsoft.com/dotnet/sdk:10.0\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -o /out\nCMD [\"dotnet\", \"/app/Shop.dll\"]\n", map[string]string{"Shop.csproj": webProject}, "", "", stack.UnknownOutput},
}

func TestPlansOfCompiledLanguages(t *testing.T) {
	for _, c := range compiled {
		t.Run(c.name, func(t *testing.T) {
			with(t, c.dockerfile, c.files, func(a *stack.App) {
				s, err := stack.Recognise(a)
				if err != nil {
					t.Fatal(err)
				}
				r, err := s.Plan(a)
				if refusal := (*stack.Refusal)(nil); errors.As(err, &refusal) && refusal.Reason == c.refused {
					if refusal.Possible == "" {
						t.Errorf("nothing says what would make it possible: %v", err)
					}
					return
				}
				if err != nil || c.refused != "" {
					t.Fatalf("%v, want %q", err, c.refused)
				}
				var copies, runtimes []string
				for _, cp := range r.Copies {
					copies = append(copies, cp.Path)
				}
				for _, rt := range r.Runtimes {
					runtimes = append(runtimes, rt.Image)
				}
				if got := strings.Join(copies, " "); got != c.copies {
					t.Errorf("copies %s, want %s", got, c.copies)
				}
				if got := strings.Join(runtimes, " "); got != c.runtimes {
					t.Errorf("runs on %s, want %s", got, c.runtimes)
				}
			})
		})
	}
}

// TestRuntimesAreKnown holds what is known of the images that plans name: of each the
// distribution is, and a shell is there where the plan says so.
func TestRuntimesAreKnown(t *testing.T) {
	var seen []string
	for _, c := range compiled {
		if c.refused != "" {
			continue
		}
		with(t, c.dockerfile, c.files, func(a *stack.App) {
			s, _ := stack.Recognise(a)
			r, err := s.Plan(a)
			if err != nil {
				return
			}
			for _, rt := range r.Runtimes {
				k := new(fixer.Facts).Image(rt.Image)
				if k.Base.Distribution == "" || rt.Shell == (k.Base.Shell == "none") {
					t.Errorf("%s is of %q with shell %q, and the plan says %v", rt.Image, k.Base.Distribution, k.Base.Shell, rt.Shell)
				}
				seen = append(seen, rt.Image)
			}
		})
	}
	if slices.Sort(seen); len(slices.Compact(seen)) < 10 {
		t.Errorf("few images are named: %s", seen)
	}
}
