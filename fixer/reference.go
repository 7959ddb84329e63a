package fixer

import (
	"cmp"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// A Reference names the same concern in a benchmark, a standard or another
// tool, by one id of theirs.
type Reference struct {
	Source *Catalog
	ID     string // as the source writes it: "DL3002"
	Title  string // what the source calls it, where the id is only a number; may be empty

	// Link overrides the address that the source derives from the id. It is
	// for sources whose pages have no pattern.
	Link string
}

// URL returns the address of the reference's page, "" where none is known.
func (r Reference) URL() string {
	if r.Link != "" || r.Source.page == nil {
		return r.Link
	}
	return r.Source.page(r.ID)
}

// Label is what people call it: the title where there is one, else the id.
func (r Reference) Label() string { return cmp.Or(r.Title, r.ID) }

// String returns the source with the label: "hadolint DL3002", "CIS Docker v1.6.0 5.4".
func (r Reference) String() string {
	if r.Source.edition != "" {
		return r.Source.Name + " " + r.Source.edition + " " + r.Label()
	}
	return r.Source.Name + " " + r.Label()
}

// Valid reports whether the id has the form of its source's ids.
func (r Reference) Valid() bool { return r.Source != nil && r.Source.form().MatchString(r.ID) }

// Matches reports whether a person who writes s means this reference: the id
// in any case, the title, or either after the name of the source. Where ids are
// bare numbers or prose, the name of the source is required.
func (r Reference) Matches(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	rest, named := strings.CutPrefix(s, strings.ToLower(r.Source.Name)+" ")
	if r.Source.edition != "" {
		rest = strings.TrimPrefix(rest, r.Source.edition+" ")
	}
	if !named && r.Source.common {
		return false
	}
	return r.Source.normal(rest) == r.Source.normal(strings.ToLower(r.ID)) || r.Title != "" && rest == strings.ToLower(r.Title)
}

// A Catalog is a benchmark, a standard, a tool or a documentation whose ids
// references are made of.
type Catalog struct {
	Name string

	edition string // that the ids are of, where they differ from one to the next: "v1.6.0"

	form   func() *text.Pattern      // of an id
	page   func(id string) string    // where an id is explained; nil where no pattern is known
	common bool                      // an id says nothing without the name: "5.4"
	spell  func(lower string) string // one spelling of several; nil for the id itself
}

func (c *Catalog) normal(lower string) string {
	if c.spell == nil {
		return lower
	}
	return c.spell(lower)
}

// A Citation is what is printed of references that share a source and a page.
type Citation struct {
	Text string // "Checkov CKV_K8S_17, CKV_K8S_18"
	URL  string
}

// Cite returns references as they are printed, neighbours with one page joined.
func Cite(refs []Reference) []Citation {
	var out []Citation
	for i, r := range refs {
		if n := len(out) - 1; n >= 0 && refs[i-1].Source == r.Source && out[n].URL == r.URL() {
			out[n].Text += ", " + r.Label()
			continue
		}
		out = append(out, Citation{r.String(), r.URL()})
	}
	return out
}
