package kubernetes

import (
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// What else gives a reason beside a setting that takes a protection away, which nobody
// writes by accident.
var alsoGivesReason = text.Regexp(`(?i)\b(owned by|expects?|writes?|wants|talks? to|works only|only works|until|since|due to|squash(es)?|for (the|a|an|its|our)|to (reach|access|read|write|bind|mount|allow|use|keep|support|run|load)|allows?|as root)\b`)

// decidedBy reports whether a comment gives the reason for one of the settings, or for the
// mapping that they stand in.
func decidedBy(w *kube.Workload, settings ...*yamldoc.Node) bool {
	return slices.ContainsFunc(settings, func(n *yamldoc.Node) bool {
		return n != nil && fixer.GivesReason(w.Doc, n, alsoGivesReason)
	})
}

// leaveDecided leaves a finding to a person where a comment gives the reason for what was
// found: what they have set on purpose is theirs to change.
func leaveDecided(p *fixer.Pass, w *kube.Workload, f *fixer.Finding, instead string, settings ...*yamldoc.Node) {
	if !decidedBy(w, settings...) {
		return
	}
	at := settings[slices.IndexFunc(settings, func(n *yamldoc.Node) bool { return decidedBy(w, n) })]
	f.Evidence = append(slices.Clone(f.Evidence), fixer.Evidence{Kind: fixer.FromManifest, Place: p.File.PlaceOf(at), Text: "A comment gives a reason for the setting"})
	f.Advice = "Check whether the reason in the comment still holds, and " + instead
	f.Fixes = slices.Clone(f.Fixes)
	for i := range f.Fixes {
		f.Fixes[i].Level = fixer.Manual
	}
}

// weakened are the settings of a container, and of its pod for it, that take a protection
// away which is there by default or was asked for.
func weakened(c kube.Container, keys ...string) []*yamldoc.Node {
	var out []*yamldoc.Node
	for _, key := range keys {
		n, _ := c.Security(key)
		weak := n.IsFalse()
		switch key {
		case "runAsUser":
			uid, ok := n.Int()
			weak = ok && uid == 0
		case "allowPrivilegeEscalation", "privileged":
			weak = n.IsTrue()
		}
		if !weak {
			continue
		}
		out = append(out, n)
		for _, context := range []*yamldoc.Node{c.Node.Get("securityContext"), c.Workload.Pod.Get("securityContext")} {
			if context.Get(key) == n {
				out = append(out, context)
			}
		}
	}
	return out
}
