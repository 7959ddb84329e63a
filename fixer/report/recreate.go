package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Recreated is a Job or bare Pod that has to be deleted before the change is applied.
type Recreated struct {
	ID    string   // Kind/name, or with its namespace
	Files []string // that define it: several where the files are alternatives
}

// A Recreation is all of them that a plan changes.
type Recreation []Recreated

// RecreationOf finds them in a plan.
func RecreationOf(plan *engine.Plan) Recreation {
	var out Recreation
	for _, c := range plan.Changes {
		for _, id := range fixer.Recreated(plan.Before.File(c.Path), plan.After.File(c.Path)) {
			i := slices.IndexFunc(out, func(r Recreated) bool { return r.ID == id })
			if i < 0 {
				i = len(out)
				out = append(out, Recreated{ID: id})
			}
			if !slices.Contains(out[i].Files, c.Path) {
				out[i].Files = append(out[i].Files, c.Path)
			}
		}
	}
	return out
}

// in are the IDs of those that a file defines.
func (list Recreation) in(file string) []string {
	var out []string
	for _, r := range list {
		if slices.Contains(r.Files, file) {
			out = append(out, r.ID)
		}
	}
	return out
}

// What is said of Jobs and Pods that are to be deleted, wherever a plan or its result is
// shown.
const (
	recreateFirst = "Delete before you apply the change"
	recreateWhy   = "Kubernetes refuses to change the pod of a Job or Pod that exists"
)

// mostRecreated is how many of them are named where there is little room.
const mostRecreated = 4

// Words says which Jobs and Pods cannot be changed where they exist, at most so
// many of them; 0 names all. It is "" where there are none. Name is what a file is called;
// nil leaves it. The result is not visible-safe.
func (list Recreation) Words(most int, name func(string) string) string {
	if len(list) == 0 {
		return ""
	}
	more := ""
	if n := len(list) - most; most > 0 && n > 0 {
		list, more = list[:most], " and "+itoa(n)+" more"
	}
	parts := make([]string, len(list))
	for i, r := range list {
		files := slices.Clone(r.Files)
		for j := range files {
			if name != nil {
				files[j] = name(files[j])
			}
		}
		parts[i] = r.ID + " (" + strings.Join(files, ", ") + ")"
	}
	return recreateFirst + ": " + strings.Join(parts, ", ") + more + ". " + recreateWhy
}

// recreate says which objects cannot be changed where they exist.
func (p *printer) recreate(f *Fix) {
	words := f.Recreated.Words(mostRecreated, p.st.name)
	for _, l := range wrap(words, textWidth) {
		p.line(l)
	}
	if words != "" {
		p.line()
	}
}

// markdownRecreate lists them in the text of a pull request.
func (f *Fix) markdownRecreate(b *strings.Builder) {
	if len(f.Recreated) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n%s:\n\n", recreateFirst, recreateWhy)
	for _, r := range f.Recreated {
		files := make([]string, len(r.Files))
		for i, file := range r.Files {
			files[i] = code(file)
		}
		fmt.Fprintf(b, "- %s in %s\n", code(text.VisibleLine(r.ID)), strings.Join(files, ", "))
	}
}
