package compose

import (
	"maps"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A hardening is what belongs together for one service: the capabilities it keeps,
// its root filesystem with the room it needs, and no-new-privileges. Each depends on
// the user that the service is started as. A part that is decided already, or that
// is for a person, is nil.
type hardening struct {
	v    compose.View
	spec *container.Spec // as the file has it

	capabilities *container.CapabilityDecision
	room         *container.ReadOnlyDecision
	privileges   *container.Decision
	form         scratchForm
}

// decide decides about the parts that are open. One that a person has left alone
// stays so.
func (h *hardening) decide(p *fixer.Pass, start starter) {
	open := func(r *fixer.Rule, keys ...string) bool {
		for _, key := range keys {
			if unwritable(h.v, key) != "" {
				return false
			}
		}
		return !leftAlone(p, h.v, r)
	}
	s := start(h.spec)
	h.form = scratchFormOf(p)
	if !has(h.v.List("cap_drop"), isAll) && !has(h.v.List("cap_add"), isAll) && open(Capabilities, "cap_drop", "cap_add") {
		if d := decideCapabilities(p, h.v, h.spec, start); d.Level != fixer.Manual {
			h.capabilities = &d
		}
	}
	if !s.ReadOnly.Set && open(WritableRoot, "read_only", "tmpfs") {
		if d := decideReadOnly(p, h.v, h.spec, start); d.Level != fixer.Manual {
			h.room = &d
		}
	}
	if !s.NoNewPrivileges.Set && variableOption(h.v).Node == nil && open(NoNewPrivileges, "security_opt") {
		if d := decideNewPrivileges(p, h.v, h.spec, start); d.Level == fixer.Safe {
			h.privileges = &d
		}
	}
}

// leftAlone reports whether a comment tells oakum or another checker to leave a
// rule's concern with the service alone.
func leftAlone(p *fixer.Pass, v compose.View, r *fixer.Rule) bool {
	f := fixer.Finding{Rule: r.Name, File: v.File, Path: v.Service.Path.String(), Start: v.Key.Start, Line: v.Key.Line}
	for _, s := range p.File.Suppressions() {
		if s.Covers(&f) {
			return true
		}
	}
	_, left := p.File.LeftAlone(r, v.Key.Start)
	return left
}

// any reports whether a part is open besides the user.
func (h *hardening) any() bool { return h.capabilities != nil || h.room != nil }

// fix writes the parts. Its title begins with what goes before them.
func (h *hardening) fix(first string, level fixer.Level, breaks string) fixer.Fix {
	v := h.v
	fix := fixer.Fix{Level: level, Breaks: breaks, Verify: verifyRestart(v)}
	heed := func(d container.Decision) {
		if d.Level > fixer.Safe {
			fix.Breaks = text.Sentences(fix.Breaks, difference(d.Breaks, breaks))
		}
		fix.Level = max(fix.Level, d.Level)
	}
	var parts []string
	if first != "" {
		parts = append(parts, first)
	}
	if c := h.capabilities; c != nil {
		part := "drop ALL capabilities"
		if len(c.AddBack) > 0 {
			part += " except " + strings.Join(c.AddBack, ", ")
		}
		parts = append(parts, part)
		heed(c.Decision)
	}
	if h.privileges != nil {
		parts = append(parts, "add no-new-privileges")
	}
	if r := h.room; r != nil {
		part := "set read_only to true"
		if len(r.Scratch) > 0 {
			part += " with a tmpfs at " + joinedPaths(r.Scratch)
		}
		parts = append(parts, part)
		heed(r.Decision)
		fix.Params = []fixer.Param{writableParam(*r)}
		fix.Verify += "\n\n" + verifyLogs(v)
	}
	fix.Title = text.Capital(enumerate(parts))
	fix.Edit = func(draft *fixer.Draft) error {
		if c := h.capabilities; c != nil {
			if err := add(draft, v, "cap_drop", "ALL"); err != nil {
				return err
			}
			if err := add(draft, v, "cap_add", c.AddBack...); err != nil {
				return err
			}
		}
		if r := h.room; r != nil {
			if err := set(draft, v, "read_only", true); err != nil {
				return err
			}
			if err := addRoom(draft, h.form, v, h.spec); err != nil {
				return err
			}
			if err := setEnv(draft, v, r.SetEnv); err != nil {
				return err
			}
		}
		if h.privileges == nil {
			return nil
		}
		return add(draft, v, "security_opt", "no-new-privileges:true")
	}
	return fix
}

// missingEnv returns the variables that the room does not set already.
func (h *hardening) missingEnv(env map[string]string) map[string]string {
	if h.room == nil {
		return env
	}
	out := maps.Clone(env)
	maps.DeleteFunc(out, func(name, _ string) bool { return h.room.SetEnv[name] != "" })
	return out
}

// keepRootFix leaves a service to start as root for what its image prepares before
// it becomes another user, and takes the rest away. ok is false where the image is
// not known to become one.
func keepRootFix(p *fixer.Pass, v compose.View, spec *container.Spec) (fix fixer.Fix, ok bool) {
	if !spec.StartsOnlyAsRoot() || spec.Privileged.Yes() {
		return fix, false
	}
	h := hardening{v: v, spec: spec}
	if h.decide(p, asItIs); h.capabilities == nil {
		return fix, false
	}
	fix = h.fix("keep root for the start", fixer.Review, "")
	fix.ID = "keep-root"
	return fix, true
}

// enumerate joins phrases as a list in a sentence.
func enumerate(parts []string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

func joinedPaths(list []image.WritablePath) string {
	names := make([]string, len(list))
	for i, w := range list {
		names[i] = w.Path
	}
	return strings.Join(names, ", ")
}
