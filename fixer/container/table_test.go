package container

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/image/imagetest"
)

// eachImage calls do with an image of every family and variant of the table.
func eachImage(t *testing.T, do func(t *testing.T, p *Profile)) {
	t.Helper()
	asPass(t, func(p *fixer.Pass) {
		for _, ref := range imagetest.References(t) {
			profile := OfImage(p, ref)
			if profile.Entry == nil {
				t.Errorf("%s: the table does not know it", ref)
				continue
			}
			t.Run(ref, func(t *testing.T) { do(t, profile) })
		}
	})
}

// asPass runs what a test does with a pass.
func asPass(t *testing.T, do func(*fixer.Pass)) {
	t.Helper()
	snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM scratch\n")}})
	rule := &fixer.Rule{Name: "test/look", Check: do}
	fixer.NewInspection(snap, snap.File("Dockerfile"), &fixer.Facts{}).Run(rule)
}

// TestWritesInEveryCircumstance replays the conditions under which each image
// writes to a path: where one does not hold the path gets no room and is not named,
// where it holds there is room or the reason why there is none, and where nothing
// tells nothing is safe, and that is said.
func TestWritesInEveryCircumstance(t *testing.T) {
	seen := map[Truth]int{}
	eachImage(t, func(t *testing.T, p *Profile) {
		e := p.Entry
		if e.ReadOnly.Support == image.SupportNo {
			for _, platform := range []Platform{Compose, Kubernetes} {
				if d := (&Spec{Platform: platform, Image: p}).MakeReadOnly(); d.Level != fixer.Manual || !d.says(e.ReadOnly.Note, e) {
					t.Errorf("it does not run on a read-only root, yet: %s %s", d.Level, d.Advice)
				}
			}
			return
		}
		for _, w := range e.Writable {
			if w.When == nil || w.Path == "" {
				continue
			}
			mountOthers := func(s *Spec) { // what else it writes to is not in question
				for _, other := range e.Writable {
					if other.Path != "" && !within(w.Path, other.Path) && !within(other.Path, w.Path) {
						s.Mounts = append(s.Mounts, Mount{Target: other.Path, Kind: MountOther})
					}
				}
			}
			for _, c := range circumstances(p, w.When, nil, mountOthers) {
				seen[c.answer]++
				d := c.MakeReadOnly()
				room := slices.ContainsFunc(d.Paths(), func(dir string) bool { return within(dir, w.Path) })
				wanted := room || c.Mounted(w.Path) || c.Platform == Compose && p.declaresVolume(w.Path)
				for name := range w.When.Set {
					_, set := d.SetEnv[name]
					wanted = wanted || set
				}
				// Another path of the table may be at the same place.
				others := slices.DeleteFunc(slices.Clone(e.Writable), func(o image.WritablePath) bool { return o.When == w.When })
				twice := slices.ContainsFunc(others, func(o image.WritablePath) bool {
					return o.Path != "" && (within(o.Path, w.Path) || within(w.Path, o.Path))
				})
				switch {
				case c.answer == Yes && !wanted && d.Level != fixer.Manual:
					t.Errorf("%v: %s is written to (%s), and gets no room: %s", c.Platform, w.Path, w.When, d.Level)
				case c.answer == Yes && !wanted && !twice && !d.says(w.When.Says, e):
					t.Errorf("%v: %s is written to, and nothing says when (%s): %s", c.Platform, w.Path, w.When, d.Advice)
				case c.answer == No && !twice && (room || d.names(w.Path, e)):
					t.Errorf("%v: %s is not written to (not %s), and is named: %+v", c.Platform, w.Path, w.When, d)
				case c.answer == Unknown && d.Level == fixer.Safe:
					t.Errorf("%v: nothing tells whether %s is written to (%s), yet it is safe", c.Platform, w.Path, w.When)
				case c.answer == Unknown && d.Level != fixer.Manual && !d.says(w.When.Says, e):
					t.Errorf("%v: nothing tells whether %s is written to, and that is not said (%s): %+v", c.Platform, w.Path, w.When, d)
				}
			}
		}
	})
	t.Logf("circumstances: %d yes, %d no, %d unknown", seen[Yes], seen[No], seen[Unknown])
	if seen[Yes] < 50 || seen[No] < 50 || seen[Unknown] < 50 {
		t.Errorf("too few circumstances: %v", seen)
	}
}

