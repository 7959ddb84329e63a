package linemode

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/tui/review"
)

// Run talks about the session's findings until the input ends, ctx is done, or
// the person says quit. It fails only when out does. It reads from in, and talks,
// on goroutines of their own: when ctx is done Run returns at once, and whatever
// they are in the middle of, working something out or saying it, ends without a
// word or a trace. A write that has begun is waited for.
func Run(ctx context.Context, in io.Reader, out io.Writer, s *engine.Session, b review.Backend) (review.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	door := &door{out: out}
	t := &conversation{
		ctx: ctx, out: bufio.NewWriter(door), door: door, lines: readLines(ctx, in),
		s: s, b: b, facts: b.Facts(ctx, s.Snapshot(), s.Facts()),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.talk()
	}()
	select {
	case <-done:
	case <-ctx.Done():
		select {
		case <-done: // it was waiting for an answer, and has said so
		case <-time.After(patience):
			return door.shut(), nil
		}
	}
	if t.failed != nil {
		return t.result(), fmt.Errorf("cannot write the answer: %w", t.failed)
	}
	return t.result(), nil
}

// talk is the conversation from its beginning to its end.
func (t *conversation) talk() {
	t.begin()
	for !t.over && !t.ended {
		t.news()
		t.ask()
		if line, ok := t.read(); ok {
			t.answer(line)
		}
	}
	t.end()
}

// A conversation is the state of one run.
type conversation struct {
	ctx   context.Context
	out   *bufio.Writer
	door  *door
	lines <-chan string
	s     *engine.Session
	b     review.Backend
	facts <-chan fixer.News

	queue []*engine.Outcome // the findings in the order in which they are presented
	at    int               // which one is current; len(queue) after the last
	fix   string            // the alternative at hand, "" for the first
	set   fixer.Params      // values given for it
	asked bool              // the current finding was printed

	leaving bool // quit was answered by the question whether to leave without writing
	over    bool // quit was given, and done
	ended   bool // no answer will come any more
	noKeep  bool // that decisions cannot be saved was reported
	failed  error

	brokeOff bool // a write ended half way: what it left is undo's to restore
}

// say writes one line. What comes from outside has to be made safe before.
func (t *conversation) say(format string, args ...any) {
	if _, err := fmt.Fprintf(t.out, format+"\n", args...); err != nil && t.failed == nil {
		t.failed = err
	}
}

// visible makes text from outside safe to show on one line.
func visible(s string) string { return text.VisibleLine(s) }

// sentence makes text from outside a sentence on one line. A first word that
// may be a name keeps its small letter.
func sentence(s string) string {
	s = sentenceEnd(s)
	if word, _, _ := strings.Cut(s, " "); strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" {
		return capital(s)
	}
	return s
}

