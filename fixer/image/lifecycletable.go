package image

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// lifecycles is the part of the table about support: lifecycles.yaml.
type lifecycles struct {
	Left     []left     `json:"left"`
	Products []*product `json:"products"`

	products map[string]*product
	exact    map[string][]counted // by repository
	globs    []counted
}

// A product is software that has releases.
type product struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Platform string         `json:"platform,omitempty"` // "jvm"
	Extended string         `json:"extended,omitempty"` // "free", "registered"
	Counts   []count        `json:"counts,omitempty"`
	Avoid    []string       `json:"avoid,omitempty"` // releases that advice does not name
	Move     string         `json:"move,omitempty"`
	Instead  string         `json:"instead,omitempty"`
	Images   []string       `json:"instead_images,omitempty"` // that Instead names
	Written  []string       `json:"releases"`
	Evidence []sourceInFile `json:"evidence"`

	releases func() []release // of Written, the newest first
}

// A count says which images have a product, and where its version is written.
type count struct {
	Repos   []string `json:"repos"`
	Words   []string `json:"words,omitempty"`   // in the tag, after one of these words
	Path    string   `json:"path,omitempty"`    // in the path, after this text
	Without []string `json:"without,omitempty"` // but not for tags with such a word
}

type counted struct {
	*product
	*count
}

// A release of a product.
type release struct {
	Version  string
	Codename string // "" when there is none
	End      string // "" when none is announced
	Extended string
}

// left is a repository that its publisher has left, as written.
type left struct {
	Repos     []string       `json:"repos"`
	Except    []string       `json:"except,omitempty"`
	Words     []string       `json:"words,omitempty"`
	Continues []string       `json:"continues,omitempty"` // tags; no tag is latest
	Note      string         `json:"note"`
	Advice    string         `json:"advice"`
	Product   string         `json:"product,omitempty"`
	Same      string         `json:"same,omitempty"`
	Images    []string       `json:"images,omitempty"` // that Advice names
	Evidence  []sourceInFile `json:"evidence"`
}

func decodeLifecycles(data []byte) (*lifecycles, error) {
	l := &lifecycles{products: map[string]*product{}, exact: map[string][]counted{}}
	if err := json.Unmarshal(data, l); err != nil {
		return nil, fmt.Errorf("table of lifecycles: %w", err)
	}
	for _, p := range l.Products {
		l.products[p.ID] = p
		p.releases = sync.OnceValue(func() []release { return readReleases(p.Written) })
		for i := range p.Counts {
			c := counted{p, &p.Counts[i]}
			for _, repo := range c.Repos {
				if !strings.Contains(repo, "*") {
					l.exact[repo] = append(l.exact[repo], c)
				}
			}
			if slices.ContainsFunc(c.Repos, func(r string) bool { return strings.Contains(r, "*") }) {
				l.globs = append(l.globs, c)
			}
		}
	}
	return l, nil
}

// readReleases reads releases as the table writes them: "12 bookworm 2026-07-11
// 2028-06-30", with a hyphen for an end that is not announced.
func readReleases(written []string) []release {
	out := make([]release, 0, len(written))
	for _, line := range written {
		fields := strings.Fields(line)
		r := release{Version: fields[0]}
		rest := fields[1:]
		if len(rest) > 0 && rest[0] != "-" && strings.Trim(rest[0][:1], "0123456789") != "" {
			r.Codename, rest = rest[0], rest[1:]
		}
		if len(rest) > 0 && rest[0] != "-" {
			r.End = rest[0]
		}
		if len(rest) > 1 {
			r.Extended = rest[1]
		}
		out = append(out, r)
	}
	return out
}

// named is how people call a release.
func (p *product) named(r release) string {
	name := p.Name + " " + r.Version
	if r.Codename != "" {
		name += " (" + r.Codename + ")"
	}
	return name
}

// counting returns the products that images of a repository have.
func (l *lifecycles) counting(name string) []counted {
	out := l.exact[name]
	for _, c := range l.globs {
		if slices.ContainsFunc(c.Repos, func(pattern string) bool { return strings.Contains(pattern, "*") && glob(pattern, name) }) {
			out = append(out[:len(out):len(out)], c)
		}
	}
	return out
}

