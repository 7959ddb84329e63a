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

//go:embed security_profile.md
var securityProfileDoc string

// SecurityProfile reports services that turn off a security profile of the runtime.
var SecurityProfile = &fixer.Rule{
	Name:     "compose/security-profile",
	Title:    "seccomp, AppArmor or SELinux disabled",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	After:    []string{"compose/no-new-privileges"},
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.2"},
		{Source: fixer.CISDocker, ID: "5.3"},
		{Source: fixer.CISDocker, ID: "5.22"},
		{Source: fixer.OWASPDocker, ID: "rule 6"},
		{Source: fixer.KICSCompose, ID: "404fde2c-bc4b-4371-9747-7054132ac953", Title: "Default Seccomp Profile Disabled"},
		{Source: fixer.ComposeLint, ID: "CL-0009"},
		attackEscape,
	},
	Doc: securityProfileDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			if container.FromService(p, v).Privileged.Yes() {
				continue // privileged turns them off already
			}
			var here, elsewhere []compose.Setting
			for _, s := range v.List("security_opt") {
				switch {
				case profileOff(s) == nil || inherited(v, s):
				case s.Variable() != "" || s.File == v.File && !s.Own || len(here) > 0 && here[0].File != s.File:
					elsewhere = append(elsewhere, s)
				default:
					here = append(here, s)
				}
			}
			reportProfiles(p, v, here, "", true)
			place := ""
			if len(here) > 0 { // two findings; one alone is the same wherever its entry stands
				place = " of another place"
			}
			reportProfiles(p, v, elsewhere, place, false)
		}
	},
}

// A profileOption is an entry of security_opt that takes a protection away.
type profileOption struct {
	name, value string // of the entry
	message     string // what it disables
	breaks      string
	severity    fixer.Severity
	verify      string // below /proc, with what it prints when the protection is on
	prints      string
}

var profileOptions = []profileOption{
	{"seccomp", "unconfined", "seccomp", "Applications that use system calls which the default seccomp profile blocks, such as debuggers, sandboxes of browsers, and container engines", fixer.High, "grep Seccomp: /proc/1/status", "prints 2"},
	{"apparmor", "unconfined", "AppArmor", "Applications that mount filesystems, use FUSE, or write to settings below /proc and /sys, where the host uses AppArmor", fixer.High, "cat /proc/1/attr/current", "prints docker-default where the host uses AppArmor"},
	{"label", "disable", "SELinux separation", "Applications that use bind mounts without z or Z, or sockets of the host, where the host uses SELinux", fixer.Medium, "cat /proc/1/attr/current", "prints a label with container_t where the host uses SELinux"},
	{"systempaths", "unconfined", "the masks of kernel settings", "Applications that mount /proc in a container of their own, such as rootless container engines", fixer.High, "grep -c ' /proc/sys ' /proc/1/mounts", "prints 1"},
}

// profileOff returns what an entry of security_opt turns off, in the spellings that
// Docker takes; nil for others.
func profileOff(s compose.Setting) *profileOption {
	entry, _ := compose.Expand(s.Node.Text())
	name, value, _ := strings.Cut(strings.Replace(entry, "=", ":", 1), ":")
	i := slices.IndexFunc(profileOptions, func(o profileOption) bool {
		return strings.EqualFold(strings.TrimSpace(name), o.name) && strings.EqualFold(strings.TrimSpace(value), o.value)
	})
	if i < 0 {
		return nil
	}
	return &profileOptions[i]
}

// reportProfiles reports what entries of one list turn off.
func reportProfiles(p *fixer.Pass, v compose.View, entries []compose.Setting, place string, writable bool) {
	if len(entries) == 0 {
		return
	}
	f := fixer.Finding{Path: v.Service.Path.Join("security_opt").String() + place}
	level := fixer.Review
	var does, written, breaks []string
	for _, s := range entries {
		off := profileOff(s)
		does, written, breaks = append(does, off.message), append(written, s.Node.Text()), append(breaks, off.breaks)
		f.Severity = max(f.Severity, off.severity)
		if e, ok := neededProfile(p, v, s, off); ok {
			level, f.Evidence = fixer.Manual, append(f.Evidence, e...)
		}
	}
	f.Message = fmt.Sprintf("Service %q disables %s (%s)", v.Name, strings.Join(does, ", "), strings.Join(written, ", "))
	if level == fixer.Manual {
		f.Advice = "Find out what the service needs the setting for, and use a profile of its own that allows only that"
	}
	s, off := entries[0], profileOff(entries[0])
	if !writable {
		f.Advice = "Remove the entry at " + placeOf(s) + ", which this service takes from there"
		if s.Variable() != "" {
			f.Advice = fmt.Sprintf("Change the default at %s, or set variable %s wherever the file is used", placeOf(s), s.Variable())
		}
		report(p, v, own(s), f)
		return
	}
	var ops []yamldoc.Op
	for _, s := range slices.Backward(entries) { // from the end, so that places stay
		ops = append(ops, yamldoc.Remove(s.Node.Path()))
	}
	if list := s.Node.Parent; list.Len() == len(entries) && !replacing(list) {
		ops = []yamldoc.Op{yamldoc.Remove(list.Path())}
	}
	f.Fixes = []fixer.Fix{{
		ID: "remove", Title: "Remove " + strings.Join(written, ", ") + " from security_opt", Level: level, Breaks: strings.Join(breaks, ". "),
		Verify: v.CLI() + " exec " + text.ShellWord(v.Name) + " " + off.verify + "\n" + off.prints,
		Edit: func(d *fixer.Draft) error {
			d.At(s.File).YAML(docOf(v, s), ops...)
			return nil
		},
	}}
	report(p, v, own(s), f)
}

// neededProfile says what shows that a service works only without a profile.
func neededProfile(p *fixer.Pass, v compose.View, s compose.Setting, off *profileOption) ([]fixer.Evidence, bool) {
	if e, ok := reasonFor(v, s); ok {
		return []fixer.Evidence{e}, true
	}
	spec := container.FromService(p, v)
	switch off.name {
	case "seccomp":
		if d := spec.FilterSystemCalls(); d.Level != fixer.Safe {
			return d.Evidence, true
		}
	case "label":
		for _, m := range v.Mounts() {
			if holdsSocket(m.Source) != "" {
				return []fixer.Evidence{{Kind: fixer.FromCompose, Place: placeOf(m.Setting), Text: "The service mounts a container runtime socket, to which SELinux denies access by default"}}, true
			}
		}
	default:
		if slices.Contains(spec.Add, "SYS_ADMIN") {
			return []fixer.Evidence{{Kind: fixer.FromCompose, Place: placeOf(s), Text: "The service adds the capability SYS_ADMIN, which is mostly for mounts"}}, true
		}
	}
	if spec.Image.Strange() {
		return []fixer.Evidence{{Kind: fixer.FromCompose, Place: placeOf(s), Text: "oakum does not know the image " + spec.Image.Name + ", so whether the service works without the setting is unknown"}}, true
	}
	return nil, false
}

// replacing reports whether a list takes the place of what weaker parts say, so that
// it means something though it is empty.
func replacing(list *yamldoc.Node) bool { return strings.HasPrefix(list.Tag, "!over") }
