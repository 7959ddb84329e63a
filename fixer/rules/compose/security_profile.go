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
			for _, s := range v.List("security_opt") {
				if off := profileOff(s); off != nil && !inherited(v, s) {
					reportProfile(p, v, s, off)
				}
			}
		}
	},
}

// A profileOption is an entry of security_opt that takes a protection away.
type profileOption struct {
	name, value string // of the entry
	message     string // what it does, after the name of the service
	breaks      string
	severity    fixer.Severity
	verify      string // below /proc, with what it prints when the protection is on
	prints      string
}

var profileOptions = []profileOption{
	{"seccomp", "unconfined", "disables seccomp, so its system calls are unfiltered", "Applications that use system calls which the default seccomp profile blocks, such as debuggers, sandboxes of browsers, and container engines", fixer.High, "grep Seccomp: /proc/1/status", "prints 2"},
	{"apparmor", "unconfined", "disables AppArmor", "Applications that mount filesystems, use FUSE, or write to settings below /proc and /sys, where the host uses AppArmor", fixer.High, "cat /proc/1/attr/current", "prints docker-default where the host uses AppArmor"},
	{"label", "disable", "disables SELinux separation", "Applications that use bind mounts without z or Z, or sockets of the host, where the host uses SELinux", fixer.Medium, "cat /proc/1/attr/current", "prints a label with container_t where the host uses SELinux"},
	{"systempaths", "unconfined", "unmasks the kernel settings below /proc and /sys", "Applications that mount /proc in a container of their own, such as rootless container engines", fixer.High, "grep -c ' /proc/sys ' /proc/1/mounts", "prints 1"},
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

func reportProfile(p *fixer.Pass, v compose.View, s compose.Setting, off *profileOption) {
	f := fixer.Finding{
		Path: v.Service.Path.Join("security_opt").String() + " " + off.name, Severity: off.severity,
		Message: fmt.Sprintf("Service %q %s (%s)", v.Name, off.message, s.Node.Text()),
	}
	level, breaks := fixer.Review, off.breaks
	if off.name == "seccomp" {
		if d := container.FromService(p, v).FilterSystemCalls(); d.Level != fixer.Safe {
			level, f.Evidence = fixer.Manual, d.Evidence
		}
	} else if spec := container.FromService(p, v); slices.Contains(spec.Add, "SYS_ADMIN") {
		level, f.Evidence = fixer.Manual, []fixer.Evidence{{Kind: fixer.FromCompose, Place: placeOf(s), Text: "The service adds the capability SYS_ADMIN, which is mostly for mounts"}}
	}
	if i := slices.IndexFunc(v.Mounts(), func(m compose.Mount) bool { return holdsSocket(m.Source) != "" }); off.name == "label" && i >= 0 {
		level, f.Evidence = fixer.Manual, []fixer.Evidence{{Kind: fixer.FromCompose, Place: placeOf(v.Mounts()[i].Setting), Text: "The service mounts a container runtime socket, to which SELinux denies access by default"}}
	}
	if why, ok := reasonFor(v, s); ok {
		level, f.Evidence = fixer.Manual, append(slices.Clone(f.Evidence), why)
	}
	if level == fixer.Manual {
		f.Advice = "Find out what the service needs the setting for, and use a profile of its own that allows only that"
	}
	switch {
	case s.Variable() != "":
		f.Advice = fmt.Sprintf("Change the default at %s, or set variable %s wherever the file is used", placeOf(s), s.Variable())
	case s.File == v.File && !s.Own:
		f.Advice = "Remove the entry at " + placeOf(s) + ", which a merge key or an alias gives to this service"
	default:
		at := s.Node.Path()
		if s.Node.Parent.Len() == 1 && !replacing(s.Node.Parent) {
			at = at.Parent()
		}
		f.Fixes = []fixer.Fix{{
			ID: "remove", Title: "Remove " + s.Node.Text() + " from security_opt", Level: level, Breaks: breaks,
			Verify: v.CLI() + " exec " + text.ShellWord(v.Name) + " " + off.verify + "\n" + off.prints,
			Edit: func(d *fixer.Draft) error {
				d.At(s.File).YAML(docOf(v, s), yamldoc.Remove(at))
				return nil
			},
		}}
	}
	report(p, v, own(s), f)
}

// replacing reports whether a list takes the place of what weaker parts say, so that
// it means something though it is empty.
func replacing(list *yamldoc.Node) bool { return strings.HasPrefix(list.Tag, "!over") }
