package image

import (
	"maps"
	"slices"
	"strings"
)

// baseOf returns what an image is as a base image, as far as its name
// and tag say. Facts that the name does not decide keep their zero value:
// "node:20" is Debian of a release that is not known, "node@sha256:…" may be
// anything. ok is false when nothing at all is known.
func baseOf(ref Reference) (Base, bool) { return loadTable().baseOf(ref) }

func (t *table) baseOf(ref Reference) (Base, bool) {
	b := Base{Image: evidenceName(ref), Provenance: map[BaseField][]Source{}, tools: map[string]bool{}}
	ref = ref.resolveMirror()
	words := ref.Words()
	r, ok := t.bases().repository(ref.Name())
	if isWindows(words) {
		// A platform in the tag names the distribution wherever the image is from.
		d, ok := t.bases().byID[Windows]
		if ok {
			t.applyDistribution(&b, d, "", false)
			b.Provenance[BaseDistribution] = tagSource(ref)
		}
		return b, ok
	}
	if !ok {
		return Base{}, false
	}
	// Which facts apply: the repository's and those of the variants selected.
	layers := []*baseFacts{&r.baseFacts}
	for i := range r.Variants {
		if !unknownTag(ref) && r.Variants[i].selects(ref, words) {
			layers = append(layers, &r.Variants[i].baseFacts)
		}
	}
	d, version, from := t.distribution(ref, words, r, layers)
	if d != nil {
		t.applyDistribution(&b, d, version, r.Fixed)
		b.Provenance[BaseDistribution] = from
		for i := range d.Variants {
			if d.Variants[i].selects(ref, words) {
				t.applyBaseFacts(&b, &d.Variants[i].baseFacts, d)
			}
		}
		for _, facts := range layers {
			t.applyBaseFacts(&b, facts, d)
		}
		if unknownTag(ref) {
			for i := range r.Variants {
				b.clearVariantFacts(&r.Variants[i].baseFacts)
			}
		}
	}
	t.applyIdentity(&b, ref)
	return b, b.Distribution != ""
}

// distribution decides what the image is made of and reads the release, as it
// is written: "12", "3.20.1", or "" when it is unknown.
func (t *table) distribution(ref Reference, words []string, r *repository, layers []*baseFacts) (d *distribution, version string, from []Source) {
	if !r.Fixed {
		if unknownTag(ref) {
			return nil, "", nil
		}
		if d, version, ok := t.bases().byWord(words); ok {
			return d, version, tagSource(ref)
		}
	}
	for _, facts := range layers {
		if facts.Distribution != "" {
			d = t.bases().byID[facts.Distribution]
			from = t.sources(facts.Evidence[BaseDistribution])
		}
	}
	if d == nil {
		return nil, "", nil
	}
	if r.Fixed {
		from = []Source{{Method: BySource, Repository: ref.Name(), Note: "the repository is of that distribution"}}
	}
	switch r.Release {
	case "tag":
		version = versionText(ref.Tag)
		for _, release := range d.Releases {
			if release.Codename != "" && hasWord(words, release.Codename) {
				version = release.Version
			}
		}
	case "repository":
		version = releaseInName(ref.Repository)
	}
	return d, version, from
}

func tagSource(ref Reference) []Source {
	return []Source{{Method: BySource, Repository: ref.Name(), Path: ref.Tag, Note: "the tag says so"}}
}

// releaseInName reads the release that a repository's name carries: ubi9/ubi,
// ubi8-minimal, distroless/static-debian12.
func releaseInName(path string) string {
	for _, marker := range []string{"-debian", "ubi"} {
		for rest, ok := path, true; ok; {
			if _, rest, ok = strings.Cut(rest, marker); ok && versionText(rest) != "" {
				return versionText(rest)
			}
		}
	}
	return ""
}

// applyDistribution sets what the distribution brings. unmodified says that the
// image is the distribution's and nothing was added: only then is a tool that
// the distribution lacks known to be absent.
func (t *table) applyDistribution(b *Base, d *distribution, version string, unmodified bool) {
	b.Distribution, b.Packages, b.Shell, b.Libc = d.ID, d.Packages, d.Shell, d.Libc
	b.setTools(d.Has, nil)
	if unmodified {
		b.setTools(nil, d.Lacks)
	}
	b.distributionTools = maps.Clone(b.tools)
	for field, sources := range d.Evidence {
		t.cite(b, field, sources)
	}
	// Distroless images are made of Debian's packages and age with them.
	aging := d
	if d.ID == Distroless {
		aging = t.bases().byID[Debian]
	}
	if n := parseVersion(version); len(aging.Releases) == 0 || len(n) >= len(parseVersion(aging.Releases[0].Version)) {
		b.Release = version // alpine:3 is no release; alpine:3.99 is one the table does not list
	}
	b.version = version
	if r, ok := releaseOf(aging.Releases, parseVersion(version)); ok {
		b.Release, b.Codename = r.Version, r.Codename
	}
	for _, a := range d.Accounts {
		if a.Releases == "" || inRange(parseVersion(b.Release), a.Releases) {
			b.Accounts = append(b.Accounts, a.Account)
		}
	}
}

