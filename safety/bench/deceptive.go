package bench

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/fixer/text"
)

// findings compares what oakum's rules report before and after. A finding that is
// gone is deceptive where its thing is gone, broken or certain to break, or where
// the change opened another one that weighs as much, or only moved a secret.
func (j *judge) findings(before, after *fixer.Snapshot) {
	facts := &fixer.Facts{}
	was, is := engine.Check(before, facts, rules.All()), engine.Check(after, facts, rules.All())
	still := map[fixer.Key]bool{}
	for _, f := range is.Findings {
		still[f.Key()] = true
	}
	for _, s := range is.Suppressed { // a comment does not make it go away
		still[s.Finding.Key()] = true
	}
	known := map[fixer.Key]bool{}
	for _, s := range was.Suppressed {
		known[s.Finding.Key()] = true
	}
	var gone []*fixer.Finding
	for _, f := range was.Findings {
		known[f.Key()] = true
		if !still[f.Key()] {
			gone = append(gone, f)
		}
	}
	var opened []*fixer.Finding
	for _, f := range is.Findings {
		if !known[f.Key()] {
			opened = append(opened, f)
		}
	}
	gone, opened = stillThere(gone, opened)
	j.Findings, j.Gone, j.Opened = len(was.Findings), len(gone), len(opened)
	taken := map[*fixer.Finding]bool{}
	things, left := thingsOf(before), thingsOf(after)
	for _, f := range gone {
		if why := j.deceives(f, objectAt(before, f), things, left); why != "" {
			taken[f] = true
			j.deceived(f, why)
		}
	}
	for _, hole := range opened {
		j.Incidents = append(j.Incidents, Incident{Column: Opened, File: hole.File, Line: hole.Line,
			Says: text.VisibleLine(fmt.Sprintf("%s (%s): %s", hole.Rule, hole.Severity, hole.Message))})
		for _, f := range j.closedBy(hole, gone, taken, things) {
			taken[f] = true
			j.deceived(f, fmt.Sprintf("the change opened %s (%s) at %s:%d: %s", hole.Rule, hole.Severity, hole.File, hole.Line, hole.Message))
		}
	}
}

// number is how a place tells stages and objects apart by their order.
var number = regexp.MustCompile(`stage \d+|#\d+`)

// stillThere leaves out findings that only have another name now: of one rule about
// one thing as many are gone as opened, because something before them went or they
// are worded differently.
func stillThere(gone, opened []*fixer.Finding) (rest, more []*fixer.Finding) {
	key := func(f *fixer.Finding) fixer.Key {
		return fixer.Key{Rule: f.Rule, File: f.File, Path: number.ReplaceAllString(thingOf(f.Path)+" "+containerOf(f.Path), "")}
	}
	left := map[fixer.Key]int{}
	for _, f := range gone {
		left[key(f)]++
	}
	same := map[fixer.Key]int{}
	for _, f := range opened {
		if k := key(f); left[k] > 0 {
			left[k]--
			same[k]++
		} else {
			more = append(more, f)
		}
	}
	for _, f := range gone {
		if k := key(f); same[k] > 0 {
			same[k]--
		} else {
			rest = append(rest, f)
		}
	}
	return rest, more
}

func (j *judge) deceived(f *fixer.Finding, why string) {
	j.add(Deceptive, f.File, f.Line, text.VisibleLine(fmt.Sprintf("%s (%s) of %s is gone, but %s", f.Rule, f.Severity, f.Path, short(why, 300))))
}

// objectAt returns the object that a finding is reported at, "" outside of manifests: one
// about a namespace names none.
func objectAt(snap *fixer.Snapshot, f *fixer.Finding) string {
	if file := snap.File(f.File); file != nil {
		for _, o := range file.Objects {
			if o.Node.Start <= f.Start && f.Start < o.Node.End {
				return o.ID()
			}
		}
	}
	return ""
}

