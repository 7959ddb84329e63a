package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// mostRows bounds the tables of a summary; what is left out is counted.
const mostRows = 10

// headline writes what a person wants to know first: how much there is, and what the
// commands would do about it.
func (p *printer) headline(s *Scan) {
	looked := len(s.Files) - len(s.Skipped())
	if len(s.Findings) == 0 {
		p.line(p.st.paint(bold, "No findings"), " in ", text.Count(looked, "file", "files"), s.hidden(), s.unreadWords())
	} else {
		p.line(p.st.paint(bold, text.Count(len(s.Findings), "finding", "findings")), " in ", filesOf(s.Findings, looked), ": ",
			severities(s.Findings), s.hidden(), s.unreadWords())
	}
	if looked > 0 {
		p.line(scoreOf(s.Arguments), p.st.paint(bold, itoa(s.Score)), " of 100 (", engine.Grade(s.Score), ")", s.scoreLimit())
		if pods := fixer.CountLevels(s.Pods); pods != "" {
			p.line("Pods by Pod Security level: ", pods)
		}
	}
	p.line()
	if len(s.Findings) > 0 {
		p.solvable(s)
	}
}

// unreadWords says that files could not be read, whatever the findings are; "" where all
// could.
func (s *Scan) unreadWords() string {
	n := len(s.Unread())
	if n == 0 {
		return ""
	}
	return "; " + text.Count(n, "file", "files") + " cannot be read"
}

// scoreLimit says which files a score is of, where some could not be read.
func (s *Scan) scoreLimit() string {
	if len(s.Unread()) == 0 {
		return ""
	}
	return ", of the files that can be read"
}

// tables count the findings by file and by rule.
func (p *printer) tables(s *Scan, most int) {
	if len(s.Findings) > 0 {
		p.counts("By file", "file", byFileTallies(s), p.fileName, most)
		p.counts("By rule", "rule", tallies(s.Findings, func(f *fixer.Finding) string { return f.Rule }), text.VisibleLine, most)
	}
}

func byFileTallies(s *Scan) []*tally {
	return tallies(s.Findings, func(f *fixer.Finding) string { return f.File })
}

// solvable says which command does something about how many findings.
func (p *printer) solvable(s *Scan) {
	n := map[fixer.Remedy]int{}
	for _, f := range s.Findings {
		n[f.Remedy()]++
	}
	p.line(p.st.paint(bold, "What can be done"))
	width := len(itoa(len(s.Findings)))
	row := func(n int, one, many, command string) {
		if n == 0 {
			return
		}
		what := many
		if n == 1 {
			what = one
		}
		if command != "" {
			what = pad(what, 30)
		}
		p.line("  ", padLeft(itoa(n), width), " ", what, p.st.paint(cyan, command))
	}
	row(n[fixer.SafeFix], "has a safe fix", "have a safe fix", "oakum fix"+s.Arguments)
	row(n[fixer.ReviewFix], "has a fix that needs a look", "have a fix that needs a look", "oakum fix --level review --diff"+s.Arguments)
	row(n[fixer.MissingDigest], "can be pinned to a digest", "can be pinned to digests", "oakum fix --level review --diff"+s.Arguments+"   (asks registries)")
	row(n[fixer.ChosenFix], "has a fix to decide on", "have a fix to decide on", "oakum"+s.OneByOne)
	row(n[fixer.NoFix], "is left to you: no automatic fix", "are left to you: no automatic fix", "")
	if n[fixer.NoFix] < len(s.Findings) {
		p.line("  One at a time, with the diff of each: ", p.st.paint(cyan, "oakum"+s.OneByOne))
		if len(s.Pods) > 0 {
			p.line("  The score and the pods after the fixes: ", p.st.paint(cyan, "oakum fix --diff"+s.Arguments))
		}
	}
	p.line()
}

// A tally counts the findings of one file or rule by severity.
type tally struct {
	key string
	n   int
	by  map[fixer.Severity]int
}