// applyBaseFacts replaces a distribution's facts by its repository's. Tools are only
// known for the distribution they were noted with: the full Debian variant of
// a language has curl, its Alpine variant is Alpine.
func (t *table) applyBaseFacts(b *Base, f *baseFacts, d *distribution) {
	if f.Packages != "" {
		b.Packages = f.Packages
		t.cite(b, BasePackages, f.Evidence[BasePackages])
	}
	if f.Shell != "" {
		b.Shell = f.Shell
		t.cite(b, BaseShell, f.Evidence[BaseShell])
	}
	if f.Libc != "" {
		b.Libc = f.Libc
		t.cite(b, BaseLibc, f.Evidence[BaseLibc])
	}
	if f.Entrypoint != nil {
		b.Entrypoint = f.Entrypoint
		t.cite(b, BaseEntrypoint, f.Evidence[BaseEntrypoint])
	}
	if f.Accounts != nil {
		b.Accounts = slices.Clone(f.Accounts)
		t.cite(b, BaseAccounts, f.Evidence[BaseAccounts])
	}
	if f.Default != nil {
		b.Default = *f.Default
		t.cite(b, BaseDefault, f.Evidence[BaseDefault])
	}
	if (len(f.Has) > 0 || len(f.Lacks) > 0) && (f.Distribution == "" || f.Distribution == d.ID) {
		b.tools = maps.Clone(b.distributionTools)
		b.setTools(f.Has, f.Lacks)
		t.cite(b, BaseTools, f.Evidence[BaseTools])
	}
}

// applyIdentity takes the identities from the image table: one place holds them.
func (t *table) applyIdentity(b *Base, ref Reference) {
	e, ok := t.lookup(ref)
	if !ok {
		return
	}
	b.Default = e.Default
	if sources := e.Provenance[FieldDefault]; sources != nil {
		b.Provenance[BaseDefault] = sources
	}
	id, ok := e.RunAs()
	if !ok || id.Name == "" || !id.KnownGID {
		return
	}
	if _, known := b.Account(id.Name); !known {
		field := FieldService
		if e.Service == nil {
			field = FieldDefault
		}
		b.Accounts = append(b.Accounts, Account{Name: id.Name, UID: id.UID, GID: id.GID})
		b.Provenance[BaseAccounts] = slices.Concat(b.Provenance[BaseAccounts], e.Provenance[field])
	}
}

// clearVariantFacts clears what a variant has different, for a reference that does not
// name the variant.
func (b *Base) clearVariantFacts(f *baseFacts) {
	forget := func(field BaseField, differs bool, clear func()) {
		if differs {
			clear()
			delete(b.Provenance, field)
		}
	}
	forget(BasePackages, f.Packages != "", func() { b.Packages = "" })
	forget(BaseShell, f.Shell != "", func() { b.Shell = "" })
	forget(BaseLibc, f.Libc != "", func() { b.Libc = "" })
	forget(BaseEntrypoint, f.Entrypoint != nil, func() { b.Entrypoint = nil })
	forget(BaseAccounts, f.Accounts != nil, func() { b.Accounts = nil })
	forget(BaseTools, len(f.Has)+len(f.Lacks) > 0, func() { clear(b.tools) })
}

func (b *Base) setTools(has, lacks []string) {
	for _, tool := range has {
		b.tools[tool] = true
	}
	for _, tool := range lacks {
		b.tools[tool] = false
	}
}

// cite replaces the sources of a field; none at all makes it unverified.
func (t *table) cite(b *Base, f BaseField, sources []sourceInFile) {
	b.Provenance[f] = t.sources(sources)
}

func (t *table) sources(list []sourceInFile) []Source {
	out := make([]Source, 0, len(list))
	for _, s := range list {
		out = append(out, t.source(s))
	}
	return out
}