// deceives says why a finding that is gone, and was at an object, is not fixed; "" where
// nothing tells.
func (j *judge) deceives(f *fixer.Finding, object string, things, left map[string]bool) string {
	if why := j.broken[f.File]; why != "" {
		return why
	}
	thing := thingOf(f.Path)
	for _, what := range []string{thing, containerOf(f.Path), object} {
		if things[what] && !left[what] {
			return what + " is gone"
		}
	}
	for _, i := range j.Incidents {
		if i.Column == APIErrors && i.File == f.File && strings.HasPrefix(i.Says, thing+": ") {
			return "the API refuses " + i.Says
		}
	}
	for _, b := range j.breakages {
		if b.File != f.File || thingOf(b.Place) != thing && !strings.HasPrefix(b.Place, "stage ") {
			continue
		}
		if own := containerOf(f.Path); own != "" && own != containerOf(b.Place) {
			continue // another container of the pod
		}
		return "it is certain to break: " + b.Says
	}
	return ""
}

// closedBy returns the findings whose fix opened another one, none where what was
// opened weighs less than what was closed. It looks at the findings that are gone of
// the same thing or, where the fixer made what the new one is about, of the file or
// beside it: the gravest of them must be no graver. A secret that is elsewhere in
// the repository now is not gone at all, however grave that is.
func (j *judge) closedBy(hole *fixer.Finding, gone []*fixer.Finding, taken map[*fixer.Finding]bool, things map[string]bool) []*fixer.Finding {
	thing, container := thingOf(hole.Path), containerOf(hole.Path)
	var near, secrets []*fixer.Finding
	for _, f := range gone { // the gravest first
		switch {
		case j.created[hole.File]:
			if !beside(path.Dir(f.File), path.Dir(hole.File)) {
				continue
			}
		case f.File != hole.File, things[thing] && thingOf(f.Path) != thing, things[thing] && container != "" && containerOf(f.Path) != container:
			continue
		}
		near = append(near, f)
		if !taken[f] && isSecret(f) && isSecret(hole) {
			secrets = append(secrets, f)
		}
	}
	switch {
	case len(secrets) > 0:
		return ofOneThing(secrets, hole)
	case len(near) == 0 || near[0].Severity > hole.Severity || taken[near[0]]:
		return nil
	}
	return near[:1]
}

// ofOneThing returns those findings that are about one thing: the one after which the
// thing of another finding is named, else the first.
func ofOneThing(list []*fixer.Finding, named *fixer.Finding) []*fixer.Finding {
	i := slices.IndexFunc(list, func(f *fixer.Finding) bool {
		thing := thingOf(f.Path)
		return strings.Contains(named.Path, thing[strings.LastIndexAny(thing, "/.")+1:]+"-")
	})
	first := list[max(i, 0)]
	return slices.DeleteFunc(slices.Clone(list), func(f *fixer.Finding) bool {
		return f.File != first.File || thingOf(f.Path) != thingOf(first.Path)
	})
}

// isSecret reports whether a finding is about a secret that can be read.
func isSecret(f *fixer.Finding) bool { return strings.Contains(f.Rule, "secret") }

// beside reports whether one of two directories is the other or lies below it.
func beside(a, b string) bool {
	return a == b || a == "." || b == "." || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// thingOf is what a finding is about: an object, a service or a stage.
func thingOf(place string) string {
	if rest, ok := strings.CutPrefix(place, "stage "); ok {
		name, _, _ := strings.Cut(rest, ":")
		return "stage " + name
	}
	thing, _, _ := strings.Cut(place, " ")
	return strings.TrimSuffix(thing, ":")
}

// containerOf is the container of a pod that a finding is about, "" where it is
// about something else.
func containerOf(place string) string {
	thing, rest, _ := strings.Cut(place, " ")
	name, _, _ := strings.Cut(rest, "]")
	if strings.HasPrefix(name, "containers[") || strings.HasPrefix(name, "initContainers[") {
		return thing + " " + name + "]"
	}
	return ""
}

// thingsOf are the things of a repository, by the names that findings give them.
// An object may move from one file to another.
func thingsOf(snap *fixer.Snapshot) map[string]bool {
	out := map[string]bool{}
	for f := range snap.Files() {
		for _, o := range f.Objects {
			out[o.ID()] = true
			if w := o.Workload(); w != nil {
				for _, c := range w.Containers() {
					out[c.FindingPath()] = true
				}
			}
		}
		if f.Compose != nil {
			for _, v := range snap.Topology().Compose().Views(f.Path) {
				out["services."+v.Name] = true
			}
		}
		if f.Dockerfile != nil {
			for _, s := range f.Dockerfile.Stages {
				out["stage "+s.Name] = true
			}
		}
	}
	return out
}