// version reads the version of the product that a reference names; nil when it
// names none.
func (c count) version(ref Reference) []int {
	words := ref.Words()
	if slices.ContainsFunc(c.Without, func(w string) bool { return hasWord(words, w) }) {
		return nil
	}
	switch {
	case c.Path != "":
		_, after, _ := strings.Cut(ref.Repository, "/"+c.Path)
		return parseVersion(versionText(after))
	case len(c.Words) > 0:
		for _, word := range c.Words {
			for i, w := range words {
				rest, is := strings.CutPrefix(w, word)
				if is && rest == "" && i+1 < len(words) {
					rest = words[i+1]
				}
				if v := parseVersion(versionText(rest)); is && len(v) > 0 {
					return v
				}
			}
		}
		return nil
	}
	return ref.Version()
}

// support fills in until when what the image is made of is supported.
func (t *table) support(k *Knowledge) {
	l := t.lifecycles()
	ref := k.Ref.resolveMirror()
	if d := k.Base.Distribution; k.HasBase && d != "" {
		if d == Distroless { // made of Debian's packages, and ages with them
			d = Debian
		}
		if p := l.products[string(d)]; p != nil {
			k.addLifecycle(t, p, parseVersion(k.Base.version))
		}
	}
	for _, c := range l.counting(ref.Name()) {
		k.platforms = append(k.platforms, c.Platform)
		if c.Path != "" || !unknownTag(ref) {
			k.addLifecycle(t, c.product, c.version(ref))
		}
	}
	i := slices.IndexFunc(l.Left, func(l left) bool { return l.has(ref) })
	if i < 0 {
		return
	}
	gone := &l.Left[i]
	k.Left = &Left{
		Note: gone.Note, Advice: gone.Advice, Same: gone.Same, Sources: t.sources(gone.Evidence),
		repository: Reference{Registry: ref.Registry, Repository: ref.Repository}.Familiar(),
	}
	if p := l.products[gone.Product]; p != nil {
		k.Left.product, k.Left.next = p, p.next(ref.Version())
	}
}

func (l *left) has(ref Reference) bool {
	name := ref.Name()
	in := func(list []string) bool {
		return slices.ContainsFunc(list, func(pattern string) bool { return glob(pattern, name) })
	}
	return in(l.Repos) && !in(l.Except) && (unknownTag(ref) || !slices.Contains(l.Continues, cmp.Or(ref.Tag, "latest"))) &&
		(len(l.Words) == 0 || slices.ContainsFunc(l.Words, func(w string) bool { return hasWord(ref.Words(), w) }))
}

// addLifecycle adds that of the release which a version names. A number that
// stands for several releases ("mongo:4") counts when all of them have ended; one that
// the table does not list when the next newer one has.
func (k *Knowledge) addLifecycle(t *table, p *product, version []int) {
	if len(version) == 0 {
		return
	}
	l := Lifecycle{product: p, version: version, Free: p.Extended == "free", Sources: t.sources(p.Evidence)}
	l.Verified = verified(l.Sources)
	set := func(r release) {
		l.End, l.Extended = r.End, r.Extended
	}
	releases := p.releases()
	if r, ok := releaseOf(releases, version); ok {
		if l.Of = p.named(r); r.End != "" {
			set(r)
			k.Lifecycles = append(k.Lifecycles, l)
		}
		return
	}
	if r, ok := lastOf(releases, version); ok {
		if l.Of = p.named(r); r.End != "" && Day > r.End {
			set(r)
			k.Lifecycles = append(k.Lifecycles, l)
		}
		return
	}
	for _, r := range slices.Backward(releases) { // the oldest first
		number := parseVersion(r.Version)
		if compareVersions(version, number) >= 0 {
			continue
		}
		if r.End != "" && Day > max(r.End, r.Extended) {
			set(r)
			l.Of, l.Before = p.Name+" "+versionOf(version[:min(len(version), len(number))]), p.named(r)
			k.Lifecycles = append(k.Lifecycles, l)
		}
		return
	}
}

// versionOf writes a version.
func versionOf(version []int) string {
	parts := make([]string, 0, len(version))
	for _, n := range version {
		parts = append(parts, strconv.Itoa(n))
	}
	return strings.Join(parts, ".")
}

// lastOf finds, among the releases that a shorter number stands for, the one that
// is supported longest. ok is false when it stands for none.
func lastOf(releases []release, version []int) (last release, ok bool) {
	for _, r := range releases {
		number := parseVersion(r.Version)
		if len(version) >= len(number) || compareVersions(number, version) != 0 {
			continue
		}
		if r.End == "" {
			return r, true
		}
		if !ok || max(r.End, r.Extended) > max(last.End, last.Extended) {
			last, ok = r, true
		}
	}
	return last, ok
}
