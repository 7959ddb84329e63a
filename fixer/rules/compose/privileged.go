package compose

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed privileged.md
var privilegedDoc string

// Privileged reports privileged services.
var Privileged = &fixer.Rule{
	Name:     "compose/privileged",
	Title:    "privileged",
	Severity: fixer.Critical,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.5"},
		{Source: fixer.OWASPDocker, ID: "rule 3"},
		{Source: fixer.KICSCompose, ID: "ae5b6871-7f45-42e0-bb4c-ab300c4d2026", Title: "Privileged Containers Enabled"},
		{Source: fixer.Semgrep, ID: "privileged-service"},
		{Source: fixer.ComposeLint, ID: "CL-0002"},
		attackEscape,
	},
	Params: []fixer.Param{paramCapabilities},
	Doc:    privilegedDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			s := v.Setting("privileged")
			on, known := s.Bool()
			variable := s.Variable()
			if known && !on || !known && variable == "" {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("Service %q is privileged: root in the container is root on the host", v.Name)}
			reason, decidedHere := reasonFor(v, s)
			switch why := worksOnHost(v, "privileged"); {
			case variable != "":
				if !known {
					f.Message = fmt.Sprintf("Service %q sets privileged from variable %s, which may be true", v.Name, variable)
				}
				f.Advice = decided(s, "false")
			case why != "":
				f.Evidence = []fixer.Evidence{{Kind: fixer.FromCompose, Place: p.File.Path, Text: why}}
				f.Advice = "Find out which capabilities and devices the service needs, and set cap_add and devices instead of privileged. The service uses the host: " + why
				if s.Own && unwritable(v, "cap_drop") == "" {
					f.Fixes = insteadOfPrivileged(v)
				}
			case !s.Own:
				f.Advice = "Remove privileged at " + placeOf(s) + ", from which this service inherits the setting"
			case needsIt(v, "privileged") != "":
				f.Advice = "Set cap_add and devices in the other service first, then remove privileged here. " + text.Capital(needsIt(v, "privileged"))
			case decidedHere:
				f.Evidence = []fixer.Evidence{reason}
				f.Advice = "Check whether the reason in the comment still holds, and set cap_add and devices instead of privileged"
				f.Fixes = insteadOfPrivileged(v)
			default:
				f.Fixes = []fixer.Fix{removePrivileged(v, fixer.Review)}
				if f.Evidence, f.Advice = privilegeNeeded(p, v); f.Advice != "" {
					f.Fixes = insteadOfPrivileged(v)
				}
			}
			report(p, v, own(s), f)
		}
	},
}

// privilegeNeeded returns what speaks for a need of the privilege in an image, and what a
// person can do about it; no advice where the image is known not to need it.
func privilegeNeeded(p *fixer.Pass, v compose.View) (evidence []fixer.Evidence, advice string) {
	profile := container.OfService(p, v)
	if says, yes := profile.NeedsPrivilege(); yes {
		return []fixer.Evidence{says}, container.InsteadOfPrivilege
	}
	if profile.BuiltHere() || profile.Entry != nil && !profile.Entry.ByName {
		return nil, ""
	}
	return profile.Evidence, "Find out what the application needs: mounts, devices, kernel modules, containers inside the container. Then set cap_add and devices instead of privileged"
}

// mayRunOthers reports whether a service is privileged, and nothing shows that it runs
// its own application alone: no containers, and no init system.
func mayRunOthers(p *fixer.Pass, v compose.View) bool {
	on, known := v.Setting("privileged").Bool()
	if !known || !on {
		return false
	}
	_, advice := privilegeNeeded(p, v)
	return advice != ""
}

// insteadOfPrivileged are what a person can choose.
func insteadOfPrivileged(v compose.View) []fixer.Fix {
	fixes := []fixer.Fix{removePrivileged(v, fixer.Manual)}
	if unwritable(v, "cap_drop") == "" {
		fixes = append([]fixer.Fix{chosenCapabilities(v)}, fixes...)
	}
	return fixes
}

func removePrivileged(v compose.View, level fixer.Level) fixer.Fix {
	return fixer.Fix{
		ID:     "remove",
		Title:  "Remove privileged",
		Level:  level,
		Breaks: "Services that mount filesystems, use devices, load kernel modules or run containers inside the container",
		Verify: v.CLI() + " exec " + text.ShellWord(v.Name) + " grep CapEff /proc/1/status\nprints a value that does not end in ffffffffff, and the service works as before",
		Edit:   fixer.EditYAML(v.Doc, inPlace(v, "privileged", yamldoc.Remove(v.Path.Join("privileged")))...),
	}
}

// needsIt says which service takes the setting from this one and works on the host.
func needsIt(v compose.View, key string) string {
	for _, r := range v.Reached(key) {
		if why := worksOnHost(r.View, key); why != "" {
			return r.Why + " and uses the host: " + why
		}
	}
	return ""
}

// worksOnHost says what shows that a service works on its host, besides the setting of
// a key.
func worksOnHost(v compose.View, except string) string {
	for _, key := range []string{"pid", "ipc", "network_mode"} {
		if key != except && v.Text(key) == "host" {
			return key + ": host"
		}
	}
	if len(v.List("devices")) > 0 {
		return "devices are set"
	}
	for _, m := range v.Mounts() {
		for _, root := range []string{"/dev", "/sys", "/proc", "/lib/modules", "/var/lib/docker", "/var/run", "/run"} {
			if m.Source == "/" || m.Source == root || strings.HasPrefix(m.Source, root+"/") {
				return m.Source + " is mounted"
			}
		}
	}
	return ""
}
