package tui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/widget"
)

// standings are the lines that say what was read and where the repository stands:
// as it is, with what is accepted, and with all fixes of a level.
func (s *homeScreen) standings(d *model, width int) []string {
	t := &d.theme
	var out []string
	for _, say := range []string{readWords(d.current.plan), skippedWords(d.current.plan)} {
		if say != "" {
			for _, line := range widget.Wrap(say, max(1, width-2)) {
				out = append(out, " "+line)
			}
		}
	}
	if len(d.current.plan.Outcomes) == 0 {
		return append(out, "", " "+t.Good.Paint("No findings. All rules pass."))
	}
	type column struct {
		head string
		*standing
	}
	columns := []column{{"now", s.outlook.now}}
	if len(d.current.plan.Changes) > 0 {
		columns = append(columns, column{"accepted", s.outlook.accepted})
	}
	left := d.current.waiting // a column that adds nothing to the one before it is left out
	if left[fixer.Safe] > 0 {
		columns = append(columns, column{"with safe", s.outlook.safe})
	}
	if left[fixer.Review] > 0 {
		columns = append(columns, column{"with review", s.outlook.review})
	}
	const label = 17
	cell := min(26, (width-label-1)/len(columns))
	row := func(head string, say func(column) string) {
		line := " " + widget.Fit(head, label, t.Marks.Ellipsis)
		for _, c := range columns {
			line += widget.Fit(say(c), cell-2, t.Marks.Ellipsis) + "  "
		}
		out = append(out, line)
	}
	waits := t.Dim.Paint(t.Marks.Ellipsis)
	if s.outlook.held {
		waits = t.Dim.Paint("?")
	}
	out = append(out, "")
	row("", func(c column) string { return t.Dim.Paint(c.head) })
	row("Score", func(c column) string {
		if c.standing == nil {
			return waits
		}
		return widget.Bar(t, c.score, 100, max(3, cell-11)) + fmt.Sprintf(" %d %s", c.score, engine.Grade(c.score))
	})
	if s.outlook.now == nil || s.outlook.now.pods.All() == 0 {
		out = append(out, " "+t.Dim.Paint("A score of 100 means no findings."))
		return append(out, s.heldWords(d, width)...)
	}
	for _, l := range []struct {
		head string
		of   func(fixer.PodTally) int
	}{
		{"Restricted pods", func(n fixer.PodTally) int { return n.Restricted }},
		{"Baseline pods", func(n fixer.PodTally) int { return n.Baseline }},
		{"Privileged pods", func(n fixer.PodTally) int { return n.Privileged }},
		{"Unknown pods", func(n fixer.PodTally) int { return n.Unknown }},
	} {
		if l.head == "Unknown pods" && s.outlook.now.pods.Unknown == 0 {
			continue
		}
		row(l.head, func(c column) string {
			if c.standing == nil {
				return waits
			}
			return widget.Bar(t, l.of(c.pods), c.pods.All(), max(3, cell-11)) + fmt.Sprintf(" %d of %d", l.of(c.pods), c.pods.All())
		})
	}
	out = append(out, " "+t.Dim.Paint(scoreWords(width)))
	return append(out, s.heldWords(d, width)...)
}

// heldWords say why figures are missing, and which key works them out.
func (s *homeScreen) heldWords(d *model, width int) []string {
	if !s.outlook.held {
		return nil
	}
	var out []string
	const why = "What all fixes come to is not worked out: that takes long for so many findings in large files. o works it out."
	for _, line := range widget.Wrap(why, max(1, width-2)) {
		out = append(out, " "+d.theme.Warn.Paint(line))
	}
	return out
}

// scoreWords say what a point means, as far as there is room.
func scoreWords(width int) string {
	if width < stackedWidth {
		return "100 means no findings. Pods by Pod Security level."
	}
	return "A score of 100 means no findings. Pods are counted by Pod Security level."
}

// readWords count the files that were read, by kind.
func readWords(plan *engine.Plan) string {
	n := map[fixer.Kind]int{}
	for f := range plan.Before.Files() {
		if f.Skip == nil && !f.Context {
			n[f.Kind]++
		}
	}
	var parts []string
	for _, k := range []struct {
		kind fixer.Kind
		word string
	}{{fixer.Dockerfile, "Dockerfile"}, {fixer.Compose, "Compose file"}, {fixer.Kubernetes, "Kubernetes manifest"}, {fixer.Workflow, "CI workflow"}} {
		if n[k.kind] > 0 {
			parts = append(parts, count(n[k.kind], k.word))
		}
	}
	if len(parts) == 0 {
		return "There is no Dockerfile, Compose file, Kubernetes manifest or CI workflow to read here."
	}
	return "Read " + strings.Join(parts, ", ") + "."
}

// skippedWords count the files that were not read, by reason, the most frequent
// reason first.
func skippedWords(plan *engine.Plan) string {
	n, all := map[string]int{}, 0
	for f := range plan.Before.Files() {
		if f.Skip != nil && !f.Context {
			n[skipWords[f.Skip.Code]]++
			all++
		}
	}
	if all == 0 {
		return ""
	}
	reasons := slices.SortedFunc(maps.Keys(n), func(a, b string) int {
		return cmp.Or(n[b]-n[a], strings.Compare(a, b))
	})
	for i, r := range reasons {
		reasons[i] = fmt.Sprintf("%d %s", n[r], r)
	}
	if len(reasons) == 1 {
		return fmt.Sprintf("Skipped %s: %s.", count(all, "file"), strings.SplitN(reasons[0], " ", 2)[1])
	}
	return fmt.Sprintf("Skipped %s: %s.", count(all, "file"), strings.Join(reasons, ", "))
}

// skipWords say in few words why files were skipped; the list says it in full.
var skipWords = map[fixer.SkipCode]string{
	fixer.SkipUnreadable: "not readable", fixer.SkipIrregular: "not regular", fixer.SkipTooLarge: "too large", fixer.SkipBinary: "binary",
	fixer.SkipEncoding: "not UTF-8", fixer.SkipEmpty: "empty", fixer.SkipSyntax: "with syntax errors", fixer.SkipTemplate: "with template syntax",
	fixer.SkipHelm: "of Helm charts (not rendered)", fixer.SkipKustomize: "kustomizations and patches", fixer.SkipSymlink: "links out of the repository or to nothing",
}
