package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// PullRequest writes what a pull request with these fixes can say: its title, an empty
// line, and its text in Markdown. It shows what became better, file by file what was
// changed, what to check with the commands for it, and what is left.
//
// What comes from files is quoted, so that it is not read as Markdown.
func (f *Fix) PullRequest(w io.Writer) error {
	var b strings.Builder
	b.WriteString(f.Title() + "\n")
	if len(f.Changes) > 0 {
		f.markdownFigures(&b)
		f.markdownFiles(&b)
		f.markdownRecreate(&b)
		f.markdownCareful(&b)
		f.markdownChecks(&b)
	}
	f.markdownLeft(&b)
	if f.Command != "" {
		fmt.Fprintf(&b, "\nMade with %s.\n", code(f.Command))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Title says in one line what the fixes do.
func (f *Fix) Title() string {
	if len(f.Changes) == 0 {
		return "Harden container files: nothing to change"
	}
	return fmt.Sprintf("Harden %s: %s, score %d → %d", files(f.Changes), text.Count(f.Made(), "fix", "fixes"), f.Before.Score, f.After.Score)
}

// files names the kinds of the changed files: "2 Dockerfiles and 3 Kubernetes manifests".
func files(changes []engine.Change) string {
	var parts []string
	for _, k := range []struct {
		kind      fixer.Kind
		one, many string
	}{{fixer.Dockerfile, "Dockerfile", "Dockerfiles"}, {fixer.Compose, "Compose file", "Compose files"}, {fixer.Kubernetes, "Kubernetes manifest", "Kubernetes manifests"}, {fixer.Workflow, "CI workflow", "CI workflows"},
		{fixer.Project, "configuration file", "configuration files"}} {
		n := 0
		for _, c := range changes {
			if c.Kind == k.kind {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, text.Count(n, k.one, k.many))
		}
	}
	if len(parts) == 0 {
		return text.Count(len(changes), "file", "files")
	}
	if last := len(parts) - 1; last > 0 {
		return strings.Join(parts[:last], ", ") + " and " + parts[last]
	}
	return parts[0]
}

func (f *Fix) markdownFigures(b *strings.Builder) {
	b.WriteString("\n| | before | after |\n|---|---:|---:|\n")
	before, after := podCounts(f.Before.Pods), podCounts(f.After.Pods)
	for _, l := range podLevels {
		if before[l]+after[l] > 0 {
			fmt.Fprintf(b, "| Pods at Pod Security level %s | %d | %d |\n", l, before[l], after[l])
		}
	}
	fmt.Fprintf(b, "| Score | %d (%s) | %d (%s) |\n", f.Before.Score, engine.Grade(f.Before.Score), f.After.Score, engine.Grade(f.After.Score))
	fmt.Fprintf(b, "| Findings | %d | %d |\n", len(f.Before.Findings), len(f.After.Findings))
	if was, is := len(f.Before.Unread()), len(f.After.Unread()); was+is > 0 {
		fmt.Fprintf(b, "| Files that cannot be read | %d | %d |\n", was, is)
	}
}

// podLevels are the levels of the Pod Security Standards, the loosest first.
var podLevels = []string{"unknown", "privileged", "baseline", "restricted"}

func podCounts(pods []fixer.PodLevel) map[string]int {
	n := map[string]int{}
	for _, p := range pods {
		n[string(p.Level)]++
	}
	return n
}

func (f *Fix) markdownFiles(b *strings.Builder) {
	b.WriteString("\n## What changes\n\n")
	titles, stats := f.titles(), f.diffstat()
	for i, c := range f.Changes {
		fmt.Fprintf(b, "- %s (+%d −%d)\n", code(c.Path), stats[i].added, stats[i].removed)
		for _, t := range titles[c.Path] {
			fmt.Fprintf(b, "  - %s\n", plain(t))
		}
	}
	b.WriteString("\nEvery byte that is not part of a fix is unchanged.\n")
}

// markdownCareful says what the fixes that need a look could break.
func (f *Fix) markdownCareful(b *strings.Builder) {
	var lines []string
	for i := range f.Outcomes {
		o := &f.Outcomes[i]
		fix := madeFix(o)
		if fix == nil || o.Level == fixer.Safe || fix.Breaks == "" {
			continue
		}
		if line := fmt.Sprintf("- %s: %s\n", plain(o.Title), plain(fix.Breaks)); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	guesses := f.guesses()
	if len(lines)+len(guesses) == 0 {
		return
	}
	b.WriteString("\n## What could break\n\n" + strings.Join(lines, ""))
	if len(guesses) > 0 {
		fmt.Fprintf(b, "- Default values that no file confirms: %s\n", code(strings.Join(guesses, ", ")))
	}
}

func (f *Fix) markdownChecks(b *strings.Builder) {
	list := f.Checks()
	if len(list) == 0 {
		return
	}
	b.WriteString("\n## How to check\n\n")
	for _, c := range list {
		b.WriteString("- [ ]")
		if c.Command != "" {
			b.WriteString(" " + code(c.Command))
		}
		b.WriteString(" " + plain(c.Expect))
		if others := c.Others(0); others != "" {
			b.WriteString("; " + plain(others))
		}
		b.WriteString("\n")
	}
}

func (f *Fix) markdownLeft(b *strings.Builder) {
	groups := []struct {
		result engine.Result
		remedy fixer.Remedy // of manual work
		words  string
	}{
		{result: engine.Open, words: "could be fixed after a look"},
		{engine.ManualWork, fixer.MissingDigest, fixer.MissingDigest.String()}, {engine.ManualWork, fixer.ChosenFix, fixer.ChosenFix.String()},
		{engine.ManualWork, fixer.NoFix, fixer.NoFix.String()},
		{result: engine.Blocked, words: "blocked: the fix did not pass verification"}, {result: engine.Refused, words: "refused: the fix cannot be made here"},
		{result: engine.Skipped, words: "skipped"}, {result: engine.NewlySuppressed, words: "suppressed with a comment in this change"},
		{result: engine.AlreadySuppressed, words: "suppressed before"},
	}
	heading := "\n## What is left\n\n"
	for _, g := range groups {
		n, rules := 0, map[string]int{}
		for i := range f.Outcomes {
			if o := &f.Outcomes[i]; o.Result == g.result && (g.result != engine.ManualWork || o.Remedy() == g.remedy) {
				n++
				rules[o.Finding.Rule]++
			}
		}
		if n == 0 {
			continue
		}
		fmt.Fprintf(b, "%s- %s %s (%s)\n", heading, text.Count(n, "finding", "findings"), g.words, ruleCounts(rules))
		heading = ""
	}
}

// ruleCounts lists rules with their counts, the most frequent first.
func ruleCounts(n map[string]int) string {
	var out []string
	for _, r := range byCount(n) {
		s := code(r)
		if n[r] > 1 {
			s += " ×" + itoa(n[r])
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// mostSubject is how long the first line of a commit message may be.
const mostSubject = 72

// CommitMessage writes a message for a commit of these fixes.
func (f *Fix) CommitMessage(w io.Writer) error {
	var b strings.Builder
	subject := "Harden " + files(f.Changes)
	if len(f.Changes) == 0 || len(subject) > mostSubject {
		subject = "Harden container files"
	}
	b.WriteString(subject + "\n")
	titles := f.titles()
	for _, c := range f.Changes {
		fmt.Fprintf(&b, "\n%s:\n", text.VisibleLine(c.Path))
		for _, t := range titles[c.Path] {
			for i, l := range wrap(t, mostSubject-2) {
				b.WriteString([]string{"- ", "  "}[min(i, 1)] + l + "\n")
			}
		}
	}
	if len(f.Changes) > 0 {
		fmt.Fprintf(&b, "\nScore %d -> %d of 100.", f.Before.Score, f.After.Score)
		if before, after := fixer.CountLevels(f.Before.Pods), fixer.CountLevels(f.After.Pods); before != after {
			fmt.Fprintf(&b, "\nPods by Pod Security level: %s -> %s.", before, after)
		}
		b.WriteString("\n")
	}
	if words := f.Recreated.Words(0, nil); words != "" {
		b.WriteString("\n" + strings.Join(wrap(words, mostSubject), "\n") + ".\n")
	}
	if f.Command != "" {
		b.WriteString("\nMade with: " + text.VisibleLine(f.Command) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// code quotes text as code in Markdown, whatever it holds.
func code(s string) string {
	s = text.VisibleLine(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// plain writes text so that Markdown shows it as it is, without markup but for code in
// pairs of backticks.
func plain(s string) string {
	parts := strings.Split(text.VisibleLine(s), "`")
	if len(parts)%2 == 0 { // one is not of a pair
		parts = []string{strings.Join(parts, "`")}
	}
	var b strings.Builder
	for i, part := range parts {
		if i%2 == 1 {
			b.WriteString("`" + part + "`")
			continue
		}
		for _, r := range part {
			if strings.ContainsRune("\\`*_[]<>|~#", r) {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}
