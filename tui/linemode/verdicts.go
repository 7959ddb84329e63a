package linemode

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/review"
)

// finding returns the finding at hand, or says that there is none.
func (t *conversation) finding() *engine.Outcome {
	o := t.current()
	if o == nil {
		t.say("No finding is selected. Say list, or a finding's number.")
	}
	return o
}

// keep saves the decisions, so that they survive a crash.
func (t *conversation) keep() {
	if err := t.save(t.s.Decisions()); err != nil && !t.noKeep {
		t.noKeep = true
		t.say("Decisions cannot be saved and will be lost in a crash: %s", sentenceEnd(err.Error()))
	}
}

// save writes what the next start will offer.
func (t *conversation) save(all engine.Decisions) error {
	return t.door.through(func(d *door) error {
		err := t.b.SaveDecisions(all)
		if d.kept = len(all); err != nil {
			d.kept = 0
		}
		return err
	})
}

// change makes a change of decisions. It returns what that does to findings
// other than the decided ones, one sentence each; ok is false when it
// could not be made.
func (t *conversation) change(about func(fixer.Key) bool, do func() error) (effects []string, ok bool) {
	was := review.Results(t.queue)
	if err := do(); err != nil {
		t.say("%s", sentence(err.Error()))
		return nil, false
	}
	t.keep()
	t.line()
	for _, e := range review.Effects(was, t.queue, about) {
		effects = append(effects, t.effect(e))
	}
	return effects, true
}

// effect is what a decision does to another finding, as a sentence.
func (t *conversation) effect(e review.Effect) string {
	o := e.Outcome
	where := fmt.Sprintf("finding %d, %s in %s", t.find(o.Finding.Key())+1, o.Finding.Rule, visible(o.Finding.File))
	switch e.Kind {
	case review.Closes:
		return fmt.Sprintf("It also closes %s.", where)
	case review.Prevents:
		return fmt.Sprintf("Now %s, is %s: %s", where, o.Result, sentenceEnd(o.Reason))
	case review.Opens:
		return fmt.Sprintf("It opens %s.", where)
	}
	return fmt.Sprintf("Now %s, is %s.", where, o.Result)
}

func (t *conversation) sayAll(lines []string) {
	for _, l := range lines {
		t.say("%s", l)
	}
}

func only(k fixer.Key) func(fixer.Key) bool { return func(o fixer.Key) bool { return o == k } }

func (t *conversation) accept(args string) {
	switch {
	case means(args, "rule"):
		t.acceptRule()
		return
	case means(args, "safe"):
		t.acceptSafe()
		return
	case args != "":
		t.say("Say accept, accept rule or accept safe.")
		return
	}
	o := t.finding()
	if o == nil {
		return
	}
	f := o.Finding
	if len(f.Fixes) == 0 {
		t.say("There is no automatic fix to accept.")
		return
	}
	fix, _ := t.alternative(f)
	score := t.s.Plan().ScoreAfter
	title := fix.TitleWith(t.set)
	all := t.withCopies(o, engine.Decision{Verdict: engine.Accept, Fix: fix.ID, Params: t.set})
	effects, ok := t.change(among(all), func() error { return t.s.DecideAll("accept "+f.Rule, all) })
	if !ok {
		return
	}
	switch o := t.current(); {
	case o != nil && (o.Result == engine.Blocked || o.Result == engine.Refused):
		t.say("Accepted, but it is %s: %s", o.Result, sentenceEnd(o.Reason))
		t.say("It changes nothing. Say undo to take the decision back, or fix for the other fixes.")
		return
	case o != nil && o.Result == engine.Closed:
		t.say("Accepted. The finding is closed by %s already.", names(o.By))
	default:
		t.say("Accepted: %s Score %d, now %d.", sentenceEnd(title), score, t.s.Plan().ScoreAfter)
		t.sayCopies(all, f.Key())
		t.sayAll(effects)
	}
	t.advance()
}

