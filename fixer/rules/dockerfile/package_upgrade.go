package dockerfile

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed package_upgrade.md
var packageUpgradeDoc string

// PackageUpgrade reports upgrades of all packages.
var PackageUpgrade = &fixer.Rule{
	Name:     "dockerfile/package-upgrade",
	Title:    "RUN upgrades all packages",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Trivy, ID: "DS-0024"},
		{Source: fixer.Hadolint, ID: "DL3035"},
		{Source: fixer.Dockle, ID: "DKL-DI-0003"},
		{Source: fixer.CISDocker, ID: "4.4"},
	},
	Doc: packageUpgradeDoc,
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		for _, st := range build.Of(p.File).Steps("RUN") {
			if !kept[st.Stage] {
				continue
			}
			for _, c := range st.Commands {
				call := c.Package
				if call == nil || !upgradesAll(call) {
					continue
				}
				f := fixer.Finding{
					Path:    place(p.File.Dockerfile, st.At) + ": " + call.Program + " " + call.Verb,
					Message: fmt.Sprintf("%s %s makes builds unreproducible: the image depends on the build date", call.Program, call.Verb),
					Advice: "Remove the step, use a base image that is rebuilt often, and let a bot (Renovate, Dependabot) update its digest. If the base is rebuilt rarely, keep the step and build with --pull --no-cache on a schedule, " +
						"because a cached step upgrades nothing",
				}
				f.Start, f.End = st.Span(c)
				report(p, st.At, f)
			}
		}
	},
}

// upgrades are the subcommands that upgrade everything when no package is
// named, and those that always do.
var upgrades = map[string]map[string]bool{
	"apt":    text.WordSet("upgrade dist-upgrade full-upgrade safe-upgrade"),
	"apk":    text.WordSet("upgrade"),
	"dnf":    text.WordSet("update upgrade distro-sync"),
	"zypper": text.WordSet("update up dist-upgrade dup patch"),
}

func upgradesAll(c *build.PackageCall) bool {
	return upgrades[c.Manager.Name][c.Verb] && len(c.Packages) == 0
}
