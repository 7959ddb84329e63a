package compose

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed added_capabilities.md
var addedCapabilitiesDoc string

// AddedCapabilities reports capabilities beyond Docker's default that a service adds.
var AddedCapabilities = &fixer.Rule{
	Name:     "compose/added-capabilities",
	Title:    "added capabilities",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.4"},
		{Source: fixer.OWASPDocker, ID: "rule 3"},
		{Source: fixer.KICSCompose, ID: "ce76b7d0-9e77-464d-b86f-c5c48e03e22d", Title: "Container Capabilities Unrestricted"},
		{Source: fixer.ComposeLint, ID: "CL-0011"},
		{Source: fixer.ComposeLint, ID: "CL-0024"},
		{Source: fixer.ComposeLint, ID: "CL-0027"},
		{Source: fixer.ComposeLint, ID: "CL-0028"},
		{Source: fixer.ComposeLint, ID: "CL-0029"},
		attackEscape,
	},
	Doc: addedCapabilitiesDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			if spec := container.FromService(p, v); !spec.Privileged.Yes() {
				checkAdded(p, v, spec)
			}
		}
	},
}

// instead is what mostly serves in a capability's place.
var instead = map[string]string{
	"NET_ADMIN":  "set addresses and routes with networks and sysctls of the Compose file",
	"SYS_PTRACE": "debug from a second container with pid: service:NAME when needed",
	"SYS_TIME":   "set the clock on the host",
	"SYS_ADMIN":  "find the operation that needs it and use a narrower capability (PERFMON, CHECKPOINT_RESTORE) or a device",
	"IPC_LOCK":   "the default limit for locked memory is often enough",
	"ALL":        "find out which capabilities the service needs, and add only those",
}

func checkAdded(p *fixer.Pass, v compose.View, spec *container.Spec) {
	dropped, hostPID := has(v.List("cap_drop"), isAll), v.Text("pid") == "host"
	nonRoot := spec.User.Set && spec.User.Certain && !spec.User.Identity.IsRoot() && len(v.Reached("cap_add")) == 0
	var worst fixer.Severity
	var names, opens, ways []string
	var at compose.Setting
	for _, s := range v.List("cap_add") {
		name, _ := compose.Expand(s.Node.Text())
		name = strings.TrimPrefix(strings.ToUpper(name), "CAP_")
		if meant := container.MeantCapability(name); !container.DockerKnowsCapability(name) && meant != "" {
			name = meant // compose/capabilities says that Docker does not know it so
		}
		if inherited(v, s) || slices.Contains(names, name) || !container.DockerKnowsCapability(name) || spec.NeedsCapability(name) || name == "ALL" && !dropped {
			continue
		}
		ordinary := name == "NET_RAW" || slices.Contains(container.BaselineCapabilities, name)
		severity := fixer.High
		switch {
		case ordinary && !nonRoot || name == "NET_BIND_SERVICE":
			continue // Docker gives it to every container that does not drop it
		case container.Takeover(name, "host", hostPID) != "":
			severity = fixer.Critical
			opens = append(opens, name+" "+container.Takeover(name, "host", hostPID))
		case container.IsMild(name), name == "NET_ADMIN" && !spec.HostNetwork:
			severity = fixer.Medium
		case ordinary:
			severity = fixer.Low
		}
		worst, at = max(worst, severity), s
		names = append(names, name)
		if instead[name] != "" {
			ways = append(ways, name+": "+instead[name])
		}
	}
	if len(names) == 0 {
		return
	}
	f := fixer.Finding{
		Path: v.Service.Path.Join("cap_add").String(), Severity: worst,
		Message: fmt.Sprintf("Service %q adds %s", v.Name, strings.Join(names, ", ")),
		Advice:  "Remove each capability the application does not use",
	}
	if len(opens) > 0 {
		f.Message += ": " + strings.Join(opens, ", ")
	} else {
		f.Message += ", beyond what Docker grants by default"
	}
	if nonRoot && !slices.ContainsFunc(names, func(name string) bool { return !container.ForRootOnly(name) || spec.UsesAsUser(name) }) && at.Own && at.File == v.File {
		f.Message = fmt.Sprintf("Service %q adds %s, which has no effect because it does not run as root", v.Name, strings.Join(names, ", "))
		f.Severity, f.Advice, f.Evidence = fixer.Low, "", []fixer.Evidence{spec.User.Evidence}
		fix := withoutEffect(v, spec, names)
		if why, ok := reasonToAdd(v, names); ok {
			fix.Level = fixer.Manual
			f.Evidence = append(f.Evidence, why)
			f.Advice = "Check whether the reason in the comment still holds, and remove the capabilities if not"
		}
		f.Fixes = []fixer.Fix{fix}
		if spec.NoNewPrivileges.Yes() {
			f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: spec.NoNewPrivileges.Place, Text: "no-new-privileges is set, so no setuid binary can get them either"})
		}
		report(p, v, own(v.Setting("cap_add")), f)
		return
	}
	f.Fixes = removeAdded(v, names)
	if why, agent := hostAgent(p, v); agent {
		f.Severity = max(f.Severity-1, fixer.Low)
		f.Evidence = append(f.Evidence, why)
	}
	if len(ways) > 0 {
		f.Advice = text.Sentences(f.Advice, "Alternatives: "+strings.Join(ways, ". "))
	}
	report(p, v, own(v.Setting("cap_add")), f)
}

