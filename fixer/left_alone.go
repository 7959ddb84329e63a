package fixer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A leftAlone is what a person has told another checker to leave as it is: a
// comment such as "hadolint ignore=DL3002", an annotation such as
// ignore-check.kube-linter.io/run-as-non-root. It is a decision about the concern,
// whoever reports it.
type leftAlone struct {
	tool string
	ids  []string // empty: whatever that tool reports there
	line int      // of the comment or annotation
	// It is about the finding whose first byte lies here. A Dockerfile's comment is
	// about the whole instruction, an annotation about the whole object.
	start, end int
}

// checkers are the tools whose comments are understood: what stands before the
// ids, and what parts them. Of an id with dots the last part counts, of one with
// ":" the first.
var checkers = []struct {
	catalog string
	expr    func() *text.Pattern
	file    bool // the comment is about the whole file, wherever it stands
}{
	{"hadolint", text.Regexp(`^hadolint\s+(?:shell=\S+\s+)?ignore\s*=\s*([\w,\s]+)`), false},
	{"hadolint", text.Regexp(`^hadolint\s+global\s+ignore\s*=\s*([\w,\s]+)`), true},
	{"Semgrep", text.Regexp(`^nosem(?:grep)?\b\s*:?\s*([\w.,\s-]*)`), false},
	{"Checkov", text.Regexp(`^(?:checkov|bridgecrew):skip\s*=\s*([\w,]+)`), true},
	{"Trivy", text.Regexp(`^trivy:ignore:([\w,-]+)`), false},
	{"KICS", text.Regexp(`^kics-scan\s+disable\s*=\s*([\w,-]+)`), true},
	{"KICS", text.Regexp(`^kics-scan\s+ignore-(?:line|block)()`), false},
	{"zizmor", text.Regexp(`\bzizmor:\s*ignore\[([\w,\s-]+)\]`), false},
}

// annotations are those by which an object tells a tool to leave it alone: a
// prefix that the id follows, or one whose value begins with ids.
var annotations = []struct {
	catalog, prefix, suffix string
	byValue                 bool
}{
	{"KubeLinter", "ignore-check.kube-linter.io/", "", false},
	{"Polaris", "polaris.fairwinds.com/", "-exempt", false},
	{"Checkov", "checkov.io/skip", "", true},
	{"kube-score", "kube-score/ignore", "", true},
}

var allLeftAlone = Derive(findLeftAlone)

func findLeftAlone(f *File) []leftAlone {
	var out []leftAlone
	for _, word := range []string{"hadolint", "nosem", ":skip", "trivy:ignore", "kics-scan", "zizmor:"} {
		if bytes.Contains(f.Data, []byte(word)) {
			out = f.leftByComments()
			break
		}
	}
	for _, o := range f.Objects {
		template := o.Node.Get("spec").Get("template")
		if job := o.Node.Get("spec").Get("jobTemplate"); job != nil {
			template = job.Get("spec").Get("template")
		}
		for _, at := range []*yamldoc.Node{o.Node, template} {
			for name, value := range at.Get("metadata").Get("annotations").All() {
				out = append(out, leftByAnnotation(name, value, o.Node)...)
			}
		}
	}
	return out
}

func (f *File) leftByComments() []leftAlone {
	var out []leftAlone
	lines := f.Lines()
	for n := 1; n <= lines.Count(); n++ {
		line := lines.Text(n)
		at, own := f.comment(n, line)
		if at < 0 {
			continue
		}
		note := strings.TrimSpace(strings.TrimLeft(line[at:], "#"))
		for _, c := range checkers {
			m := c.expr().FindStringSubmatch(note)
			if m == nil {
				continue
			}
			l := leftAlone{tool: c.catalog, ids: splitIDs(m[1]), line: n, start: lines.Start(n), end: lines.Next(n)}
			switch target := f.nextContent(n); {
			case c.file:
				l.start, l.end = 0, len(f.Data)+1
			case own && target < 0:
				continue
			case own:
				l.start, l.end = lines.Start(target), lines.Next(target)
				if f.Dockerfile != nil {
					if i := f.Dockerfile.At(l.start + len(lines.Text(target)) - len(strings.TrimLeft(lines.Text(target), " \t"))); i != nil {
						l.start, l.end = i.Start, i.End
					}
				}
			}
			out = append(out, l)
		}
	}
	return out
}

func splitIDs(list string) []string {
	ids := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	for i, id := range ids {
		id, _, _ = strings.Cut(id, ":")
		ids[i] = id[strings.LastIndexByte(id, '.')+1:]
	}
	return ids
}

func leftByAnnotation(name string, value, object *yamldoc.Node) []leftAlone {
	var out []leftAlone
	for _, a := range annotations {
		id, ok := strings.CutPrefix(name, a.prefix)
		if !ok || !strings.HasSuffix(id, a.suffix) || strings.EqualFold(value.Text(), "false") {
			continue
		}
		ids := []string{joinedWords(strings.TrimSuffix(id, a.suffix), a.suffix != "")}
		if a.byValue {
			list, _, _ := strings.Cut(value.Text(), "=")
			ids = splitIDs(list)
		}
		if len(ids) > 0 && ids[0] != "" {
			out = append(out, leftAlone{tool: a.catalog, ids: ids, line: value.Line, start: object.Start, end: object.End})
		}
	}
	return out
}

// joinedWords turns run-as-root-allowed into runAsRootAllowed, as Polaris writes
// its checks everywhere but in annotations.
func joinedWords(id string, join bool) string {
	if !join {
		return id
	}
	words := strings.Split(id, "-")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// about reports whether it is about what a rule reports.
func (l *leftAlone) about(r *Rule) bool {
	return slices.ContainsFunc(r.References, func(ref Reference) bool {
		return ref.Source.Name == l.tool && (len(l.ids) == 0 || slices.ContainsFunc(l.ids, func(id string) bool { return ref.Matches(l.tool + " " + id) }))
	})
}

// LeftAlone reports whether a person has told another checker to leave alone, at a
// byte of the file, what a rule is about, and where.
func (f *File) LeftAlone(r *Rule, at int) (where string, ok bool) {
	for _, l := range allLeftAlone.Of(f) {
		if l.start <= at && at < l.end && l.about(r) {
			return fmt.Sprintf("%s:%d", f.Path, l.line), true
		}
	}
	return "", false
}

// heedOthers leaves to a person what they have told another checker to leave. The
// fixes stay on offer, for this one finding.
func (i *Inspection) heedOthers(rule *Rule, found []Finding) {
	for n := range found {
		f := &found[n]
		file := i.snap.File(f.File)
		if file == nil || len(f.Fixes) == 0 {
			continue
		}
		where, ok := file.LeftAlone(rule, f.Start)
		if !ok {
			continue
		}
		f.Fixes = slices.Clone(f.Fixes)
		for k := range f.Fixes {
			f.Fixes[k].Level = Manual
			if f.Fixes[k].Breaks == "" {
				f.Fixes[k].Breaks = "What the exception for another checker was made for"
			}
		}
		f.Advice = "Remove the exception at " + where + " first if it no longer applies: it tells another checker to ignore this finding"
	}
}