// withCopies returns a decision about a finding for those, too, that ask the same about
// the same object in other manifests and wait.
func (t *conversation) withCopies(o *engine.Outcome, v engine.Decision) engine.Decisions {
	all := engine.Decisions{o.Finding.Key(): v}
	for _, c := range review.Copies(t.s.Plan(), o) {
		k := c.Finding.Key()
		if _, decided := t.s.Decision(k); !review.Waits(c, decided) {
			continue
		}
		if v.Verdict == engine.Accept {
			now := t.s.Plan().Final.Finding(k)
			if now == nil || now.Fix(v.Fix) == nil {
				continue
			}
			if _, err := now.Fix(v.Fix).Resolve(v.Params); err != nil {
				continue
			}
		}
		all[k] = v
	}
	return all
}

// sayCopies says where else a decision was made.
func (t *conversation) sayCopies(all engine.Decisions, about fixer.Key) {
	for _, k := range slices.SortedFunc(maps.Keys(all), fixer.Key.Compare) {
		if k != about {
			t.say("The same for the copy of the object in %s.", visible(k.File))
		}
	}
}

func among(all engine.Decisions) func(fixer.Key) bool {
	return func(k fixer.Key) bool { _, ok := all[k]; return ok }
}

func (t *conversation) acceptRule() {
	o := t.finding()
	if o == nil {
		return
	}
	rule := o.Finding.Rule
	t.sweep("of "+rule, "No open finding of "+rule+" has a fix.", func(k fixer.Key) bool { return k.Rule == rule }, func() (int, error) {
		return t.s.AcceptRule(rule, fixer.Review, t.set)
	})
}

func (t *conversation) acceptSafe() {
	t.sweep("that were safe", "No open finding is safe to fix.", func(fixer.Key) bool { return true }, func() (int, error) {
		return t.s.AcceptAll(fixer.Safe, nil)
	})
}

// sweep accepts many findings, says how many, and which of them are not fixed.
func (t *conversation) sweep(which, none string, about func(fixer.Key) bool, do func() (int, error)) {
	before, n := t.s.Decisions(), 0
	score := t.s.Plan().ScoreAfter
	effects, ok := t.change(about, func() (err error) { n, err = do(); return err })
	if !ok {
		return
	}
	if n == 0 {
		t.say("%s", none)
		return
	}
	t.say("Accepted %s %s. Score %d, now %d.", count(n, "finding"), which, score, t.s.Plan().ScoreAfter)
	t.sayAll(effects)
	for i, o := range t.queue {
		_, decided := before[o.Finding.Key()]
		if _, now := t.s.Decision(o.Finding.Key()); now && !decided && (o.Result == engine.Blocked || o.Result == engine.Refused) {
			t.say("But finding %d, in %s, is %s: %s", i+1, visible(o.Finding.File), o.Result, sentenceEnd(o.Reason))
		}
	}
	if o := t.current(); o == nil || !t.open(o) {
		t.advance()
	}
}

func (t *conversation) skip(args string) {
	o := t.finding()
	if o == nil {
		return
	}
	file := o.Finding.File
	switch {
	case args == "":
		all := t.withCopies(o, engine.Decision{Verdict: engine.Skip})
		if effects, ok := t.change(among(all), func() error { return t.s.DecideAll("skip "+o.Finding.Rule, all) }); ok {
			t.say("Skipped.")
			t.sayCopies(all, o.Finding.Key())
			t.sayAll(effects)
			t.advance()
		}
	case means(args, "file"):
		all := engine.Decisions{}
		for _, o := range t.queue {
			if o.Finding.File == file && t.open(o) {
				all[o.Finding.Key()] = engine.Decision{Verdict: engine.Skip}
			}
		}
		if effects, ok := t.change(func(k fixer.Key) bool { return k.File == file }, func() error {
			return t.s.DecideAll("skip the rest of "+file, all)
		}); ok {
			t.say("Skipped %s of %s.", count(len(all), "finding"), visible(file))
			t.sayAll(effects)
			t.advance()
		}
	default:
		t.say("Say skip or skip file.")
	}
}

