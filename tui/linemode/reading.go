package linemode

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/text"
)

func (t *conversation) next(string) {
	if t.finding() != nil {
		t.goTo(t.at + 1)
	}
}

func (t *conversation) back(string) {
	if t.at == 0 {
		t.say("This is the first finding.")
		return
	}
	t.goTo(t.at - 1)
}

func (t *conversation) jump(args string) {
	n, err := strconv.Atoi(args)
	if err != nil || n < 1 || n > len(t.queue) {
		t.say("The findings have the numbers 1 to %d.", len(t.queue))
		return
	}
	t.goTo(n - 1)
}

// mostListed bounds how many findings are printed unless all are requested.
const mostListed = 40

// list reads out the findings that wait, those that hold a word, or all. The
// title of the rule and the message are looked at too, and not read out.
func (t *conversation) list(args string) {
	all := args == "all"
	word := strings.ToLower(args)
	titles := map[string]string{}
	for _, r := range t.s.Rules() {
		titles[r.Name] = r.Title
	}
	told, more := 0, 0
	for i, o := range t.queue {
		f := o.Finding
		line := fmt.Sprintf("%d: %s, %s, %s in %s, line %d, %s.", i+1, f.Severity, t.word(o), f.Rule, visible(f.File), f.Line, visible(f.Path))
		held := strings.ToLower(line + "\n" + titles[f.Rule] + "\n" + f.Message)
		if !all && (args == "" && !t.open(o) || !strings.Contains(held, word)) {
			continue
		}
		if told++; told > mostListed && !all {
			more++
			continue
		}
		t.say("%s", line)
	}
	switch {
	case more > 0:
		t.say("And %d more. Say list and a word of theirs, or list all.", more)
	case told == 0 && args == "":
		t.say("No finding waits for a decision.")
	case told == 0:
		t.say("No finding has that in it.")
	}
}

// word is a finding's result in one word.
func (t *conversation) word(o *engine.Outcome) string {
	if o.Result == engine.Open || o.Result == engine.ManualWork {
		if d, ok := t.s.Decision(o.Finding.Key()); ok && d.Verdict == engine.Skip {
			return "skipped"
		}
	}
	if o.Result == engine.Fixed {
		return "accepted"
	}
	return string(o.Result)
}

// explain reads a rule's documentation out.
func (t *conversation) explain(string) {
	o := t.finding()
	if o == nil {
		return
	}
	i := slices.IndexFunc(t.s.Rules(), func(r *fixer.Rule) bool { return r.Name == o.Finding.Rule })
	if i < 0 {
		t.say("There is no documentation for %s.", o.Finding.Rule)
		return
	}
	r := t.s.Rules()[i]
	t.say("%s: %s", r.Name, sentenceEnd(r.Title))
	page := r.Page()
	prose := func(label, s string) {
		if s != "" {
			t.say("%s: %s", label, sentenceEnd(s))
		}
	}
	prose("Why", page.Why)
	prose("What can break", page.Breaks)
	t.readChecks(page.Verify)
	prose("What is reported", page.What)
	for _, p := range [][2]string{{"Before:", page.Bad}, {"After:", page.Good}} {
		t.say("%s", p[0])
		for line := range strings.Lines(p[1]) {
			t.say("  %s", show(strings.TrimRight(line, "\r\n")))
		}
	}
	for _, c := range fixer.Cite(r.References) {
		t.say("See %s", visible(oneLine(c.Text+" "+c.URL)))
	}
}

// diff reads out what the fix at hand changes, with everything else that is
// accepted; or all that would be written.
func (t *conversation) diff(args string) {
	if means(args, "all") {
		plan := t.s.Plan()
		if len(plan.Changes) == 0 {
			t.say("Nothing is accepted yet.")
		}
		veil := report.VeilOf(plan)
		for _, c := range plan.Changes {
			t.readDiff(veil.Over(c.Path, c.Kind, c.Before, c.After), c.Path, c.Before, c.After)
		}
		return
	}
	o := t.finding()
	if o == nil {
		return
	}
	f := o.Finding
	if len(f.Fixes) == 0 {
		t.say("There is no automatic fix, so nothing changes.")
		return
	}
	k := f.Key()
	fix, _ := t.alternative(f)
	fold := t.s.FoldFunc()
	without := fold(engine.Decisions{k: {}})
	with := fold(engine.Decisions{k: {Verdict: engine.Accept, Fix: fix.ID, Params: t.set, Level: fix.Level}})
	if o := with.Outcome(k); o != nil && (o.Result == engine.Blocked || o.Result == engine.Refused) {
		t.say("It would be %s: %s", o.Result, sentenceEnd(o.Reason))
	}
	veil := report.NewVeil(report.Version{Snapshot: without.After, Report: without.Final}, report.Version{Snapshot: with.After, Report: with.Final})
	kinds := map[string]fixer.Kind{}
	for _, p := range []*engine.Plan{without, with} {
		for _, c := range p.Changes {
			kinds[c.Path] = c.Kind
		}
	}
	changes := false
	for _, path := range slices.Sorted(maps.Keys(kinds)) {
		before, after := bytesOf(without.After, path), bytesOf(with.After, path)
		if bytes.Equal(before, after) {
			continue
		}
		changes = true
		t.readDiff(veil.Over(path, kinds[path], before, after), path, before, after)
	}
	if !changes {
		t.say("It changes nothing.")
	}
	t.say("Score %d, with this fix %d.", without.ScoreAfter, with.ScoreAfter)
}

func bytesOf(s *fixer.Snapshot, path string) []byte {
	if f := s.File(path); f != nil {
		return f.Data
	}
	return nil
}

// readDiff reads the changes of a file out, as they are shown. Each line starts with a
// word: a minus sign is what a screen reader leaves out first.
func (t *conversation) readDiff(shown report.Shown, path string, before, after []byte) {
	t.say("%s:", visible(path))
	var hunk []string
	for line := range strings.Lines(shown.Unified(before, after, 2)) {
		if strings.HasPrefix(line, "@@") {
			t.readHunk(hunk)
			hunk = nil
		}
		if hunk != nil || strings.HasPrefix(line, "@@") { // before are the names of the files
			hunk = append(hunk, strings.TrimSuffix(line, "\n"))
		}
	}
	t.readHunk(hunk)
}

func (t *conversation) readHunk(hunk []string) {
	if len(hunk) == 0 {
		return
	}
	// A carriage return is news only where some lines have one and some not.
	ends := 0
	for _, line := range hunk {
		switch {
		case line[0] != '-' && line[0] != '+':
		case strings.HasSuffix(line, "\r"):
			ends |= 1
		default:
			ends |= 2
		}
	}
	var from, to int
	fmt.Sscanf(hunk[0], "@@ -%d", &from)
	_, plus, _ := strings.Cut(hunk[0], "+")
	fmt.Sscanf(plus, "%d", &to)
	for _, line := range hunk[1:] {
		body := line[1:]
		if line[0] == ' ' || ends != 3 {
			body = strings.TrimSuffix(body, "\r")
		}
		switch line[0] {
		case ' ':
			t.say("keep %d: %s", to, show(body))
			from, to = from+1, to+1
		case '-':
			t.say("remove %d: %s", from, show(body))
			from++
		case '+':
			t.say("add %d: %s", to, show(body))
			to++
		default:
			t.say("no newline at the end of that line")
		}
	}
}

// show makes a line of a file safe to show. Tabs stay.
func show(s string) string { return text.Visible(s) }