// TestUsersInEveryCircumstance replays the conditions under which each image works
// without root.
func TestUsersInEveryCircumstance(t *testing.T) {
	seen := map[Truth]int{}
	eachImage(t, func(t *testing.T, p *Profile) {
		e := p.Entry
		for _, platform := range []Platform{Compose, Kubernetes} {
			d := (&Spec{Platform: platform, Image: p}).RunAs()
			if d.Level == fixer.Safe && !e.Verified(image.FieldDefault) {
				t.Errorf("it is safe, and its user is not verified: %+v", d)
			}
			if e.NonRoot.Support == image.SupportNo && !p.User.IsNonRoot() && d.Level != fixer.Manual {
				t.Errorf("it must start as root, yet: %+v", d)
			}
		}
		if e.NonRoot.Support != image.SupportYes && e.NonRoot.Support != image.SupportConditional || p.User.IsNonRoot() {
			return
		}
		for _, c := range e.NonRoot.Conditions {
			for _, one := range circumstances(p, c, e.NonRoot.Conditions, nil) {
				d := one.RunAs()
				if one.User.Set || d.Need == NeedNothing {
					continue // the file tells whom it runs as, or the image does
				}
				seen[one.answer]++
				set := len(c.Set) > 0
				for name := range c.Set {
					set = set && (d.SetEnv[name] != "" || one.setsEnv(name))
				}
				switch {
				case one.answer == No && d.Level != fixer.Manual && !set:
					t.Errorf("%v: it works without root only where %s, which is not so, yet: %+v", one.Platform, c, d)
				case one.answer == Unknown && d.Level == fixer.Safe:
					t.Errorf("%v: nothing tells whether %s, yet it is safe", one.Platform, c)
				case one.answer == Unknown && d.Level != fixer.Manual && !d.says(c.Says, e) && !(one.Platform == Compose && c.GivesRoom()):
					t.Errorf("%v: nothing tells whether %s, and that is not said: %+v", one.Platform, c, d)
				}
			}
		}
	})
	t.Logf("circumstances: %d yes, %d no, %d unknown", seen[Yes], seen[No], seen[Unknown])
	if seen[Yes] < 50 || seen[No] < 50 {
		t.Errorf("too few circumstances: %v", seen)
	}
}

