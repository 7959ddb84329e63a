package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Veil hides secrets in the lines of a diff that is shown to a person, in all
// interfaces. It knows the values that a plan moves into files of secrets, the lines that
// findings about secrets are about, and what a secret looks like. The bytes that are
// written, and a patch for git, do not pass through it. The zero value knows only what
// secrets look like.
type Veil struct {
	values []string
	lines  map[veiled]bool
}

// A veiled line is one that a finding about a secret is about.
type veiled struct {
	path  string
	after bool
	line  int
}

// A Version is the files at one moment with what was found in them.
type Version struct {
	Snapshot *fixer.Snapshot
	Report   *engine.Report
}

// VeilOf returns the veil of all that a plan changes.
func VeilOf(plan *engine.Plan) *Veil {
	return NewVeil(Version{plan.Before, plan.Baseline}, Version{plan.After, plan.Final})
}

// NewVeil returns the veil of a diff between two versions.
func NewVeil(before, after Version) *Veil {
	v := &Veil{lines: map[veiled]bool{}}
	for i, side := range []Version{before, after} {
		for f := range side.Snapshot.Files() {
			if f.Kind.Secret() && !f.Context && f.Skip == nil {
				v.learn(f.Kind, f.Data)
			}
		}
		for _, f := range side.Report.Findings {
			for n := f.Line; holdsSecret(f) && n <= f.EndLine; n++ {
				v.lines[veiled{f.File, i == 1, n}] = true
			}
		}
	}
	slices.SortFunc(v.values, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	v.values = slices.Compact(v.values)
	return v
}

// holdsSecret reports whether the lines of a finding hold the value of a secret.
func holdsSecret(f *fixer.Finding) bool { return strings.Contains(f.Rule, "/secret-") }

// leastVeiled is the length of values that are looked for in all lines. A shorter one is
// part of other words.
const leastVeiled = 6

// learn takes the values of a file that a plan makes. A well-known default is no news to
// anybody, and is also the name of an image or a user.
func (v *Veil) learn(kind fixer.Kind, data []byte) {
	for line := range strings.Lines(string(data)) {
		value := strings.TrimSpace(line)
		if kind == fixer.Environment {
			_, value, _ = strings.Cut(value, "=")
			value = strings.Trim(value, `'"`)
		}
		if len(value) >= leastVeiled && !secret.IsWellKnown("", value) {
			v.values = append(v.values, value)
		}
	}
}

// A Shown is a changed file as it is shown.
type Shown struct {
	veil          *Veil
	path          string
	kind          fixer.Kind
	before, after []string
}

// Over returns how the two versions of a file are shown.
func (v *Veil) Over(path string, kind fixer.Kind, before, after []byte) Shown {
	return Shown{v, path, kind, text.SplitLines(before), text.SplitLines(after)}
}

// Line returns a line of one version, counted from 1, with its ending and without
// secrets. It is not visible-safe.
func (s Shown) Line(after bool, n int) string {
	lines := s.before
	if after {
		lines = s.after
	}
	raw := strings.TrimRight(lines[n-1], "\r\n")
	ending, previous := lines[n-1][len(raw):], ""
	if n > 1 {
		previous = lines[n-2]
	}
	return s.hide(veiled{s.path, after, n}, raw, previous) + ending
}

func (s Shown) hide(at veiled, line, before string) string {
	switch {
	case s.kind == fixer.SecretValue && line != "":
		return secret.Hidden
	case s.kind == fixer.Environment && !strings.HasPrefix(line, "#"),
		s.veil.lines[at]:
		return secret.HideValue(line)
	}
	for _, value := range s.veil.values {
		line = strings.ReplaceAll(line, value, secret.Hidden)
	}
	return secret.Hide(line, before)
}

// Unified returns the diff of the file as it is shown.
func (s Shown) Unified(before, after []byte, context int) string {
	return text.UnifiedAs(s.path, before, after, context, s.Line)
}
