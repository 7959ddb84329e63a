package dockerfile

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

//go:embed recommended_packages.md
var recommendedPackagesDoc string

// RecommendedPackages reports apt installations with recommended packages.
var RecommendedPackages = &fixer.Rule{
	Name:     "dockerfile/recommended-packages",
	Title:    "recommended packages installed",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.3"},
		{Source: fixer.Hadolint, ID: "DL3015"},
		{Source: fixer.Trivy, ID: "DS-0029"},
		{Source: fixer.KICSDockerfile, ID: "7384dfb2-fcd1-4fbf-91cd-6c44c318c33c", Title: "APT-GET Not Avoiding Additional Packages"},
	},
	Doc: recommendedPackagesDoc,
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		kept := build.InFinalImage(p)
		off := map[*dockerfile.Stage]bool{}
		for _, s := range f.Stages {
			off[s] = slices.ContainsFunc(s.Instructions, func(i *dockerfile.Instruction) bool { return configuresApt(p, i) })
		}
		for _, st := range build.Of(p.File).Steps("RUN") {
			if strings.Contains(string(f.Source[st.Instruction.Start:st.Instruction.End]), "Install-Recommends") {
				off[st.Stage] = true
			}
			if kept[st.Stage] && !slices.ContainsFunc(st.Stage.Chain(), func(s *dockerfile.Stage) bool { return off[s] }) {
				checkRecommended(p, st)
			}
		}
	},
}

// configuresApt reports whether an instruction copies configuration of apt that says what is
// recommended, or that was not read.
func configuresApt(p *fixer.Pass, i *dockerfile.Instruction) bool {
	n := len(i.Words)
	if (i.Keyword != "COPY" && i.Keyword != "ADD") || n < 2 || !strings.HasPrefix(i.Words[n-1].Value, "/etc/apt/apt.conf") {
		return false
	}
	ctx, ok := p.Topology().Context(p.File.Path)
	return !slices.ContainsFunc(i.Words[:n-1], func(w dockerfile.Word) bool {
		file := p.Read(ctx.Join(path.Join("/", w.Value)[1:]))
		return ok && file != nil && !strings.Contains(string(file.Data), "Install-Recommends")
	})
}

// checkRecommended reports the first install of a step: a person edits them
// together.
func checkRecommended(p *fixer.Pass, st build.Step) {
	for _, c := range st.Commands {
		call := c.Package
		if call == nil || call.Manager.Name != "apt" || call.Verb != "install" {
			continue
		}
		if c.Has("--no-install-recommends", "--fix-broken", "-f") || slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool { return build.HoldsOptions(w) }) {
			continue
		}
		packages := call.Packages
		if len(packages) == 0 || !slices.ContainsFunc(packages, func(name string) bool { return !localPackage(name) }) {
			continue
		}
		f := fixer.Finding{
			Path:    place(p.File.Dockerfile, st.At) + ": " + call.Program + " install",
			Message: fmt.Sprintf("%s install also installs the recommended packages of %s", call.Program, brief(packages)),
			Advice:  "Add --no-install-recommends after install, and list the recommended packages that are needed" + certificates(packages),
		}
		f.Start, f.End = st.Span(c)
		report(p, st.At, f)
		return
	}
}

// certificates names what clients of https need and only recommend.
func certificates(packages []string) string {
	if slices.Contains(packages, "ca-certificates") {
		return ""
	}
	for _, name := range packages {
		if name == "curl" || name == "wget" || name == "git" {
			return fmt.Sprintf(", at least ca-certificates, which %s needs to verify HTTPS servers", name)
		}
	}
	return ""
}
