package compose

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed build_privileges.md
var buildPrivilegesDoc string

// BuildPrivileges reports builds with privileges, or with the network of the host.
var BuildPrivileges = &fixer.Rule{
	Name:     "compose/build-privileges",
	Title:    "build with privileges of the host",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 13"},
		{Source: fixer.DockerDocs, ID: "entitlements", Link: "https://docs.docker.com/reference/compose-file/build/#entitlements"},
		attackEscape,
	},
	Doc: buildPrivilegesDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			if s := v.Field("build", "privileged"); isOn(s) && !inherited(v, s) {
				reportBuild(p, v, s, "privileged", "with privileges of the host (build.privileged)", "--security=insecure", "RUN instructions that mount filesystems or change kernel settings", fixer.High)
			}
			reportEntitlements(p, v)
			if s := v.Field("build", "network"); s.Node != nil && s.Variable() == "" && s.Node.Text() == "host" && !inherited(v, s) {
				reportBuild(p, v, s, "network", "with the network of the host (build.network)", "", "Builds that connect to services on localhost of the host, or need its VPN or DNS server", fixer.Medium)
			}
		}
	},
}

// reportEntitlements says in one finding what a build is entitled to.
func reportEntitlements(p *fixer.Pass, v compose.View) {
	list := v.Field("build", "entitlements")
	given := list.Node.Texts()
	switch {
	case list.Node == nil || inherited(v, list):
	case slices.Contains(given, "security.insecure"):
		reportBuild(p, v, list, "entitlements", "with the entitlement security.insecure", "--security=insecure", "RUN instructions with --security=insecure or --network=host", fixer.High)
	case slices.Contains(given, "network.host"):
		reportBuild(p, v, list, "entitlements", "with the entitlement network.host", "--network=host", "RUN instructions with --network=host", fixer.Medium)
	}
}

func reportBuild(p *fixer.Pass, v compose.View, s compose.Setting, at, how, flag, breaks string, severity fixer.Severity) {
	f := fixer.Finding{
		Path: v.Service.Path.Join("build").String() + " " + at, Severity: severity,
		Message: fmt.Sprintf("Service %q is built %s", v.Name, how),
	}
	level := fixer.Review
	if e, uses := usesFlag(p, v, flag); uses {
		level, f.Evidence = fixer.Manual, []fixer.Evidence{e}
		f.Advice = "Change the RUN instruction so that it works without the privilege, then remove the setting"
	} else if e, ok := reasonFor(v, s); ok {
		level, f.Evidence = fixer.Manual, []fixer.Evidence{e}
		f.Advice = "Check whether the reason in the comment still holds, and remove the setting if not"
	}
	if !s.Own || s.File != v.File {
		f.Advice = "Remove the setting at " + placeOf(s)
	} else {
		path := s.Node.Path()
		f.Fixes = []fixer.Fix{{
			ID: "remove", Title: "Remove the setting from build", Level: level, Breaks: breaks,
			Verify: v.CLI() + " build " + text.ShellWord(v.Name) + "\nbuilds the image as before",
			Edit:   fixer.EditYAML(v.Doc, yamldoc.Remove(path)),
		}}
	}
	report(p, v, own(s), f)
}

// usesFlag returns the RUN instruction that needs what the build is granted.
func usesFlag(p *fixer.Pass, v compose.View, flag string) (fixer.Evidence, bool) {
	b, ok := p.Topology().ServiceBuild(v)
	if !ok || flag == "" {
		return fixer.Evidence{}, false
	}
	name, value, _ := strings.Cut(strings.TrimPrefix(flag, "--"), "=")
	for _, stage := range b.Stage.Chain() {
		for _, i := range stage.Instructions {
			if set, ok := i.Flag(name); ok && i.Keyword == "RUN" && set.Value == value {
				return fixer.Evidence{Kind: fixer.FromDockerfile, Place: fmt.Sprintf("%s:%d", b.Path, i.Line), Text: "RUN has " + flag}, true
			}
		}
	}
	return fixer.Evidence{}, false
}
