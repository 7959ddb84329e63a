package tui

import (
	"fmt"
	"path"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/tui/review"
	"github.com/oakum-sec/oakum/tui/widget"
)

// doors are the three ways on.
func doors(d *model) []homeItem {
	left := d.current.waiting
	door := func(key string, n int, what, none, more string, open func(*model) tea.Cmd) homeItem {
		item := homeItem{heading: "What to do", key: key}
		item.open = func(d *model) tea.Cmd {
			if n == 0 {
				return d.say("%s", none)
			}
			return open(d)
		}
		item.draw = func(d *model, width int) string {
			t := &d.theme
			if n == 0 {
				return t.Dim.Paint(widget.Cut(none, width, t.Marks.Ellipsis))
			}
			say := fmt.Sprintf(what, n)
			if n == 1 {
				say = strings.Replace(strings.Replace(say, "fixes", "fix", 1), "findings", "finding", 1)
				say = strings.Replace(say, "need a look", "needs a look", 1)
			}
			if widget.Width(say)+2+widget.Width(more) > width {
				return widget.Cut(t.Emph.Paint(say), width, t.Marks.Ellipsis)
			}
			return t.Emph.Paint(say) + "  " + t.Dim.Paint(more)
		}
		return item
	}
	safe := door("1", left[fixer.Safe], "Accept %d safe fixes and see the plan", "No safe fixes left to accept", "a working container does not notice them",
		func(d *model) tea.Cmd { return d.acceptSafeToPlan() })
	if n := d.current.count[engine.Fixed]; n > 0 && left[fixer.Safe] == 0 {
		safe = door("1", n, "See the plan: %d fixes accepted, nothing written yet", "", "",
			func(d *model) tea.Cmd { return d.push(newPlan()) })
		say := safe.draw
		safe.draw = func(d *model, width int) string {
			if out := d.leftOutWords(); out != "" && len(d.excluded) >= len(d.current.plan.Changes) {
				return d.theme.Emph.Paint(widget.Cut("See the plan: "+fixes(n)+" accepted and left out", width, d.theme.Marks.Ellipsis))
			}
			return say(d, width)
		}
	}
	return []homeItem{
		safe,
		door("2", left[fixer.Review], "Walk through %d fixes that need a look", "No fixes left that need a look", "each says what it can break",
			func(d *model) tea.Cmd { return d.walk(filter{level: fixer.Review}) }),
		door("3", left[fixer.Manual], readByHand(d.current), "No findings left that are for you to read", "each says what to do",
			func(d *model) tea.Cmd { return d.toList(filter{level: fixer.Manual}) }),
		looking("M", "See who connects to whom", "and an attacker's path to each service", func(d *model) tea.Cmd { return d.push(newMap()) }),
		looking("C", "Go through the checklist", "what holds, and what does not", func(d *model) tea.Cmd { return d.push(newChecklist()) }),
	}
}

// readByHand says what there is among the findings that no safe or review fix mends. It
// has one place for their number.
func readByHand(now *planIndex) string {
	words := map[fixer.Remedy][2]string{
		fixer.NoFix: {"have no automatic fix", "has no automatic fix"}, fixer.MissingDigest: {"need a digest from a registry", "needs a digest from a registry"},
		fixer.ChosenFix: {"have a fix to decide on", "has a fix to decide on"},
	}
	var parts []string
	only := ""
	for _, r := range fixer.ByHand {
		if n := now.byHand[r]; n > 0 {
			only = "Read %d findings that " + words[r][min(n, 2)%2]
			parts = append(parts, fmt.Sprintf("%d %s", n, words[r][min(n, 2)%2]))
		}
	}
	if len(parts) > 1 {
		return "Read %d findings: " + strings.Join(parts, ", ")
	}
	return only
}

// looking is a door to another way to look at the findings.
func looking(key, say, more string, open func(*model) tea.Cmd) homeItem {
	return homeItem{heading: "What to do", key: key, open: open, draw: func(d *model, width int) string {
		t := &d.theme
		if widget.Width(say)+2+widget.Width(more) <= width {
			return t.Emph.Paint(say) + "  " + t.Dim.Paint(more)
		}
		return widget.Cut(t.Emph.Paint(say), width, t.Marks.Ellipsis)
	}}
}

// acceptSafeToPlan accepts every safe fix and shows the plan, where the files are
// written or not.
func (d *model) acceptSafeToPlan() tea.Cmd {
	return d.acceptThen(allSafe(), func(d *model) tea.Cmd { return d.push(newPlan()) })
}

// walk opens the review of the first finding of a filtered list that waits for a
// decision.
func (d *model) walk(f filter) tea.Cmd {
	cmd := d.toList(f)
	for _, k := range d.list.queue {
		if d.open(k) {
			return tea.Batch(cmd, d.push(newReview(k)))
		}
	}
	return cmd
}

// mostRisks bounds the findings that the first page names.
const mostRisks = 5

// risks are the worst findings that wait for a decision, one of each rule and
// severity.
func risks(d *model) []homeItem {
	now := d.current
	var worst []*engine.Outcome
	type severe struct {
		rule string
		fixer.Severity
	}
	kind := func(o *engine.Outcome) severe { return severe{o.Finding.Rule, o.Finding.Severity} }
	places := map[severe]int{}
	for i := range now.plan.Outcomes {
		o := &now.plan.Outcomes[i]
		if _, decided := now.decisions[o.Finding.Key()]; !review.Waits(o, decided) {
			continue
		}
		if places[kind(o)]++; places[kind(o)] == 1 {
			worst = append(worst, o)
		}
	}
	slices.SortStableFunc(worst, func(a, b *engine.Outcome) int { return int(b.Finding.Severity) - int(a.Finding.Severity) })
	bases := baseNames(now.plan.Before)
	var out []homeItem
	for _, o := range worst[:min(len(worst), mostRisks)] {
		f, more, alike := o.Finding, places[kind(o)]-1, bases[path.Base(o.Finding.File)] > 1
		out = append(out, homeItem{heading: "Top risks",
			open: func(d *model) tea.Cmd {
				cmd := d.toList(filter{})
				d.list.reveal(f.Key())
				return tea.Batch(cmd, d.push(newReview(f.Key())))
			},
			draw: func(d *model, width int) string {
				t := &d.theme
				where := fmt.Sprintf(":%d", f.Line)
				if more > 0 {
					where += fmt.Sprintf(" +%d more", more)
				}
				room := max(12, width/3-widget.Width(where))
				where = " " + shortFile(visible(f.File), room, alike, t.Marks.Ellipsis) + where + " "
				say := widget.Cut(visible(f.Message), width-5-widget.Width(where), t.Marks.Ellipsis)
				return widget.Spread(severityWord(t, f.Severity)+" "+say, t.Dim.Paint(where), width, t.Marks.Ellipsis)
			},
		})
	}
	return out
}