// reasonToAdd returns where a comment gives the reason for one of the capabilities, or for
// the list.
func reasonToAdd(v compose.View, names []string) (fixer.Evidence, bool) {
	for _, s := range v.List("cap_add") {
		name := strings.TrimPrefix(strings.ToUpper(s.Node.Text()), "CAP_")
		if e, ok := reasonFor(v, s); ok && (slices.Contains(names, name) || slices.Contains(names, container.MeantCapability(name))) {
			return e, true
		}
	}
	return reasonFor(v, v.Setting("cap_add"))
}

// withoutEffect removes capabilities that a service adds and cannot use: Docker gives
// them to root alone. A binary with capabilities or a setuid bit of its own could still take
// them, unless no-new-privileges is set.
func withoutEffect(v compose.View, spec *container.Spec, names []string) fixer.Fix {
	fix := fixer.Fix{
		ID:     "remove",
		Title:  "Remove " + strings.Join(names, ", ") + " from cap_add",
		Level:  fixer.Review,
		Breaks: "Binaries with file capabilities or a setuid bit, such as ping and sudo, no longer get these capabilities",
		Verify: verifyRestart(v),
	}
	if spec.NoNewPrivileges.Yes() {
		fix.Level, fix.Breaks = fixer.Safe, ""
	}
	fix.Edit = fixer.EditYAML(v.Doc, withoutCapabilities(v, names)...)
	return fix
}

// withoutCapabilities removes names from the service's own list.
func withoutCapabilities(v compose.View, names []string) []yamldoc.Op {
	list := v.Node.Own("cap_add")
	var ops []yamldoc.Op
	for i := list.Len() - 1; i >= 0; i-- { // from the end, so that places stay
		if name := strings.TrimPrefix(strings.ToUpper(list.Item(i).Text()), "CAP_"); slices.Contains(names, name) || slices.Contains(names, container.MeantCapability(name)) {
			ops = append(ops, yamldoc.Remove(v.Path.Join("cap_add", i)))
		}
	}
	if len(ops) == list.Len() && !replacing(list) {
		ops = []yamldoc.Op{yamldoc.Remove(v.Path.Join("cap_add"))}
	}
	return inPlace(v, "cap_add", ops...)
}

// removeAdded is the choice to do without capabilities that the service itself adds: which
// of them it needs shows in no file.
func removeAdded(v compose.View, names []string) []fixer.Fix {
	list := v.Node.Own("cap_add")
	if list == nil || list.Kind != yamldoc.Sequence || len(list.Users()) > 0 {
		return nil
	}
	for _, s := range v.List("cap_add") {
		name, _ := compose.Expand(s.Node.Text())
		name = strings.TrimPrefix(strings.ToUpper(name), "CAP_")
		if (slices.Contains(names, name) || slices.Contains(names, container.MeantCapability(name))) && (!s.Own || s.File != v.File || s.Variable() != "") {
			return nil
		}
	}
	return []fixer.Fix{{
		ID: "remove-chosen", Title: "Remove " + strings.Join(names, ", ") + " from cap_add", Level: fixer.Manual,
		Breaks: "The operation that needs " + strings.Join(names, " or ") + ": it fails with Operation not permitted",
		Verify: verifyRestart(v),
		Edit:   fixer.EditYAML(v.Doc, withoutCapabilities(v, names)...),
	}}
}
