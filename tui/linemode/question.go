package linemode

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/review"
)

// ask prints the current finding, and the possible answers, unless both
// were printed already.
func (t *conversation) ask() {
	if t.leaving {
		return // the question is whether to leave
	}
	o := t.current()
	if o == nil {
		t.say("")
		switch n := t.opens(); {
		case len(t.queue) == 0:
			t.say("There are no findings. Say quit to leave.")
		case n > 0:
			t.say("That was the last finding. %d still wait. Say list, a finding's number, plan, write, or help.", n)
		default:
			t.say("Every finding has a decision. Say plan, write, undo, quit, or help.")
		}
		return
	}
	if t.asked {
		t.say("Your answer?")
		return
	}
	t.asked = true
	t.say("")
	t.readOut(o)
	switch {
	case len(o.Finding.Fixes) == 0:
		t.say("Say skip, suppress, explain, next, or help.")
	case len(o.Finding.Fixes) > 1:
		t.say("Say accept, skip, fix, diff, explain, suppress, next, or help.")
	default:
		t.say("Say accept, skip, diff, explain, suppress, next, or help.")
	}
}

func (t *conversation) readOut(o *engine.Outcome) {
	f := o.Finding
	place := visible(f.File)
	if f.Line > 0 {
		place += fmt.Sprintf(", line %d", f.Line)
	}
	if f.Path != "" {
		place += ", " + visible(f.Path)
	}
	t.say("Finding %d of %d. %s: %s in %s.", t.at+1, len(t.queue), capital(f.Severity.String()), f.Rule, place)
	t.say("%s", sentence(f.Message))
	copies := review.Copies(t.s.Plan(), o)
	for _, c := range copies {
		t.say("The same object is in %s, line %d.", visible(c.Finding.File), c.Finding.Line)
	}
	if len(copies) > 0 {
		t.say("One answer is for all of them.")
	}
	if s := t.stands(o); s != "" {
		t.say("%s", s)
	}
	for _, e := range f.Evidence {
		t.say("Evidence: %s", sentenceEnd(e.String()))
	}
	if len(f.Fixes) == 0 {
		why := "There is no automatic fix."
		if f.Remedy() == fixer.MissingDigest {
			why = "The fix needs a digest from a registry."
		}
		t.say("%s To do: %s", why, sentenceEnd(f.Advice))
		return
	}
	if f.Level() == fixer.Manual {
		t.say("No file shows whether a fix is wanted. To do: %s", sentenceEnd(f.Advice))
	}
	t.readFix(f)
}

// alternative returns the fix at hand and its number, from 1.
func (t *conversation) alternative(f *fixer.Finding) (fix *fixer.Fix, n int) {
	n = slices.IndexFunc(f.Fixes, func(x fixer.Fix) bool { return x.ID == t.fix })
	n = max(0, n)
	return &f.Fixes[n], n + 1
}

func (t *conversation) readFix(f *fixer.Finding) {
	fix, n := t.alternative(f)
	t.say("Fix %d of %d, %s: %s", n, len(f.Fixes), fix.Level, sentenceEnd(fix.Title))
	if fix.Breaks != "" {
		t.say("Can break: %s", sentenceEnd(fix.Breaks))
	}
	t.readChecks(fix.Verify)
	for _, p := range fix.Params {
		v := p.Default
		if chosen, ok := t.set[p.Name]; ok {
			v = chosen
		}
		t.say("%s is %s, %s Change it with: set %s VALUE", visible(p.Name), cmp.Or(visible(v), "empty"), sentenceEnd(p.Meaning), visible(p.Name))
	}
}

// readChecks reads how to see that a fix works: the command on a line of its own.
func (t *conversation) readChecks(verify string) {
	for _, v := range fixer.ParseVerify(verify) {
		if v.Command != "" {
			t.say("To check, run:")
			t.say("%s", visible(v.Command))
			t.say("Expect: %s", sentenceEnd(v.Expect))
			continue
		}
		t.say("To check: %s", sentenceEnd(v.Expect))
	}
}

// stands says what became of a finding, when there is something to say.
func (t *conversation) stands(o *engine.Outcome) string {
	switch o.Result {
	case engine.Fixed:
		return "It is accepted: " + sentenceEnd(o.Title)
	case engine.Closed:
		return "It is closed by " + names(o.By) + "."
	case engine.NewlySuppressed:
		return "A comment in the file will suppress it: " + sentenceEnd(o.Reason)
	case engine.Blocked:
		return "Its fix is blocked: " + sentenceEnd(o.Reason)
	case engine.Refused:
		return "Its fix is refused: " + sentenceEnd(o.Reason)
	case engine.Skipped:
		return "It is skipped."
	}
	if o.New {
		return "It is new: it appeared after other fixes."
	}
	return ""
}

// names lists findings by their rules, each once.
func names(keys []fixer.Key) string {
	var out []string
	for _, k := range keys {
		if !slices.Contains(out, k.Rule) {
			out = append(out, k.Rule)
		}
	}
	if len(out) == 0 {
		return "other fixes"
	}
	return strings.Join(out, ", ")
}

// news takes up facts that came in meanwhile and says what they change.
func (t *conversation) news() {
	var facts *fixer.Facts
	for more := t.facts != nil; more; {
		select {
		case news, ok := <-t.facts:
			if !ok {
				t.facts, more = nil, false
				break
			}
			if news.Text != "" {
				t.line()
				t.say("%s.", visible(news.Text))
			}
			if news.Facts != nil {
				facts = news.Facts
			}
		default:
			more = false
		}
	}
	if facts == nil {
		return
	}
	was := map[fixer.Key]fixer.Level{}
	for _, o := range t.queue {
		was[o.Finding.Key()] = o.Finding.Level()
	}
	t.s.SetFacts(facts)
	t.line()
	t.say("More is known about the images now.")
	told := 0
	for i, o := range t.queue {
		level, known := was[o.Finding.Key()]
		if known && level == o.Finding.Level() {
			continue
		}
		if told++; told > 10 {
			t.say("And more of them: say list.")
			break
		}
		if known {
			t.say("Finding %d, %s in %s, is %s now, was %s.", i+1, o.Finding.Rule, visible(o.Finding.File), o.Finding.Level(), level)
		} else {
			t.say("Finding %d, %s in %s, is new.", i+1, o.Finding.Rule, visible(o.Finding.File))
		}
		t.asked = t.asked && i != t.at
	}
}
