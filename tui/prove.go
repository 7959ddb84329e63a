package tui

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/tui/widget"
)

// A proving is the newest try to build and start what a plan changes. It belongs to the
// model and not to a screen: it goes on while the person looks elsewhere.
type proving struct {
	plan     *engine.Plan // nil before the first
	engine   string
	subjects []fixer.ProofSubject

	cancel  context.CancelFunc // nil unless it runs
	running sync.WaitGroup     // until all that was made is removed
	doing   string             // what is done now
	proofs  []fixer.Proof
	err     error // why it ended early
	ended   bool
}

// stop ends what runs. Clearing up takes a moment.
func (p *proving) stop() {
	if p.cancel != nil {
		p.cancel()
		p.doing = "stopping, and removing what was made"
	}
}

// prove opens what is known of the plan, or asks whether it shall be tried.
func (s *planScreen) prove(d *model) tea.Cmd {
	p := &d.proving
	switch {
	case p.cancel != nil:
		return d.openOverlay(&proveOverlay{})
	case !s.ready(d):
		return d.say("The plan is still being worked out")
	case p.ended && p.plan == s.view.index.plan:
		return d.openOverlay(&proveOverlay{})
	}
	return d.askToProve(s.view.index.plan)
}

// askToProve finds out what would be executed. Nothing is, before the person agrees.
func (d *model) askToProve(plan *engine.Plan) tea.Cmd {
	b, ctx := d.opts.Backend, d.ctx
	return tea.Batch(d.say("Looking for a container engine"), func() tea.Msg {
		name, subjects, err := b.Provable(ctx, plan)
		return provableMsg{plan, name, subjects, err}
	})
}

// provableMsg brings what could be proved.
type provableMsg struct {
	plan     *engine.Plan
	engine   string
	subjects []fixer.ProofSubject
	err      error
}

func (msg provableMsg) apply(d *model) tea.Cmd {
	d.clearToast()
	s, onPlan := d.top().(*planScreen)
	switch {
	case !onPlan || s.view == nil || s.view.index.plan != msg.plan || d.proving.cancel != nil:
		return nil // the person is elsewhere by now
	case msg.err != nil:
		return d.interrupt(newNotice("Nothing was executed", []string{msg.err.Error()}))
	case len(msg.subjects) == 0:
		return d.say("The plan changes no image that is built here: there is nothing to prove")
	}
	d.proving.plan, d.proving.engine, d.proving.subjects = msg.plan, msg.engine, msg.subjects
	d.proving.proofs, d.proving.err, d.proving.ended = nil, nil, false
	return d.interrupt(&proveOverlay{})
}

// startProof executes it in a command of its own, and feeds what it tells to the model.
func (d *model) startProof() tea.Cmd {
	p := &d.proving
	ctx, cancel := context.WithCancel(d.ctx)
	p.cancel, p.doing, p.ended = cancel, "starting", false
	p.proofs, p.err = nil, nil
	b, plan, more := d.opts.Backend, p.plan, &proofStream{news: make(chan fixer.ProofNews, 16)}
	return func() tea.Msg {
		if ctx.Err() != nil {
			return provedMsg{ctx.Err()}
		}
		p.running.Add(1)
		go func() {
			defer p.running.Done()
			defer close(more.news)
			more.err = b.Prove(ctx, plan, func(n fixer.ProofNews) {
				select {
				case more.news <- n:
				case <-ctx.Done(): // nobody looks any more
				}
			})
		}()
		return more.next()
	}
}

// A proofStream brings news, and behind the last of them why there are no more.
type proofStream struct {
	news chan fixer.ProofNews
	err  error // once news is closed
}

// next waits for news.
func (s *proofStream) next() tea.Msg {
	if n, more := <-s.news; more {
		return proofMsg{n, s}
	}
	return provedMsg{s.err}
}

// proofMsg brings news of what is being proved.
type proofMsg struct {
	fixer.ProofNews
	more *proofStream
}

func (msg proofMsg) apply(d *model) tea.Cmd {
	if msg.Proof != nil {
		d.proving.proofs = append(d.proving.proofs, *msg.Proof)
	}
	if msg.Doing != "" {
		d.proving.doing = visible(msg.Doing)
	}
	return msg.more.next
}