// TestCapabilitiesInEveryCircumstance replays the conditions under which each image
// needs a capability, or starts a program that gains privileges.
func TestCapabilitiesInEveryCircumstance(t *testing.T) {
	seen := map[Truth]int{}
	root := func(s *Spec) {
		if !s.User.Set {
			s.User = User{Set: true, Certain: true, Identity: image.Identity{KnownUID: true, Numeric: true}}
		}
	}
	eachImage(t, func(t *testing.T, p *Profile) {
		e := p.Entry
		if p.Program() == nil {
			return
		}
		for _, platform := range []Platform{Compose, Kubernetes} {
			s := &Spec{Platform: platform, Image: p}
			d := s.DropCapabilities()
			if d.Level == fixer.Safe && (!e.Verified(image.FieldDefault) || len(e.CapsNonRoot) > 0) {
				t.Errorf("dropping all is safe, and its user is not verified or its files have capabilities: %+v", d)
			}
			if user, _ := s.StartsAs(); user.IsRoot() {
				for _, name := range e.CapsRoot.Need {
					if d.Level != fixer.Manual && !slices.Contains(d.AddBack, name) {
						t.Errorf("%v: %s is needed and not added back: %v", platform, name, d.AddBack)
					}
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(e.CapsRoot.Conditional)) {
			when := e.CapsRoot.Conditional[name]
			for _, c := range circumstances(p, when, nil, root) {
				seen[c.answer]++
				d := c.DropCapabilities()
				added := slices.Contains(d.AddBack, name) || d.Level == fixer.Manual
				switch {
				case c.answer == No && added && d.Level != fixer.Manual && !slices.Contains(e.CapsRoot.Need, name) && (name != bindLow || len(c.LowPorts()) == 0):
					t.Errorf("%v: %s is added back where not %s: %v", c.Platform, name, when, d.AddBack)
				case c.answer != No && !added:
					t.Errorf("%v: %s is not added back (%s): %v", c.Platform, name, when, d.AddBack)
				case c.answer != No && !d.says(when.Says, e) && !slices.Contains(e.CapsRoot.Need, name):
					t.Errorf("%v: nothing says why %s is added back (%s)", c.Platform, name, when)
				}
			}
		}
		if gains := e.CapsRoot.Gains; gains != nil {
			for _, c := range circumstances(p, gains, nil, nil) {
				seen[c.answer]++
				d := c.ForbidNewPrivileges()
				if held := c.answer != No; held != (d.Level == fixer.Manual && d.says(gains.Says, e)) {
					t.Errorf("%v: gaining privileges (%s) is %v, yet: %+v", c.Platform, gains, c.answer, d)
				}
			}
		}
	})
	t.Logf("circumstances: %d yes, %d no, %d unknown", seen[Yes], seen[No], seen[Unknown])
	if seen[Yes] < 10 || seen[No] < 10 || seen[Unknown] < 10 {
		t.Errorf("too few circumstances: %v", seen)
	}
}

// TestByNameIsNeverSafe asks every decision about images that have the name of a
// known one and another owner: none is above review, and what makes it manual for
// the known image, or for one that nobody knows, does so for them.
func TestByNameIsNeverSafe(t *testing.T) {
	decisions := map[string]func(*Spec) Decision{
		"run as":            func(s *Spec) Decision { return s.RunAs().Decision },
		"read-only":         func(s *Spec) Decision { return s.MakeReadOnly().Decision },
		"capabilities":      func(s *Spec) Decision { return s.DropCapabilities().Decision },
		"no new privileges": (*Spec).ForbidNewPrivileges,
		"limits":            func(s *Spec) Decision { return s.Limits().Decision },
	}
	asked, manual := 0, 0
	eachImage(t, func(t *testing.T, known *Profile) {
		_, tag, _ := strings.Cut(path.Base(known.Known.Ref.String()), ":")
		asPass(t, func(p *fixer.Pass) {
			named := OfImage(p, "registry.example.com/team/"+path.Base(known.Known.Ref.Repository)+":"+tag)
			if named.Entry == nil || !named.Entry.ByName || named.Entry.ID != known.Entry.ID {
				return
			}
			for _, platform := range []Platform{Compose, Kubernetes} {
				for what, decide := range decisions {
					d, of := decide(&Spec{Platform: platform, Image: named}), decide(&Spec{Platform: platform, Image: known})
					if d.Level == 0 {
						continue // nothing to decide: it does not start as root
					}
					asked++
					serving := func(p *Profile) fixer.Level {
						return decide(&Spec{Platform: platform, Image: p, Ports: []int{5432}}).Level
					}
					if serving(&Profile{Name: "unknown"}) == fixer.Manual && serving(named) != fixer.Manual {
						t.Errorf("%v, %s: manual for an image that nobody knows, and not by the name", platform, what)
					}
					switch {
					case d.Level == fixer.Safe:
						t.Errorf("%v, %s: safe by its name: %+v", platform, what, d)
					case of.Level == fixer.Manual && d.Level != fixer.Manual:
						t.Errorf("%v, %s: manual for %s (%s), and %s by the name", platform, what, known.Name, of.Advice, d.Level)
					}
					if of.Level == fixer.Manual {
						manual++
					}
				}
			}
		})
	})
	t.Logf("%d decisions by name, %d of them manual", asked, manual)
	if asked < 500 || manual < 50 {
		t.Errorf("only %d decisions by name, %d of them manual", asked, manual)
	}
}
