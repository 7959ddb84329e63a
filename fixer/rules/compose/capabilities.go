package compose

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/compose"
	"oakum/fixer/container"
	"oakum/fixer/image"
)

//go:embed capabilities.md
var capabilitiesDoc string

// Capabilities reports services that keep the default capabilities.
var Capabilities = &fixer.Rule{
	Name:     "compose/capabilities",
	Title:    "capabilities not dropped",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	After:    []string{"compose/writable-root"},
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.4"},
		{Source: fixer.OWASPDocker, ID: "rule 3"},
		{Source: fixer.KICSCompose, ID: "ce76b7d0-9e77-464d-b86f-c5c48e03e22d", Title: "Container Capabilities Unrestricted"},
	},
	Doc: capabilitiesDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			if has(v.List("cap_drop"), isAll) || isTrue(v.Setting("privileged").Node) {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("service %q keeps the capabilities Docker gives by default", v.Name)}
			if has(v.List("cap_add"), isAll) {
				f.Severity = fixer.High
				f.Message = fmt.Sprintf("service %q adds ALL capabilities", v.Name)
				f.Advice = "find out which capabilities it needs, and add only those next to cap_drop: [ALL]"
				report(p, v, nil, f)
				continue
			}
			fix, evidence := dropFix(p, v)
			f.Fixes, f.Evidence = []fixer.Fix{fix}, evidence
			report(p, v, own(v.Setting("cap_drop")), f)
		}
	},
}

func isAll(s string) bool { return strings.EqualFold(strings.TrimPrefix(s, "CAP_"), "ALL") }

// dropFix drops ALL. A process that is not root holds no capability, so that
// dropping them takes nothing from it; Docker lets anybody bind low ports, so
// ports are no reason here.
func dropFix(p *fixer.Pass, v compose.View) (fixer.Fix, []fixer.Evidence) {
	profile := container.OfService(p, v)
	user, evidence := startsAs(v, profile)
	fix := fixer.Fix{
		ID:     "drop-all",
		Title:  "drop ALL capabilities",
		Level:  fixer.Review,
		Breaks: "the program fails if it needs a capability that is not known of: to change owners, or to become another user",
		Verify: "docker compose up -d " + v.Name + ", restart it once, and look at its logs",
	}
	var need []string
	program := profile.Program()
	switch {
	case notRoot(user):
		if program != nil {
			need = slices.Clone(program.CapsNonRoot)
		}
		fix.Breaks = "a program of the image that has capabilities of its own (setcap) is no longer started"
		sound := profile.Sound || !v.Setting("user").Node.Null()
		if sound && len(need) == 0 && !hostNetwork(v) && profile.Entry != nil && profile.Elevates() == "" {
			fix.Level, fix.Breaks = fixer.Safe, "a process that is not root has none of the capabilities, so it cannot notice"
		}
	case program != nil:
		need = slices.Clone(program.CapsRoot.Need)
	case profile.StepsDown() != "":
		need = container.SteppingNeeds()
		evidence = append(evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: profile.Build.Path, Text: "it brings " + profile.StepsDown() + ", so that the program most likely starts as root and becomes another user by itself"})
	}
	need = slices.DeleteFunc(need, func(name string) bool {
		return has(v.List("cap_add"), func(s string) bool { return strings.EqualFold(strings.TrimPrefix(s, "CAP_"), name) })
	})
	if len(need) > 0 {
		fix.Title += " and add back " + strings.Join(need, ", ")
		if program != nil {
			evidence = append(evidence, fixer.ImageEvidence(profile.Entry.Evidence(image.FieldCapsRoot)))
			if note := profile.Entry.CapsRoot.Note; note != "" {
				evidence = append(evidence, fixer.Evidence{Kind: fixer.FromTable, Text: note})
			}
		}
	}
	fix.Edit = func(d *fixer.Draft) error {
		ops := appendTo(v, "cap_drop", "ALL")
		if len(need) > 0 {
			ops = append(ops, appendTo(v, "cap_add", need...)...)
		}
		d.YAML(v.Doc, ops...)
		return nil
	}
	return fix, evidence
}

func hostNetwork(v compose.View) bool { return v.Setting("network_mode").Node.Text() == "host" }
