package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// optionsScreen chooses among the alternatives of a finding and sets their
// parameters, with the files as they would be written beside it.
type optionsScreen struct {
	finding *fixer.Finding
	form    widget.Form
	chosen  int // alternative whose parameters the form has; len(Fixes) is "leave it"
	alike   int // other open findings the values could be used for
	pane    diffPane
	shown   *preview
	same    sameAs
	looking bool // for the command
	forAll  bool // the values are for all alike, unless the box is cleared
}

// Names of the form's fields that are no parameters.
const (
	fieldWay   = " way"
	fieldAlike = " alike"
)

func newOptions(f *fixer.Finding, fix string, params fixer.Params) *optionsScreen {
	s := &optionsScreen{finding: f}
	way := widget.Field{Name: fieldWay, Kind: widget.RadioField}
	for i := range f.Fixes {
		if f.Fixes[i].ID == fix {
			way.Chosen = i
		}
		way.Options = append(way.Options, widget.Option{Label: text.VisibleLine(f.Fixes[i].Title), Note: f.Fixes[i].Level.String()})
	}
	way.Options = append(way.Options, widget.Option{Label: "leave it and suppress the finding with a reason", Note: "comment"})
	s.form.Fields = []widget.Field{way}
	s.parameters(params)
	s.form.FocusOn(0)
	return s
}

func (s *optionsScreen) place() place { return onOptions }

// parameters gives the form the fields of the alternative that is chosen.
func (s *optionsScreen) parameters(params fixer.Params) {
	s.chosen = s.form.Fields[0].Chosen
	s.form.Fields = s.form.Fields[:1]
	fix := s.fix()
	if fix == nil {
		return
	}
	for _, p := range fix.Params {
		value, ok := params[p.Name]
		if !ok {
			value = p.Default
		}
		s.form.Fields = append(s.form.Fields, widget.NewText(p.Name, p.Name, value, text.VisibleLine(p.Meaning), p.Validate))
	}
	if s.alike > 0 {
		s.form.Fields = append(s.form.Fields, widget.Field{
			Name: fieldAlike, Kind: widget.ToggleField, On: s.forAll,
			Label: fmt.Sprintf("use this for %s of %s too", count(s.alike, "other finding"), ruleWord(s.finding.Rule)),
		})
	}
}

// fix is the chosen alternative, nil for leaving it.
func (s *optionsScreen) fix() *fixer.Fix {
	if s.chosen < len(s.finding.Fixes) {
		return &s.finding.Fixes[s.chosen]
	}
	return nil
}

// params are the values that differ from the defaults.
func (s *optionsScreen) params() fixer.Params {
	var out fixer.Params
	for _, p := range s.fix().Params {
		if v := s.form.Value(p.Name); v != p.Default {
			if out == nil {
				out = fixer.Params{}
			}
			out[p.Name] = v
		}
	}
	return out
}

func (s *optionsScreen) typing() line {
	if in := s.form.Input(); in != nil {
		return in
	}
	return nil
}

func (s *optionsScreen) typed(d *model) tea.Cmd { return s.refresh(d) }

// refresh asks for the preview of what the form says, when it says something
// that can be done.
func (s *optionsScreen) refresh(d *model) tea.Cmd {
	fix := s.fix()
	if fix == nil || d.current == nil {
		return nil
	}
	s.form.Fields[0].Options[s.chosen].Label = text.VisibleLine(fix.TitleWith(s.params()))
	if s.form.Err() != nil {
		return nil
	}
	if n := len(d.alike(s.finding, fix.ID, s.params())); n != s.alike && s.form.Input() == nil {
		s.alike = n
		values := fixer.Params{}
		for _, p := range fix.Params {
			values[p.Name] = s.form.Value(p.Name)
		}
		focus := s.form.Focus()
		s.parameters(values)
		s.form.FocusOn(min(focus, len(s.form.Fields)-1))
	}
	v := s.decision()
	return tea.Batch(d.askPreview(s.finding.Key(), v), s.askSame(d, v))
}

// decision is what the form says, with an alternative chosen.
func (s *optionsScreen) decision() engine.Decision {
	fix := s.fix()
	return engine.Decision{Verdict: engine.Accept, Fix: fix.ID, Params: s.params(), Level: fix.Level}
}