// sentenceEnd is [sentence] for the rest of one.
func sentenceEnd(s string) string {
	s = visible(oneLine(s))
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") {
		return s
	}
	return s + "."
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// capital makes the first letter a capital one, when it is ASCII.
func capital(s string) string {
	if s == "" || s[0] >= 0x80 {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func count(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "x"):
		return fmt.Sprintf("%d %ses", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// read waits for an answer. ok is false when none will come any more.
func (t *conversation) read() (line string, ok bool) {
	if err := t.out.Flush(); err != nil {
		t.failed = err
	} else {
		select {
		case line, ok = <-t.lines:
		case <-t.ctx.Done():
		}
	}
	t.ended = !ok || t.ctx.Err() != nil
	return line, !t.ended
}

const longestAnswer = 4096 // bytes; the rest of the line is dropped

// readLines sends the lines of in, without their ends, until it ends or fails,
// which to a talk is the same.
func readLines(ctx context.Context, in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		r := bufio.NewReader(in)
		for {
			line, err := readLine(r)
			if line != "" || err == nil {
				select {
				case lines <- line:
				case <-ctx.Done():
					return
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

func readLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part[:min(len(part), longestAnswer-len(line))]...)
		if err != bufio.ErrBufferFull {
			return strings.TrimRight(string(line), "\r\n"), err
		}
	}
}

// begin prints what there is, and restores the decisions of an earlier session.
func (t *conversation) begin() {
	snap, report := t.s.Snapshot(), t.s.Baseline()
	files, skipped := 0, []string(nil)
	for f := range snap.Files() {
		switch {
		case !f.Reportable():
		case f.Skip != nil:
			skipped = append(skipped, fmt.Sprintf("Skipped %s: %s.", visible(f.Path), visible(f.Skip.Reason)))
		default:
			files++
		}
	}
	score := engine.Score(snap, report)
	t.say("oakum, line mode. %s in %s. Score %d of 100, grade %s.", count(len(report.Findings), "finding"), filesOf(report.Findings, files), score, engine.Grade(score))
	for _, s := range skipped {
		t.say("%s", s)
	}
	for _, p := range report.Problems {
		t.say("Rule %s failed on %s: %s.", p.Rule, visible(p.File), visible(p.Reason))
	}
	t.say("Answer with words or their first letters, one answer a line. Help lists them. Nothing is written until you say write.")
	t.resume()
	t.line()
	t.first()
}

// filesOf counts the files that have findings, of those looked into.
func filesOf(list []*fixer.Finding, looked int) string {
	with := map[string]bool{}
	for _, f := range list {
		with[f.File] = true
	}
	if len(with) == 0 || len(with) >= looked {
		return count(max(len(with), looked), "file")
	}
	return fmt.Sprintf("%d of %s", len(with), count(looked, "file"))
}

// line puts the findings in line. Those that came up after other fixes are
// after all others, so numbers stay.
func (t *conversation) line() {
	var on fixer.Key
	if o := t.current(); o != nil {
		on = o.Finding.Key()
	}
	t.queue = review.Queue(t.s.Plan())
	if i := t.find(on); i >= 0 {
		t.at = i
	}
	t.at = min(t.at, len(t.queue))
}

func (t *conversation) find(k fixer.Key) int {
	return slices.IndexFunc(t.queue, func(o *engine.Outcome) bool { return o.Finding.Key() == k })
}

// current returns the current finding, or nil after the last one.
func (t *conversation) current() *engine.Outcome {
	if t.at < len(t.queue) {
		return t.queue[t.at]
	}
	return nil
}

// open reports whether a finding waits for a decision.
func (t *conversation) open(o *engine.Outcome) bool {
	_, decided := t.s.Decision(o.Finding.Key())
	return review.Waits(o, decided)
}

func (t *conversation) opens() int {
	n := 0
	for _, o := range t.queue {
		if t.open(o) {
			n++
		}
	}
	return n
}

// goTo takes a finding to hand.
func (t *conversation) goTo(i int) {
	t.at, t.asked = i, false
	t.fix, t.set = "", nil
	if o := t.current(); o != nil {
		if d, ok := t.s.Decision(o.Finding.Key()); ok && d.Verdict == engine.Accept {
			t.fix, t.set = d.Fix, d.Params
		}
	}
}

func (t *conversation) first() {
	t.at = -1
	t.advance()
}

// advance goes to the next finding that waits for a decision.
func (t *conversation) advance() {
	i := t.at + 1
	for i < len(t.queue) && !t.open(t.queue[i]) {
		i++
	}
	t.goTo(min(i, len(t.queue)))
}

func (t *conversation) result() review.Result {
	return review.Result{Interrupted: t.ctx.Err() != nil, Written: t.door.files(), Open: len(t.s.Baseline().Findings)}
}

// end prints the state when there is no more input.
func (t *conversation) end() {
	if t.ended && t.failed == nil {
		t.say("")
		if t.ctx.Err() != nil {
			t.say("Interrupted. Nothing more is written.")
		} else {
			t.say("The input has ended. Nothing more is written.")
		}
		t.sayKept()
	}
	if err := t.out.Flush(); err != nil && t.failed == nil {
		t.failed = err
	}
}

// sayKept says what the next start will offer.
func (t *conversation) sayKept() {
	if n := len(t.s.Decisions()); n > 0 && !t.noKeep {
		t.say("%s kept for next time.", isAre(n, "decision"))
	}
}

func isAre(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return count(n, what) + " are"
}