// provedMsg says that everything is over, and removed.
type provedMsg struct{ err error }

func (msg provedMsg) apply(d *model) tea.Cmd {
	p := &d.proving
	p.cancel()
	p.cancel, p.doing, p.ended = nil, "", true
	switch p.err = msg.err; {
	case errors.Is(msg.err, context.Canceled):
		return d.say("Stopped, and removed what was made")
	case msg.err != nil:
		return d.warn("Nothing was proved: %v", msg.err)
	case fixer.AnyWorse(p.proofs):
		return d.warn("Proved %s", fixer.TallyProofs(p.proofs))
	}
	return d.say("Proved %s", fixer.TallyProofs(p.proofs))
}

// words is the row beside the plan: how far it is, or what came of it; "" where
// nothing was tried. of is the plan that is shown.
func (p *proving) words(of *engine.Plan) string {
	switch {
	case p.cancel != nil:
		return p.doing
	case !p.ended || p.err != nil && len(p.proofs) == 0:
		return ""
	}
	said := fixer.TallyProofs(p.proofs)
	if p.err != nil {
		said += ", then stopped"
	}
	if p.plan != of {
		said += " (before the plan changed)"
	}
	return said
}

// proveOverlay asks whether the images may be built and started, shows how far that is,
// and what came of it.
type proveOverlay struct{ scroller }

func (o *proveOverlay) place() place { return onProve }

func (o *proveOverlay) press(d *model, a action) tea.Cmd {
	p := &d.proving
	switch a {
	case actBack:
		return d.closeOverlay()
	case actOpen:
		if p.cancel != nil || p.ended {
			return nil
		}
		o.top = 0
		return d.startProof()
	case actStop:
		p.stop()
		return nil
	case actRescan:
		if !p.ended {
			return nil
		}
		d.overlays = nil
		if s, ok := d.screen().(*planScreen); ok && s.ready(d) {
			return d.askToProve(s.view.index.plan)
		}
		return d.say("The plan is still being worked out")
	}
	o.move(a)
	return nil
}

// idle are the keys that do nothing now.
func (o *proveOverlay) idle(d *model) []action {
	switch p := &d.proving; {
	case p.cancel != nil:
		return []action{actOpen, actRescan}
	case p.ended:
		return []action{actOpen, actStop}
	}
	return []action{actStop, actRescan}
}

func (o *proveOverlay) panel(d *model, width, height int) (string, []string) {
	t, p := &d.theme, &d.proving
	var lines []string
	say := func(s string) {
		for _, line := range widget.Wrap(s, max(1, width-2)) {
			lines = append(lines, " "+line)
		}
	}
	title := "build and start these images with " + visible(p.engine) + "?"
	switch {
	case p.cancel != nil:
		title = "prove " + t.Marks.Dot + " " + p.doing + t.Marks.Ellipsis
	case errors.Is(p.err, context.Canceled):
		title = "stopped"
	case p.ended:
		title = "proved"
	}
	if !p.ended && p.cancel == nil {
		say("This executes what these Dockerfiles say, as they are and as the plan makes them. Containers get no directory of this machine. " +
			"Nothing is written into the repository, and what is made is removed again.")
		lines = append(lines, "")
	}
	if len(p.proofs) > 0 {
		var b bytes.Buffer
		r := report.Proofs{Engine: p.engine, List: p.proofs}
		_ = r.Text(&b, report.Style{}) // a buffer takes everything
		for line := range strings.Lines(b.String()) {
			lines = append(lines, " "+strings.TrimRight(line, "\n"))
		}
	} else {
		for _, s := range p.subjects {
			lines = append(lines, "   "+subjectWords(s))
		}
	}
	if p.err != nil && !errors.Is(p.err, context.Canceled) {
		lines = append(lines, "")
		say(visible(p.err.Error()))
	}
	return title, o.window(append(lines, ""), min(height, len(lines)+1))
}

// subjectWords say what would be built, and what runs it.
func subjectWords(s fixer.ProofSubject) string {
	line := visible(s.Dockerfile)
	switch {
	case s.Skipped != "":
		return line + "  not tried: " + visible(s.Skipped)
	case len(s.Services) > 0:
		return line + "  runs as " + visible(strings.Join(s.Services, ", "))
	}
	return line + "  run by no file here"
}
