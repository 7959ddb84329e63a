package container

import (
	"slices"

	"oakum/fixer"
	"oakum/fixer/image"
)

// ForbidNewPrivileges decides whether no_new_privs can be set: whether anything
// shows that the program relies on setuid programs or on capabilities of files.
func (s *Spec) ForbidNewPrivileges() Decision {
	d := Decision{Level: fixer.Safe, Breaks: "only what relies on a setuid program or on file capabilities at run time: sudo, ping of old distributions"}
	notice := func(breaks string, evidence fixer.Evidence) {
		d.Level, d.Breaks, d.Evidence = fixer.Review, breaks, append(d.Evidence, evidence)
	}
	lost := "the program's file capabilities no longer take effect"
	if !s.opensLowPorts() {
		lost += ": it cannot bind ports below 1024 unless it runs as root or on other ports"
	}
	add := slices.DeleteFunc(slices.Clone(s.Add), func(name string) bool { return name == bindLow && s.opensLowPorts() })
	user, _ := s.StartsAs()
	switch {
	case s.Image.Entry != nil && len(s.Image.Entry.CapsNonRoot) > 0:
		notice(lost, fixer.ImageEvidence(s.Image.Entry.Evidence(image.FieldCapsNonRoot)))
	case len(add) > 0 && !user.IsRoot():
		notice(lost, s.says("it adds "+joined(add)+", which only a program with file capabilities can use when it is not root"))
	case s.NoNewPrivileges.No() && s.Platform == Compose:
		d.Level, d.Breaks = fixer.Review, "somebody turned it off: a setuid program that is needed stops working"
	case s.NoNewPrivileges.No():
		notice("somebody set it to true: a setuid program or file capabilities that are needed no longer take effect", s.says("allowPrivilegeEscalation is set to true"))
	default:
		if word := s.Image.GainsPrivileges(); word != "" {
			notice("what the image does with "+word+" no longer works",
				fixer.Evidence{Kind: fixer.FromDockerfile, Place: s.Image.Build.Path, Text: "uses " + word})
		}
	}
	return d
}
