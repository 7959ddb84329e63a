package stack

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Toolchain is what an image is for that is for building and nothing else.
type Toolchain struct {
	Name    string // as people call it: "Go toolchain"
	Instead string // what to make of its output, as an imperative without full stop
}

// toolchains are those images, by [image.Reference.Name].
var toolchains = map[string]Toolchain{
	image.DockerHub + "/library/golang":  {"Go toolchain", "copy the binary into gcr.io/distroless/static or scratch"},
	image.DockerHub + "/library/rust":    rustToolchain,
	image.DockerHub + "/rustlang/rust":   rustToolchain,
	image.DockerHub + "/library/gcc":     {"compilers", "copy the binary into debian:13-slim"},
	image.DockerHub + "/library/maven":   {"JDK and Maven", "copy the jar into eclipse-temurin with a jre tag"},
	image.DockerHub + "/library/gradle":  {"JDK and Gradle", "copy the jar into eclipse-temurin with a jre tag"},
	image.DockerHub + "/library/haskell": {"Haskell toolchain", "copy the binary into debian:13-slim"},
	image.DockerHub + "/library/swift":   {"Swift toolchain", "copy the binary into swift with a slim tag"},
	"mcr.microsoft.com/dotnet/sdk":       dotnetToolchain,
	"mcr.microsoft.com/dotnet/core/sdk":  dotnetToolchain,
}

var (
	rustToolchain   = Toolchain{"Rust toolchain", "copy the binary into debian:13-slim or gcr.io/distroless/cc"}
	dotnetToolchain = Toolchain{".NET SDK", "copy the output of dotnet publish into mcr.microsoft.com/dotnet/aspnet or runtime"}
)

// ToolchainOf returns what an image is for that is for building and nothing else; ok is
// false for all others. The slim tags of Swift are for running.
func ToolchainOf(ref image.Reference) (t Toolchain, ok bool) {
	t, ok = toolchains[ref.Name()]
	if ref.Repository == "library/swift" && slices.Contains(ref.Words(), "slim") {
		return Toolchain{}, false
	}
	return t, ok
}

// IsCompiler reports whether a package of a distribution, by its plain name, compiles or
// builds.
func IsCompiler(name string) bool { return compilers[name] }

var compilers = text.WordSet(`gcc g++ gcc-multilib gcc-c++ clang llvm gfortran build-essential build-base alpine-sdk cmake meson ninja-build make rust rustc cargo
	golang golang-go go maven gradle ghc default-jdk default-jdk-headless`)
