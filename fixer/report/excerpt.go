package report

import (
	"strings"

	"github.com/clipperhouse/displaywidth"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An excerpt is the line of a file that a finding begins on, as it is shown.
type excerpt struct {
	line int
	text string // visible-safe, without indentation that all of it shares
	mark string // what stands below it: carets under the part the finding is about; "" for the whole line
}

// mostColumns bounds an excerpt. Of a longer line the part around the mark is
// shown.
const mostColumns = 100

// excerptOf returns the line of the file that a finding begins on, and which part
// of it the finding is about. Values that are secrets are hidden. ok is false where
// there is no line to show: the file is empty or new.
func (s *Scan) excerptOf(f *fixer.Finding) (e excerpt, ok bool) {
	file := s.snapshot.File(f.File)
	if file == nil || f.Line < 1 || f.Line > file.Lines().Count() {
		return excerpt{}, false
	}
	lines := file.Lines()
	start, end := lines.Start(f.Line), lines.End(f.Line)
	raw := string(file.Data[start:end])
	from, to := clamp(f.Start-start, len(raw)), clamp(f.End-start, len(raw))
	shown := LineOf(file, f.Line, f)
	if shown != raw { // the places have moved: what is left of the mark is the part both have
		same := commonLength(raw, shown)
		if from > same {
			from = same
		}
		to = len(shown)
	}
	return cutExcerpt(f.Line, shown, from, to)
}

// LineOf returns a line of a file, from 1, with values that are secrets hidden. The value
// that a finding about a secret is about is one, whatever it looks like. The result is not
// visible-safe.
func LineOf(file *fixer.File, n int, f *fixer.Finding) string {
	lines := file.Lines()
	raw, before := string(file.Data[lines.Start(n):lines.End(n)]), ""
	if f.Line <= n && n <= f.EndLine && holdsSecret(f) {
		return secret.HideValue(raw)
	}
	if n > 1 {
		before = lines.Text(n - 1)
	}
	return secret.Hide(raw, before)
}

// cutExcerpt makes a line and the marked part of it fit for showing.
func cutExcerpt(line int, shown string, from, to int) (excerpt, bool) {
	indent := len(shown) - len(strings.TrimLeft(shown, " \t"))
	shown = strings.TrimRight(shown[indent:], " \t")
	if shown == "" {
		return excerpt{}, false
	}
	from, to = clamp(from-indent, len(shown)), clamp(to-indent, len(shown))
	before, marked, after := visible(shown[:from]), visible(shown[from:to]), visible(shown[to:])
	marked, trail := strings.TrimRight(marked, " "), ""
	if after != "" {
		trail = strings.Repeat(" ", len(visible(shown[from:to]))-len(marked))
	}
	before = cutHead(before, mostColumns/2)
	room := mostColumns - displaywidth.String(before)
	if w := displaywidth.String(marked); w > room {
		marked, trail, after = cutTail(marked, room), "", ""
	} else {
		after = cutTail(after, room-w)
	}
	e := excerpt{line: line, text: before + marked + trail + after}
	if w := displaywidth.String(marked); w > 0 && (strings.Trim(before, "- ") != "" || strings.Trim(after, " :") != "") {
		e.mark = strings.Repeat(" ", displaywidth.String(before)) + strings.Repeat("^", w)
	}
	return e, true
}

// visible makes a part of a line safe to show; a tab is as wide as a blank.
func visible(s string) string { return text.VisibleLine(strings.ReplaceAll(s, "\t", " ")) }

// cutHead leaves the last columns of s, cutTail the first.
func cutHead(s string, columns int) string {
	if displaywidth.String(s) <= columns {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && displaywidth.String(string(runes)) >= columns {
		runes = runes[1:]
	}
	return "…" + string(runes)
}

func cutTail(s string, columns int) string {
	if displaywidth.String(s) <= columns {
		return s
	}
	return displaywidth.TruncateString(s, max(1, columns), "…")
}

func clamp(n, most int) int { return min(max(n, 0), most) }

func commonLength(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
