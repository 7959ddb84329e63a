package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/widget"
)

// newScreen is the form of a new service: what can be chosen, and every file that would
// be written. Files that hold something else already are shown as a difference, and then
// nothing can be written.
type newScreen struct {
	opts  NewOptions
	form  widget.Form
	helps []string // of the fields; that with the focus shows its own
	focus bool     // the preview has the keys

	wanted, shown newChoice // that the files are, or will be, of
	busy, writing bool
	draft         *Draft
	err           error          // about what is chosen
	files         []*widget.Diff // of the draft, one for each file
	file          int            // that is seen
	pane          diffPane
	result        NewResult
}

// A newChoice is what the form says, as words that can be compared.
type newChoice struct{ stack, dir, settings string }

// Fields of the form besides the settings.
const (
	fieldStack = "stack"
	fieldDir   = "directory"
)

func newNewScreen(opts NewOptions) *newScreen {
	s := &newScreen{opts: opts}
	add := func(f widget.Field, help string) {
		s.form.Fields = append(s.form.Fields, f)
		s.helps = append(s.helps, text.VisibleLine(help))
	}
	var names []string
	stacks := widget.Field{Name: fieldStack, Label: fieldStack, Kind: widget.ChoiceField}
	for i, x := range opts.Stacks {
		names = append(names, x.Name)
		stacks.Options = append(stacks.Options, widget.Option{Label: x.Name})
		if x.Name == opts.Stack || slices.Contains(x.Also, opts.Stack) {
			stacks.Chosen = i
		}
	}
	add(stacks, strings.Join(names, ", "))
	add(widget.NewText(fieldDir, fieldDir, opts.Dir, "", nil), "where the files go; it need not exist")
	for _, x := range opts.Settings {
		help := strings.ReplaceAll(x.Meaning, "`", "")
		value := opts.Chosen[x.Name]
		if x.Values == nil {
			add(widget.NewText(x.Name, x.Name, value, "", optional(x.Check)), help)
			continue
		}
		f := widget.Field{Name: x.Name, Label: x.Name, Kind: widget.ChoiceField, Chosen: max(0, slices.Index(x.Values, x.Default))}
		for i, v := range x.Values {
			f.Options = append(f.Options, widget.Option{Label: v})
			if v == value {
				f.Chosen = i
			}
		}
		add(f, help)
	}
	return s
}

// optional takes an empty value, which chooses nothing.
func optional(check func(string) error) func(string) error {
	return func(v string) error {
		if v == "" || check == nil {
			return nil
		}
		return check(v)
	}
}

func (s *newScreen) place() place {
	if s.focus {
		return onNewFiles
	}
	return onNew
}

func (s *newScreen) detailFocused() bool { return s.focus }

// formWidth is the width at which labels and most values are seen whole.
const formWidth = 58

func (s *newScreen) listWidth() int { return formWidth }

func (s *newScreen) typing() line {
	if in := s.form.Input(); in != nil && !s.focus {
		return in
	}
	return nil
}

func (s *newScreen) typed(d *model) tea.Cmd { return s.refresh(d) }

func (s *newScreen) stack() *report.NewStack {
	return &s.opts.Stacks[s.form.Fields[0].Chosen]
}

func (s *newScreen) dir() string {
	if dir := strings.TrimSpace(s.form.Value(fieldDir)); dir != "" {
		return dir
	}
	return "."
}

// chosen are the settings that were chosen, as NAME=VALUE.
func (s *newScreen) chosen() []string {
	var out []string
	for _, x := range s.opts.Settings {
		f := s.form.Field(x.Name)
		switch {
		case x.Values == nil && f.Input.Value() != "":
			out = append(out, x.Name+"="+f.Input.Value())
		case x.Values != nil && x.Values[f.Chosen] != x.Default:
			out = append(out, x.Name+"="+x.Values[f.Chosen])
		}
	}
	return out
}

func (s *newScreen) choice() newChoice {
	return newChoice{s.stack().Name, s.dir(), strings.Join(s.chosen(), "\x00")}
}

// refresh has the files worked out for what the form says, one time after the other: what
// is typed meanwhile counts when the one before is through.
func (s *newScreen) refresh(d *model) tea.Cmd {
	s.wanted = s.choice()
	if s.busy || s.writing || s.shown == s.wanted && (s.draft != nil || s.err != nil) || s.form.Err() != nil {
		return nil
	}
	s.busy = true
	of, settings, ctx, work := s.wanted, s.chosen(), d.ctx, s.opts.Make
	return func() tea.Msg {
		draft, err := work(ctx, of.stack, of.dir, settings)
		m := draftMsg{of: of, draft: draft, err: err, to: s}
		if err == nil {
			m.files = draft.diffs()
		}
		return m
	}
}

