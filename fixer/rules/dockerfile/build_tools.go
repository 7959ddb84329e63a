package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/stack"
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

// checkToolchain reports a stage that goes back to a toolchain.
func checkToolchain(p *fixer.Pass, s *dockerfile.Stage) bool {
	root := s.Root()
	ref, err := image.ParseReference(root.Image)
	if err != nil {
		return false
	}
	toolchain, ok := stack.ToolchainOf(ref)
	if !ok {
		return false
	}
	report(p, root.From, fixer.Finding{
		Path:    stagePath(s) + ": FROM",
		Message: fmt.Sprintf("The final stage is built on the toolchain image %s, so compilers stay in the image", ref.Familiar()),
		Advice:  "Name this stage (AS build) and add a final stage for the application: " + toolchain.Instead,
	})
	return true
}

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
			if name = build.PackageName(name); stack.IsCompiler(name) && !gone[name] {
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
