package compose

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
)

//go:embed host_path.md
var hostPathDoc string

// HostPath reports mounts of system files and of credentials of the host.
var HostPath = &fixer.Rule{
	Name:     "compose/host-path",
	Title:    "system files of the host mounted",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.6"},
		{Source: fixer.OWASPDocker, ID: "rule 8"},
		{Source: fixer.KICSCompose, ID: "1c1325ff-831d-43a1-973e-839ae57dfcc0", Title: "Volume Has Sensitive Host Directory"},
		{Source: fixer.ComposeLint, ID: "CL-0013"},
		{Source: fixer.ComposeLint, ID: "CL-0025"},
		attackCredentials,
		attackEscape,
	},
	Doc: hostPathDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			mounts := hostMounts(v)
			if why, agent := hostAgent(p, v); agent {
				reportAgentMounts(p, v, mounts, why)
				continue
			}
			for _, m := range mounts {
				reportHostMount(p, v, m)
			}
		}
	},
}

// hostAgent says what shows that a service watches its host, so that what it holds of the
// host is mostly needed.
func hostAgent(p *fixer.Pass, v compose.View) (fixer.Evidence, bool) {
	if known := container.OfService(p, v).Known; known.Purpose() == image.PurposeMonitor {
		return fixer.Evidence{Kind: fixer.FromTable, Text: known.Ref.Familiar() + " is a monitoring tool"}, true
	}
	if s := v.Setting("pid"); v.Text("pid") == "host" {
		return fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: "pid is host: the service is meant to inspect the processes of its host"}, true
	}
	return fixer.Evidence{}, false
}

// risk is how much it matters that the files are mounted as they are.
func (m hostMount) risk() fixer.Severity {
	if mountWritable(m.Mount) {
		return m.Severity
	}
	return max(m.Severity-1, fixer.Low)
}

func reportHostMount(p *fixer.Pass, v compose.View, m hostMount) {
	if m.risk() < fixer.Medium {
		return
	}
	f := fixer.Finding{
		Path: v.Service.Path.String() + " volumes[" + m.Target + "]", Severity: m.risk(),
		Message: fmt.Sprintf("Service %q mounts %s (%s) from its host, read-only", v.Name, sourceOf(m.Mount), m.holds),
		Advice:  "Remove the mount if the service does not need it. Otherwise mount only the file that it reads, with the option ro",
	}
	if mountWritable(m.Mount) {
		f.Message = fmt.Sprintf("Service %q mounts %s (%s) from its host, and can write to it", v.Name, sourceOf(m.Mount), m.holds)
	}
	switch {
	case m.Source == "/":
		f.Advice = "Remove the mount, or mount only the directories that the service reads, with the option ro"
	case m.HostPlace.Path == m.Source && m.holds == "credentials of a user":
		f.Advice = "Mount only the one file that the service needs, with the option ro, or give it credentials of its own as a Compose secret"
	}
	switch {
	case m.Read: // compose/writable-host-path makes it read-only, and the finding stays
	case !mountWritable(m.Mount):
		f.Path += " ro"
	case unwritableMount(v, m.Mount) == "":
		f.Fixes = append(f.Fixes, chosenReadOnly(v, []hostMount{m}))
	}
	f.Fixes = append(f.Fixes, removeMount(v, m.Mount, "What reads or writes "+m.Target+" in the service")...)
	report(p, v, own(m.Setting), f)
}

// chosenReadOnly makes mounts read-only where nothing shows that they are only read.
func chosenReadOnly(v compose.View, mounts []hostMount) fixer.Fix {
	fix := readOnlyMount(v, mounts[0].Mount, "What writes to "+mounts[0].Target+" in the service")
	fix.Level = fixer.Manual
	if len(mounts) == 1 {
		return fix
	}
	edits := []func(*fixer.Draft) error{fix.Edit}
	var targets []string
	for i, m := range mounts {
		targets = append(targets, m.Target)
		if i > 0 {
			edits = append(edits, readOnlyMount(v, m.Mount, "").Edit)
		}
	}
	fix.Title, fix.Breaks = "Mount "+strings.Join(targets, ", ")+" read-only", "What writes to one of these directories in the service"
	fix.Edit = func(d *fixer.Draft) error {
		for _, edit := range edits {
			if err := edit(d); err != nil {
				return err
			}
		}
		return nil
	}
	return fix
}

// reportAgentMounts says in one finding what a service that watches its host holds of it.
func reportAgentMounts(p *fixer.Pass, v compose.View, mounts []hostMount, why fixer.Evidence) {
	f := fixer.Finding{Path: v.Service.Path.Join("volumes").String(), Evidence: []fixer.Evidence{why}}
	var paths, writable []string
	for _, m := range mounts {
		f.Severity = max(f.Severity, m.risk())
		paths = append(paths, sourceOf(m.Mount))
		if mountWritable(m.Mount) {
			writable = append(writable, sourceOf(m.Mount))
		}
	}
	if f.Severity < fixer.High {
		return
	}
	f.Severity--
	f.Message = fmt.Sprintf("Service %q mounts %s from its host, read-only", v.Name, strings.Join(paths, ", "))
	f.Advice = "Check which of these paths the service needs, and mount only the parts that it uses"
	if len(writable) > 0 {
		f.Message = fmt.Sprintf("Service %q mounts %s from its host, and can write to %s", v.Name, strings.Join(paths, ", "), strings.Join(writable, ", "))
	}
	// The others compose/writable-host-path makes read-only, and the finding stays.
	chosen := slices.DeleteFunc(slices.Clone(mounts), func(m hostMount) bool { return m.Read })
	open := slices.DeleteFunc(slices.Clone(chosen), func(m hostMount) bool { return !mountWritable(m.Mount) })
	switch {
	case len(chosen) > 0 && len(open) == 0:
		f.Path += " ro"
	case len(open) > 0 && !slices.ContainsFunc(open, func(m hostMount) bool { return unwritableMount(v, m.Mount) != "" }):
		f.Fixes = []fixer.Fix{chosenReadOnly(v, open)}
	}
	report(p, v, own(v.Setting("volumes")), f)
}