func (s *optionsScreen) press(d *model, a action) tea.Cmd {
	switch a {
	case actBack:
		return d.pop()
	case actDown:
		s.form.Down()
	case actUp:
		s.form.Up()
	case actToggle:
		s.choose()
		return s.refresh(d)
	case actPageDown:
		s.pane.move(actHalfDown)
	case actPageUp:
		s.pane.move(actHalfUp)
	case actOpen:
		return s.accept(d)
	}
	return nil
}

// choose takes what the cursor is on.
func (s *optionsScreen) choose() {
	s.form.Choose()
	if s.form.Fields[0].Chosen != s.chosen {
		if fix := s.fix(); fix != nil {
			s.form.Fields[0].Options[s.chosen].Label = text.VisibleLine(fix.Title)
		}
		s.parameters(nil)
	}
}

// accept records what the form says. With the cursor on an alternative it is
// that one, chosen before or not.
func (s *optionsScreen) accept(d *model) tea.Cmd {
	if s.form.Focus() == 0 {
		s.choose()
	}
	fix := s.fix()
	if fix == nil {
		return tea.Batch(d.pop(), d.openOverlay(newIgnore(s.finding.Key())))
	}
	if err := s.form.Err(); err != nil {
		return d.warn("%v", err)
	}
	params := s.params()
	if s.form.Value(fieldAlike) == "true" {
		return tea.Batch(d.acceptAlike(s.finding, fix.ID, params), d.pop())
	}
	return tea.Batch(d.acceptOne(s.finding, fix.ID, params), d.pop())
}

func (s *optionsScreen) draw(d *model, l layout) page {
	t := &d.theme
	f := s.finding
	p := page{
		title: fmt.Sprintf("options %s %s %s %s", t.Marks.Dot, text.VisibleLine(f.File), t.Marks.Dot, f.Rule),
		right: t.Severity(int(f.Severity)).Paint(severityLong(f.Severity)),
		rule:  "how to fix " + ruleWord(f.Rule),
		heavy: true,
	}
	if !s.form.Chooses() {
		p.idle = append(p.idle, actToggle)
	}
	if s.form.AtEnd() {
		p.idle = append(p.idle, actDown)
	}
	formHeight := min(l.body-4, s.form.Height(t, l.width))
	p.body = s.form.View(t, l.width, formHeight)
	shown, exact := d.previewOf(f.Key())
	p.foot = d.score(shown)
	fix := s.fix()
	if fix == nil {
		p.body = append(p.body, widget.Rule(t, "enter asks for the reason", "", l.width, false))
		return p
	}
	label, words := "same as", t.Marks.Ellipsis
	if s.form.Err() == nil && s.same.ask.equal(previewAsk{key: f.Key(), decision: s.decision(), gen: d.generation}) {
		if words = s.same.command; words == "" {
			label, words = "", "No command does just this: it can be accepted here only."
		}
	}
	for _, line := range widget.Wrap(words, l.width-11) {
		p.body = append(p.body, " "+t.Dim.Paint(widget.Pad(label, 9))+line)
		label = ""
	}
	p.body = append(p.body, widget.Rule(t, "preview", "", l.width, false))
	room := l.body - len(p.body)
	switch {
	case s.form.Err() != nil:
		p.body = append(p.body, " "+t.Error.Paint(text.VisibleLine(strings.ReplaceAll(s.form.Err().Error(), "\n", "; "))))
	case shown == nil || !exact:
		p.body = append(p.body, " "+t.Dim.Paint("working out what this does"+t.Marks.Ellipsis))
	case shown.outcome != nil && shown.outcome.Reason != "" && shown.outcome.Result != engine.Fixed:
		p.body = append(p.body, " "+t.Error.Paint(string(shown.outcome.Result)+": "+text.VisibleLine(shown.outcome.Reason)))
	default:
		if s.shown != shown {
			s.shown = shown
			s.pane.show(shown.diff, s.pane.diff != nil)
		}
		p.body = append(p.body, s.pane.view(d, d.diffOptions, l.width, room)...)
	}
	return p
}
