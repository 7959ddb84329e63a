package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed build_tools.md
var buildToolsDoc string

// BuildTools reports compilers and build tools in a final image.
var BuildTools = &fixer.Rule{
	Name:     "dockerfile/build-tools",
	Title:    "build tools in the image",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.3"},
		{Source: fixer.DockerDocs, ID: "multi-stage builds", Link: "https://docs.docker.com/build/building/multi-stage/"},
	},
	Doc: buildToolsDoc,
	Check: func(p *fixer.Pass) {
		for _, s := range build.Targets(p) {
			if s.Windows || build.ForDevelopment(p.File.Path, s) || inOneStage(p, s) {
				continue
			}
			if !checkToolchain(p, s) {
				for _, st := range build.Of(p.File).Steps("RUN") {
					if slices.Contains(s.Chain(), st.Stage) {
						checkCompilers(p, st)
					}
				}
			}
		}
	},
}

// toolchains are images that are for building, with what comes out.
var toolchains = map[string]string{
	"docker.io/library/golang":     "copy the binary into gcr.io/distroless/static or scratch",
	"docker.io/library/rust":       "copy the binary into debian:13-slim or gcr.io/distroless/cc",
	"docker.io/library/gcc":        "copy the binary into debian:13-slim",
	"docker.io/library/maven":      "copy the jar into eclipse-temurin with a jre tag",
	"docker.io/library/gradle":     "copy the jar into eclipse-temurin with a jre tag",
	"docker.io/library/haskell":    "copy the binary into debian:13-slim",
	"docker.io/library/swift":      "copy the binary into swift with a slim tag",
	"mcr.microsoft.com/dotnet/sdk": "copy the output of dotnet publish into mcr.microsoft.com/dotnet/aspnet or runtime",
}

// checkToolchain reports a stage that goes back to a toolchain.
func checkToolchain(p *fixer.Pass, s *dockerfile.Stage) bool {
	root := s.Root()
	ref, err := image.ParseReference(root.Image)
	if err != nil {
		return false
	}
	instead, ok := toolchains[ref.Name()]
	if !ok || slices.Contains(ref.Words(), "slim") && strings.HasSuffix(ref.Name(), "/swift") {
		return false
	}
	report(p, root.From, fixer.Finding{
		Path:    stagePath(s) + ": FROM",
		Message: fmt.Sprintf("The final stage is built on the toolchain image %s, so compilers stay in the image", ref.Familiar()),
		Advice:  "Name this stage (AS build) and add a final stage for the application: " + instead,
	})
	return true
}

var compilers = text.WordSet(`gcc g++ gcc-multilib gcc-c++ clang llvm build-essential build-base alpine-sdk cmake meson ninja-build make rustc cargo
	golang golang-go go maven gradle ghc default-jdk default-jdk-headless`)

// checkCompilers reports the first install of a step that leaves compilers.
func checkCompilers(p *fixer.Pass, st build.Step) {
	gone := st.RemovedPackages()
	for _, c := range st.Commands {
		call := c.Package
		if call == nil || !call.Installs() || gone[call.Virtual] && call.Virtual != "" {
			continue
		}
		var found []string
		for _, name := range call.Packages {
			if name = build.PackageName(name); compilers[name] && !gone[name] {
				found = append(found, name)
			}
		}
		if len(found) == 0 || len(found) == 1 && found[0] == "make" || st.RemovesUnknown() {
			continue
		}
		f := fixer.Finding{
			Path:    place(p.File.Dockerfile, st.At) + ": build tools",
			Message: fmt.Sprintf("%s %s in the final image", brief(found), stays(found)),
			Advice: "Build in a separate stage (FROM … AS build) and copy the result with COPY --from=build. Or install the tools, use them and remove them in one RUN " +
				"(apk add --virtual .build … && apk del .build, apt-get purge -y --auto-remove)",
		}
		f.Start, f.End = st.Span(c)
		report(p, st.At, f)
		return
	}
}

func stays(names []string) string {
	if len(names) == 1 {
		return "stays"
	}
	return "stay"
}