// draftMsg brings the files for what the form said.
type draftMsg struct {
	to    *newScreen
	of    newChoice
	draft *Draft
	files []*widget.Diff
	err   error
}

func (msg draftMsg) apply(d *model) tea.Cmd {
	s := msg.to
	s.busy, s.shown, s.draft, s.err = false, msg.of, msg.draft, msg.err
	if msg.err == nil {
		s.take(msg.files)
	}
	return s.refresh(d)
}

// take shows the files of another draft. The one that is seen stays, where there is still
// one of its name. The first that is seen is one that is there with other content.
func (s *newScreen) take(files []*widget.Diff) {
	seen := ""
	if s.file < len(s.files) {
		seen = s.files[s.file].Files()[0]
	}
	s.files = files
	if len(files) == 0 {
		s.file, s.pane = 0, diffPane{}
		return
	}
	i := slices.IndexFunc(files, func(f *widget.Diff) bool { return f.Files()[0] == seen })
	s.file = i
	if i < 0 {
		s.file = max(0, slices.IndexFunc(s.draft.Report.Changes, func(c engine.Change) bool { return c.Before != nil }))
	}
	s.pane.show(files[s.file], i >= 0 && s.pane.diff != nil)
}

// turn shows another file.
func (s *newScreen) turn(by int) {
	if n := len(s.files); n > 0 {
		s.file = (s.file + by + n) % n
		s.pane.show(s.files[s.file], false)
	}
}

// diffs are the files that would be written, and the difference to those that are there.
func (p *Draft) diffs() []*widget.Diff {
	var out []*widget.Diff
	for _, c := range p.Report.Changes {
		out = append(out, widget.NewDiff(diffFiles(new(report.Veil), []engine.Change{c}), func(string, int) string { return "" }))
	}
	return out
}

// current reports whether the files are those for what the form says.
func (s *newScreen) current() bool {
	return s.draft != nil && s.err == nil && !s.busy && s.shown == s.wanted && s.form.Err() == nil
}

func (s *newScreen) press(d *model, a action) tea.Cmd {
	if s.writing {
		return nil
	}
	if s.focus {
		return s.pressFiles(d, a)
	}
	switch a {
	case actBack:
		return d.quit()
	case actOpen:
		s.focus = true
		return nil
	case actDown:
		s.form.Down()
	case actUp:
		s.form.Up()
	case actLeft:
		s.form.Left()
	case actRight:
		s.form.Right()
	case actToggle:
		s.form.Choose()
	case actPageDown, actPageUp:
		s.pane.move(a)
	}
	return s.refresh(d)
}

// pressFiles does what a key means to the files.
func (s *newScreen) pressFiles(d *model, a action) tea.Cmd {
	switch a {
	case actBack:
		s.focus = false
	case actWrite:
		return s.write(d)
	case actNext:
		s.turn(1)
	case actPrev:
		s.turn(-1)
	case actSplit, actMoreContext, actLessContext, actWrap, actLeft, actRight:
		s.pane.look(&d.diffOptions, a)
	default:
		s.pane.move(a)
	}
	return nil
}

// write writes the files of the form. It is refused while they are worked out, where the
// form is not answered well, and where one would be overwritten.
func (s *newScreen) write(d *model) tea.Cmd {
	switch {
	case s.form.Err() != nil:
		return d.warn("Not written: %v", s.form.Err())
	case s.err != nil && s.shown == s.wanted:
		return d.warn("Not written: %v", s.err)
	case !s.current():
		return d.say("The files are still being worked out")
	case s.draft.Conflict != nil:
		return d.warn("Not written: %v", s.draft.Conflict)
	}
	s.writing = true
	draft, ctx := s.draft, d.ctx
	return func() tea.Msg {
		receipt, err := draft.Write(ctx)
		return newWrittenMsg{s, draft, receipt, err}
	}
}

// newWrittenMsg says what became of writing.
type newWrittenMsg struct {
	to      *newScreen
	draft   *Draft
	receipt *fixer.Receipt
	err     error
}

