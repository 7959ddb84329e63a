package tui

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A sameAs is the command that does what a decision does, found by folding what the
// command would accept: it is shown only where both give the same bytes.
type sameAs struct {
	ask     previewAsk
	command string // "" when no command does just this
}

// sameAsMsg brings the command of an options screen.
type sameAsMsg struct {
	screen *optionsScreen
	found  sameAs
}

func (msg sameAsMsg) apply(d *model) tea.Cmd {
	s := msg.screen
	s.looking, s.same = false, msg.found
	if s.fix() == nil || s.form.Err() != nil {
		return nil
	}
	return s.askSame(d, s.decision())
}

// askSame looks for the command in a command, one at a time.
func (s *optionsScreen) askSame(d *model, v engine.Decision) tea.Cmd {
	ask := previewAsk{key: s.finding.Key(), decision: v, gen: d.generation}
	if s.looking || s.same.ask.equal(ask) || d.busyWith != "" {
		return nil
	}
	s.looking = true
	job, first := d.foldJob(), len(s.finding.Fixes) > 0 && s.finding.Fixes[0].ID == v.Fix
	return func() tea.Msg {
		found := sameAs{ask: ask}
		if first { // the command line takes the first alternative
			found.command = job.command(ask)
		}
		return sameAsMsg{s, found}
	}
}

// command returns the shortest command that does what a decision does by itself, ""
// where there is none: no command makes manual fixes, or one that is refused.
func (j foldJob) command(ask previewAsk) string {
	v := ask.decision
	want := j.alone(engine.Decisions{ask.key: v})
	if v.Level == fixer.Manual || len(want.Changes) == 0 {
		return ""
	}
	for _, path := range []string{"", ask.key.File} {
		if !sameChanges(want, j.selected(ask.key.Rule, path, v.Level, v.Params)) {
			continue
		}
		parts := []string{"oakum fix"}
		if strings.HasPrefix(path, "-") {
			path = "./" + path
		}
		if path != "" {
			parts = append(parts, shellWord(path))
		}
		parts = append(parts, "--select", ask.key.Rule)
		if v.Level > fixer.Safe {
			parts = append(parts, "--level", v.Level.String())
		}
		for _, name := range slices.Sorted(maps.Keys(v.Params)) {
			parts = append(parts, "--set", shellWord(name+"="+v.Params[name]))
		}
		return text.VisibleLine(strings.Join(parts, " "))
	}
	return ""
}

// alone folds some decisions and no others.
func (j foldJob) alone(only engine.Decisions) *engine.Plan {
	all := make(engine.Decisions, len(j.decisions)+len(only))
	for k := range j.decisions {
		all[k] = engine.Decision{}
	}
	maps.Copy(all, only)
	return j.run(all)
}

// selected folds what the command line accepts of a rule in a file, "" for all files.
func (j foldJob) selected(rule, path string, upTo fixer.Level, params fixer.Params) *engine.Plan {
	accepted := engine.Decisions{}
	for {
		plan, more := j.alone(accepted), false
		for _, f := range plan.Final.Findings {
			_, is := accepted[f.Key()]
			if is || f.Rule != rule || path != "" && f.File != path || f.Level() > upTo || f.Level() == fixer.Manual {
				continue
			}
			accepted[f.Key()] = engine.Decision{Verdict: engine.Accept, Params: f.Fixes[0].OwnParams(params), Level: upTo}
			more = true
		}
		if !more {
			return plan
		}
	}
}

// sameChanges reports whether two plans write the same bytes.
func sameChanges(a, b *engine.Plan) bool {
	return slices.EqualFunc(a.Changes, b.Changes, func(x, y engine.Change) bool {
		return x.Path == y.Path && bytes.Equal(x.After, y.After)
	})
}

// shellWord quotes s for a POSIX shell where it needs it.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=./:,@%+", r)
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
