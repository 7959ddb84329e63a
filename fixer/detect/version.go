package detect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A stated version is what a file says of the version of a language.
type stated struct{ file, constraint string }

// version chooses the release of a language: the oldest that is supported and fits what a file
// says, which is nearest to what the project was tried with; or the one that the file names
// where none fits. Without such a file it is the one to
// begin with, which is said as an assumption.
func (d *draft) version(product, of string, says ...stated) string {
	for _, s := range says {
		if s.constraint == "" {
			continue
		}
		for _, r := range slices.Backward(image.Releases(product)) {
			if fits(numbers(r.Version), s.constraint) {
				d.fact(s.file, 0, "%s %s", of, r.Version)
				return r.Version
			}
		}
		if v := firstVersion(s.constraint); v != "" {
			d.fact(s.file, 0, "%s %s", of, v)
			return v
		}
	}
	v := image.ToBeginWith(product).Version
	d.assume("no file says which version of %s is meant, so that it is %s", of, v)
	return v
}

// firstVersion is the first version that a text names; "" for none.
func firstVersion(s string) string {
	m := versionNumber().FindString(s)
	return strings.TrimSuffix(m, ".")
}

var versionNumber = text.Regexp(`\d+(?:\.\d+)?`)

// fits reports whether a release fits a constraint such as ">=3.11,<4", "^22 || ^24", "24.x" or
// "3.13.2", as exactly as the release has numbers.
func fits(release []int, constraint string) bool {
	for alternative := range strings.SplitSeq(strings.ReplaceAll(constraint, "||", "|"), "|") {
		ok, any := true, false
		for _, m := range versionPart().FindAllStringSubmatch(alternative, -1) {
			any = true
			ok = ok && satisfies(release, m[1], numbers(m[2]))
		}
		if ok && any {
			return true
		}
	}
	return false
}

var versionPart = text.Regexp(`(>=|<=|==|!=|~=|~>|>|<|\^|~|=|)\s*v?(\d+(?:\.(?:\d+|x|\*))*)`)

// satisfies reports whether a release satisfies one comparison. Numbers that the release does
// not have count as equal; where it is compared with "<", as smaller.
func satisfies(release []int, operator string, want []int) bool {
	order, whole := 0, len(want) <= len(release) || allZero(want[len(release):])
	for k := range min(len(release), len(want)) {
		if release[k] != want[k] {
			order = release[k] - want[k]
			break
		}
	}
	same := func(n int) bool {
		for k := range min(n, len(release), len(want)) {
			if release[k] != want[k] {
				return false
			}
		}
		return true
	}
	switch operator {
	case ">=":
		return order >= 0
	case ">":
		return order > 0
	case "<=":
		return order <= 0
	case "<":
		return order < 0 || order == 0 && !whole
	case "!=":
		return order != 0
	case "^":
		return order >= 0 && same(1)
	case "~", "~=", "~>":
		return order >= 0 && same(max(1, len(want)-1))
	}
	return order == 0
}

func allZero(list []int) bool {
	for _, n := range list {
		if n != 0 {
			return false
		}
	}
	return true
}

// numbers are those of a version, up to the first part that is none.
func numbers(version string) []int {
	var out []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		out = append(out, n)
	}
	return out
}

// line is the first line of a file that has something in it.
func (p *Project) line(name string) string {
	for line := range strings.Lines(string(p.Read(name))) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return line
		}
	}
	return ""
}

// found is the first group of an expression that has something, in a file; "" for none.
func (p *Project) found(name string, expr func() *text.Pattern) string {
	m := expr().FindStringSubmatch(string(p.Read(name)))
	for k := 1; k < len(m); k++ {
		if m[k] != "" {
			return m[k]
		}
	}
	return ""
}