func (t *conversation) ignore(reason string) {
	o := t.finding()
	switch {
	case o == nil:
	case reason == "":
		t.say("A reason is needed. Say suppress and why, on one line.")
	case visible(reason) != reason:
		t.say("A reason is plain text. This one contains invisible characters: %s", visible(reason))
	default:
		k := o.Finding.Key()
		effects, ok := t.change(only(k), func() error {
			return t.s.Decide(k, engine.Decision{Verdict: engine.Suppress, Reason: reason})
		})
		if !ok {
			return
		}
		if o := t.current(); o != nil && o.Result != engine.NewlySuppressed {
			t.say("The comment cannot be written: %s", sentenceEnd(o.Reason))
			return
		}
		t.say("A comment in the file will suppress it: %s", sentenceEnd(reason))
		t.sayAll(effects)
		t.advance()
	}
}

func (t *conversation) forget(string) {
	o := t.finding()
	if o == nil {
		return
	}
	k := o.Finding.Key()
	if _, ok := t.s.Decision(k); !ok {
		t.say("There is no decision on this finding.")
		return
	}
	if effects, ok := t.change(only(k), func() error { t.s.Forget(k); return nil }); ok {
		t.say("Taken back.")
		t.sayAll(effects)
		t.goTo(t.at)
	}
}

func (t *conversation) undo(string) { t.turn("Undone", t.s.Undo) }
func (t *conversation) redo(string) { t.turn("Done again", t.s.Redo) }

func (t *conversation) turn(said string, do func() (string, bool)) {
	label, ok := do()
	if !ok {
		t.say("There is nothing left to undo or redo.")
		return
	}
	t.keep()
	t.line()
	t.say("%s: %s", said, sentenceEnd(label))
	t.goTo(t.at)
}

// chooseFix takes another alternative to hand, or lists them.
func (t *conversation) chooseFix(args string) {
	o := t.finding()
	if o == nil {
		return
	}
	f := o.Finding
	n, err := strconv.Atoi(args)
	switch {
	case len(f.Fixes) == 0:
		t.say("There is no automatic fix.")
	case args == "":
		for i, fix := range f.Fixes {
			t.say("Fix %d, %s: %s", i+1, fix.Level, sentenceEnd(fix.Title))
		}
	case err != nil || n < 1 || n > len(f.Fixes):
		t.say("This finding has the fixes 1 to %d.", len(f.Fixes))
	default:
		t.fix = f.Fixes[n-1].ID
		t.set = t.fitting(&f.Fixes[n-1])
		t.readFix(f)
	}
}

// fitting returns the values given so far that a fix has as well.
func (t *conversation) fitting(fix *fixer.Fix) fixer.Params {
	out := fixer.Params{}
	for _, p := range fix.Params {
		if v, ok := t.set[p.Name]; ok {
			out[p.Name] = v
		}
	}
	return out
}

// setParam gives the fix at hand a value: "uid 1000" or "uid=1000".
func (t *conversation) setParam(args string) {
	o := t.finding()
	if o == nil {
		return
	}
	if len(o.Finding.Fixes) == 0 {
		t.say("There is no automatic fix.")
		return
	}
	name, value, _ := strings.Cut(strings.Replace(args, "=", " ", 1), " ")
	value = strings.TrimSpace(value)
	fix, _ := t.alternative(o.Finding)
	switch {
	case len(fix.Params) == 0:
		t.say("This fix has no values.")
		return
	case !slices.ContainsFunc(fix.Params, func(p fixer.Param) bool { return p.Name == name }):
		known := make([]string, len(fix.Params))
		for i, p := range fix.Params {
			known[i] = visible(p.Name)
		}
		t.say("This fix has the values %s.", strings.Join(known, ", "))
		return
	}
	params := t.fitting(fix)
	params[name] = value
	if _, err := fix.Resolve(params); err != nil {
		t.say("%s", sentence(err.Error()))
		return
	}
	t.set = params
	t.say("%s is %s now. Say accept to use it.", visible(name), cmp.Or(visible(value), "empty"))
}
