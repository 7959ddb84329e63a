package container

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer"
)

// A Copy is what somebody writes into a container from outside when it is there
// already: a secret that is no file of the host, the sources that docker compose
// watch keeps the same. A mount is none.
type Copy struct {
	Target string
	// Certain says that the file itself tells so; else it depends on what runs it.
	Certain  bool
	Evidence fixer.Evidence
	Advice   string // what a person can do before the root filesystem is made read-only
}

// HeedCopies lowers the decision on a read-only root filesystem where something
// is copied into it, which is refused then.
func (s *Spec) HeedCopies(d *ReadOnlyDecision) {
	for _, c := range s.Copied {
		switch {
		case c.Certain && d.Level != fixer.Manual:
			d.manual(c.Advice)
		case c.Certain:
		case d.Level == fixer.Safe:
			d.Level, d.Breaks = fixer.Review, c.Advice
		}
		d.Evidence = append(d.Evidence, c.Evidence)
	}
}

// writableMount reports whether a path lies in a mount that is written to.
func (s *Spec) writableMount(at string) bool {
	return slices.ContainsFunc(s.Mounts, func(m Mount) bool { return !m.ReadOnly && within(m.Target, at) })
}