func tallies(list []*fixer.Finding, key func(*fixer.Finding) string) []*tally {
	var out []*tally
	at := map[string]*tally{}
	for _, f := range list {
		t := at[key(f)]
		if t == nil {
			t = &tally{key: key(f), by: map[fixer.Severity]int{}}
			at[t.key] = t
			out = append(out, t)
		}
		t.n++
		t.by[f.Severity]++
	}
	worse := func(a, b *tally) int {
		for s := fixer.Critical; s >= fixer.Low; s-- {
			if c := cmp.Compare(b.by[s], a.by[s]); c != 0 {
				return c
			}
		}
		return strings.Compare(a.key, b.key)
	}
	slices.SortFunc(out, worse)
	return out
}

// counts writes a table of tallies, the worst first and at most so many, where there are
// several.
func (p *printer) counts(title, noun string, list []*tally, shown func(key string) string, most int) {
	if len(list) == 1 {
		return // it would say again what was said
	}
	p.line(p.st.paint(bold, title))
	rows := list[:min(len(list), most)]
	width, number := 0, 0
	for _, t := range rows {
		width = max(width, displaywidth.String(shown(t.key)))
		number = max(number, len(itoa(t.n)))
	}
	for _, t := range rows {
		var parts []string
		for s := fixer.Critical; s >= fixer.Low; s-- {
			if t.by[s] > 0 {
				parts = append(parts, itoa(t.by[s])+" "+p.st.severity(s, 0))
			}
		}
		name := shown(t.key)
		p.line("  ", padLeft(itoa(t.n), number), "  ", name, strings.Repeat(" ", width-displaywidth.String(name)), "  ", strings.Join(parts, ", "))
	}
	if more := list[len(rows):]; len(more) > 0 {
		n := 0
		for _, t := range more {
			n += t.n
		}
		p.line("  ", text.Count(n, "finding", "findings"), " in ", text.Count(len(more), "more "+noun, "more "+noun+"s"))
	}
	p.line()
}

// notChecked says in one line for each reason what was found and not looked into.
func (p *printer) notChecked(s *Scan) {
	by := map[string][]*fixer.File{}
	for _, f := range s.Skipped() {
		by[skipReason(f)] = append(by[skipReason(f)], f)
	}
	if len(by) == 0 {
		return
	}
	p.line(p.st.paint(bold, "Not checked"))
	reasons := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(by[b]), len(by[a])), strings.Compare(by[a][0].Path, by[b][0].Path))
	})
	rows, most := reasons[:min(len(reasons), mostRows)], maxNames
	if p.most > 0 {
		rows, most = reasons[:min(len(reasons), p.most)], 1
	}
	for _, reason := range rows {
		files := by[reason]
		var names []string
		for _, f := range files[:min(len(files), most)] {
			names = append(names, p.st.place(bold, f.Path, 0))
		}
		if more := len(files) - len(names); more > 0 {
			names = append(names, "and "+itoa(more)+" more (oakum scan --full lists them)")
		}
		if len(files) == 1 {
			p.line("  ", names[0], ": ", text.VisibleLine(reason))
			continue
		}
		p.line("  ", itoa(len(files)), " files: ", text.VisibleLine(reason))
		for _, name := range names {
			p.line("      ", name)
		}
	}
	if more := reasons[len(rows):]; len(more) > 0 {
		n := 0
		for _, r := range more {
			n += len(by[r])
		}
		p.line("  ", text.Count(n, "more file", "more files"), " (oakum scan --full lists them)")
	}
	p.line()
}

// skipReason says why a file is skipped, in words that files of a kind share.
func skipReason(f *fixer.File) string {
	switch f.Skip.Code {
	case fixer.SkipHelm:
		return "Helm chart: skipped (rendering charts is not supported yet)"
	case fixer.SkipKustomize:
		return "Kustomize: read for what it changes, not checked as rendered"
	}
	return f.Skip.Reason
}

// scoreOf names the score. That of a part of the rules says nothing about the
// repository.
func scoreOf(arguments string) string {
	if strings.Contains(arguments, " --select ") || strings.Contains(arguments, " --ignore ") {
		return "Score by these rules only: "
	}
	return "Score: "
}