func (msg newWrittenMsg) apply(d *model) tea.Cmd {
	s := msg.to
	if s.writing = false; msg.err != nil {
		s.draft = nil // what is there has changed
		return tea.Batch(d.warn("Not written: %v", msg.err), s.refresh(d))
	}
	s.result.Written, s.result.Receipt = msg.draft, msg.receipt
	return d.quit()
}

func (s *newScreen) click(d *model, l layout, x, y int) tea.Cmd {
	s.focus = l.beside && x >= l.listWidth || !l.beside && y > l.listHeight || l.listHeight == 0
	return nil
}

func (s *newScreen) wheel(d *model, l layout, x, y, by int) tea.Cmd {
	if s.pane.diff != nil {
		s.pane.diff.Scroll(by)
	}
	return nil
}

// sameAs is the command that makes the same.
func (s *newScreen) sameAs() string {
	out := "oakum new " + s.stack().Name + " " + text.ShellWord(s.dir())
	for _, set := range s.chosen() {
		name, value, _ := strings.Cut(set, "=")
		out += " --" + name + " " + text.ShellWord(value)
	}
	return text.VisibleLine(out)
}

func (s *newScreen) draw(d *model, l layout) page {
	t := &d.theme
	p := page{title: "new service", right: text.VisibleLine(s.stack().Title), rule: "choices", heavy: !s.focus, labels: map[action]string{}}
	for i := range s.form.Fields {
		s.form.Fields[i].Help = ""
	}
	if i := s.form.Focus(); !s.focus {
		s.form.Fields[i].Help = s.helps[i]
	}
	var left, right []string
	if l.listHeight > 0 {
		left = s.form.View(t, l.listWidth, l.listHeight)
		if l.beside {
			for i := range left {
				left[i] += t.Rule.Paint(t.Marks.Vertical)
			}
		}
	}
	if l.detailHeight > 0 {
		right = s.preview(d, l.detailWidth, l.detailHeight)
	}
	head, note := s.head()
	switch {
	case l.beside:
		p.body, p.note = columns(left, right), strings.TrimSpace(head+"  "+note)
	case l.listHeight > 0 && l.detailHeight > 0:
		p.body = append(append(left, widget.Rule(t, head, note, l.width, s.focus)), right...)
	case l.listHeight > 0:
		p.body = left
	default:
		p.rule, p.note, p.heavy, p.body = head, note, true, right
	}
	p.foot = "same as: " + s.sameAs()
	if s.focus {
		if !s.current() || s.draft.Conflict != nil {
			p.idle = append(p.idle, actWrite)
		} else {
			p.labels[actWrite] = "write " + count(len(s.draft.Report.Changes), "file")
		}
	}
	return p
}

// head names the preview: which file is seen, of how many.
func (s *newScreen) head() (head, note string) {
	if s.draft == nil || s.err != nil || s.form.Err() != nil || len(s.files) == 0 {
		return "files", ""
	}
	return visible(s.files[s.file].Files()[0]), fmt.Sprintf("file %d of %d", s.file+1, len(s.files))
}

// preview is what would be written, or why nothing would.
func (s *newScreen) preview(d *model, width, height int) []string {
	t := &d.theme
	var out []string
	say := func(style func(string) string, words string) {
		for _, line := range widget.Wrap(visible(words), max(1, width-2)) {
			out = append(out, " "+style(line))
		}
	}
	switch {
	case s.form.Err() != nil:
		say(t.Error.Paint, strings.ReplaceAll(s.form.Err().Error(), "\n", "; "))
		return out
	case s.err != nil:
		say(t.Error.Paint, s.err.Error())
		return out
	case s.draft == nil:
		say(t.Dim.Paint, "working out the files"+t.Marks.Ellipsis)
		return out
	}
	if s.draft.Conflict != nil {
		say(t.Error.Paint, s.draft.Conflict.Error())
	}
	var b strings.Builder
	if err := s.draft.Report.Check(&b, report.Style{}); err == nil {
		say(t.Good.Paint, strings.TrimSpace(b.String()))
	}
	for _, note := range s.draft.Notes {
		say(t.Warn.Paint, note)
	}
	if n := len(s.draft.Report.Files) - len(s.draft.Report.Changes); n > 0 {
		say(t.Dim.Paint, fmt.Sprintf("%s already there, with this content", count(n, "file")))
	}
	if len(out) > height/2 {
		out = out[:max(1, height/2)]
	}
	return append(out, s.pane.view(d, d.diffOptions, width, height-len(out))...)
}
