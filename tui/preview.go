package tui

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/tui/review"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A previewAsk names one preview: what the files are with a decision about one
// finding, on top of everything else that is accepted.
type previewAsk struct {
	key      fixer.Key
	decision engine.Decision
	gen      int
}

func (a previewAsk) equal(o previewAsk) bool {
	return a.key == o.key && a.gen == o.gen && a.decision.Verdict == o.decision.Verdict &&
		a.decision.Fix == o.decision.Fix && a.decision.Reason == o.decision.Reason && maps.Equal(a.decision.Params, o.decision.Params)
}

// A preview is the answer: the plan without the decision and with it.
type preview struct {
	ask           previewAsk
	without, with *engine.Plan
	outcome       *engine.Outcome // of the finding, with
	diff          *widget.Diff    // from without to with
	closes, opens []string        // what it does to other findings, for people
	also          string          // whose fixes are in the same file
}

// previews computes one preview at a time; when the question changes while
// one is under way, its answer is dropped and the newest preview requested.
type previews struct {
	want previewAsk
	have *preview
	busy bool
}

// askPreview requests a preview of a decision. It returns nil when that is known
// or being worked out.
func (d *model) askPreview(k fixer.Key, v engine.Decision) tea.Cmd {
	d.preview.want = previewAsk{key: k, decision: v, gen: d.generation}
	return d.nextPreview()
}

func (d *model) nextPreview() tea.Cmd {
	p := &d.preview
	if p.busy || p.want.key == (fixer.Key{}) || d.busyWith != "" || d.session == nil {
		return nil
	}
	if p.have != nil && p.have.ask.equal(p.want) {
		return nil
	}
	p.busy = true
	ask, job := p.want, d.foldJob()
	ask.gen = d.generation
	var now *engine.Plan
	if d.fresh() {
		now = d.current.plan
	}
	return func() tea.Msg { return previewMsg{job.preview(ask, now)} }
}

// previewMsg brings a preview.
type previewMsg struct{ preview *preview }

func (msg previewMsg) apply(d *model) tea.Cmd {
	d.preview.busy = false
	if msg.preview.ask.equal(d.preview.want) {
		d.preview.have = msg.preview
	}
	return d.refresh()
}

// previewOf returns the preview of a finding that is at hand, which may be of
// another decision or of earlier ones; exact says whether it is.
func (d *model) previewOf(k fixer.Key) (p *preview, exact bool) {
	p = d.preview.have
	if p == nil || p.ask.key != k {
		return nil, false
	}
	return p, p.ask.equal(d.preview.want) && p.ask.gen == d.generation
}

// offer returns a finding with the fixes to choose from: those it has without
// its own, where a preview has them.
func (d *model) offer(o *engine.Outcome) *fixer.Finding {
	if p, _ := d.previewOf(o.Finding.Key()); p != nil {
		if f := p.without.Final.Finding(o.Finding.Key()); f != nil {
			return f
		}
	}
	return d.current.offered(o)
}

// preview folds twice at most: the plan that is known already serves as one
// of the two sides.
func (j foldJob) preview(ask previewAsk, now *engine.Plan) *preview {
	p := &preview{ask: ask}
	was, decided := j.decisions[ask.key]
	if now != nil && !decided {
		p.without = now
	} else {
		p.without = j.run(engine.Decisions{ask.key: {}})
	}
	same := decided && previewAsk{key: ask.key, decision: was}.equal(previewAsk{key: ask.key, decision: ask.decision})
	if now != nil && same {
		p.with = now
	} else {
		p.with = j.run(engine.Decisions{ask.key: ask.decision})
	}
	if o := p.with.Outcome(ask.key); o != nil {
		p.outcome = o
	}
	files := between(p.without, p.with)
	p.diff = widget.NewDiff(files, placesIn(files))
	p.effects()
	return p
}

// between returns the files that differ after two plans. Only files that one of them
// changes can.
func between(without, with *engine.Plan) []widget.DiffFile {
	before, after := without.After, with.After
	veil := report.NewVeil(report.Version{Snapshot: before, Report: without.Final}, report.Version{Snapshot: after, Report: with.Final})
	kinds := map[string]fixer.Kind{}
	for _, p := range []*engine.Plan{without, with} {
		for i := range p.Changes {
			kinds[p.Changes[i].Path] = p.Changes[i].Kind
		}
	}
	var out []widget.DiffFile
	for _, path := range slices.Sorted(maps.Keys(kinds)) {
		f := widget.DiffFile{Path: path, Kind: string(kinds[path])}
		if was := before.File(path); was != nil {
			f.Before = content(was.Data)
		}
		if is := after.File(path); is != nil {
			f.After = content(is.Data)
		}
		if (f.Before == nil) != (f.After == nil) || !bytes.Equal(f.Before, f.After) {
			f.Line = veil.Over(path, kinds[path], f.Before, f.After).Line
			out = append(out, f)
		}
	}
	return out
}

// content keeps an empty file apart from one that is not there.
func content(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// effects finds what the decision does to other findings.
func (p *preview) effects() {
	about := func(k fixer.Key) bool { return k == p.ask.key }
	for _, e := range review.Effects(review.Results(review.Queue(p.without)), review.Queue(p.with), about) {
		k := e.Outcome.Finding.Key()
		name := ruleWord(k.Rule) + " (" + k.File + " " + placeWord(k.Path) + ")"
		switch e.Kind {
		case review.Closes:
			p.closes = append(p.closes, name)
		case review.Prevents:
			p.opens = append(p.opens, name+" could not be made any more")
		case review.Opens:
			p.opens = append(p.opens, name)
		case review.Frees:
			if e.Outcome.Result == engine.Fixed {
				p.closes = append(p.closes, name)
			}
		}
	}
	slices.Sort(p.closes)
	slices.Sort(p.opens)
	var also []string
	for _, c := range p.with.Changes {
		if !slices.Contains(c.Fixes, p.ask.key) {
			continue
		}
		for _, k := range c.Fixes {
			o := p.with.Outcome(k)
			comment := o != nil && o.Result == engine.NewlySuppressed // and no fix
			if w := ruleWord(k.Rule); k != p.ask.key && !comment && !slices.Contains(also, w) {
				also = append(also, w)
			}
		}
	}
	slices.SortFunc(also, cmp.Compare[string])
	p.also = strings.Join(also, ", ")
}
