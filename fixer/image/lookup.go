package image

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
)

// lookup finds what the table knows of an image at its tag. Of several entries
// the most specific answers: a whole repository name before a pattern
// (docker.io/bitnami/*), a longer pattern before a shorter one, an entry for
// some tags (php:*-apache) before one for all.
//
// A repository that nobody knows may have the name of one that is known: see
// [Entry.ByName].
//
// A reference with a digest and no tag does not name the variant: every
// fact that differs between variants is then unknown or unverified. Images for
// Windows containers are never found.
func lookup(ref Reference) (*Entry, bool) { return loadTable().lookup(ref) }

func (t *table) lookup(asked Reference) (*Entry, bool) {
	ref := asked.resolveMirror()
	if isWindows(ref.Words()) {
		return nil, false
	}
	var e *Entry
	ok := false
	if hardenedRegistries[ref.Registry] {
		e, ok = loadHardened().known(ref)
	}
	if !ok {
		e, ok = t.known(ref)
	}
	if !ok {
		e, ok = t.byName(ref)
	}
	if !ok {
		return nil, false
	}
	e.Image = evidenceName(asked)
	return e, true
}

// known finds the entry of a family that names the repository.
func (t *table) known(ref Reference) (*Entry, bool) {
	words := ref.Words()
	best, score := -1, [3]int{}
	consider := func(i int) {
		if s, ok := t.Families[i].match(ref, words); ok && (best < 0 || slices.Compare(s[:], score[:]) > 0) {
			best, score = i, s
		}
	}
	for _, i := range t.exact[ref.Name()] {
		consider(i)
	}
	if best < 0 {
		for _, i := range t.globs {
			consider(i)
		}
	}
	if best < 0 {
		return nil, false
	}
	f := t.family(best)
	if f == nil {
		return nil, false
	}
	e := t.entry(f, ref)
	e.fillName(path.Base(ref.Repository))
	return e, true
}

// resolveMirror returns the Docker Hub name of an image that is named by a registry
// which mirrors it, the official ones or all of the hub, or by another host of the hub.
func (r Reference) resolveMirror() Reference {
	rest, official := strings.CutPrefix(r.Repository, "docker/library/")
	switch {
	case r.Registry == "public.ecr.aws" && official:
		r.Registry, r.Repository = DockerHub, officialPath+rest
	case r.Registry == "mirror.gcr.io", CanonicalHost(r.Registry) == DockerHub:
		r.Registry = DockerHub
	}
	return r
}

// match reports whether the family covers the reference, and how specifically:
// by the literal length of the repository, by words, by version.
func (f *heading) match(ref Reference, words []string) (score [3]int, ok bool) {
	name := ref.Name()
	for _, repo := range f.Repos {
		n := 0
		switch {
		case repo == name:
			n = 1 + len(repo)
		case strings.Contains(repo, "*") && glob(repo, name):
			n = len(repo)
		}
		score[0] = max(score[0], n)
	}
	if score[0] == 0 {
		return score, false
	}
	for _, w := range f.Except {
		if hasWord(words, w) {
			return score, false
		}
	}
	// Entries for some tags only: a bare digest may be any of them.
	if f.restricts() && unknownTag(ref) || !f.selects(ref, words) {
		return score, false
	}
	if len(f.Words) > 0 {
		score[1] = 1
	}
	if f.Version != "" {
		score[2] = 1
	}
	return score, true
}

// unknownTag reports whether the reference names the image by digest alone.
func unknownTag(ref Reference) bool { return ref.Tag == "" && ref.Digest != "" }

func (s selector) restricts() bool { return len(s.Words) > 0 || s.Version != "" }

func (s selector) selects(ref Reference, words []string) bool {
	if s.Version != "" && !inRange(ref.Version(), s.Version) {
		return false
	}
	one := func(patterns []string) bool {
		return len(patterns) == 0 || slices.ContainsFunc(patterns, func(w string) bool { return hasWord(words, w) })
	}
	return one(s.Words) && one(s.Also)
}

// entry applies to the family's facts, and before them to those of the family it
// comes from, the variants that match, in their order.
func (t *table) entry(f *family, ref Reference) *Entry {
	e := &Entry{
		Provenance: map[Field][]Source{},
		NonRoot:    NonRoot{Support: SupportUnknown}, ReadOnly: ReadOnly{Support: SupportUnknown},
	}
	if i := slices.IndexFunc(t.Families, func(h heading) bool { return h.ID == f.From }); i >= 0 && f.From != f.ID {
		if from := t.family(i); from != nil {
			e = t.entry(from, ref.versionFrom(f.VersionWord))
			t.derive(e, f)
		}
	}
	e.ID = f.ID
	t.applyFacts(e, &f.facts)
	for i := range f.Variants {
		v := &f.Variants[i]
		switch {
		case unknownTag(ref):
			e.markVariantFacts(&v.facts, v.Without)
		case v.selects(ref, ref.Words()):
			for _, field := range v.Without {
				e.clearField(field)
			}
			t.applyFacts(e, &v.facts)
		}
	}
	return e
}

// derive adds to the sources of every field that the image is made from another.
func (t *table) derive(e *Entry, f *family) {
	if f.Derived == nil {
		return
	}
	for field, sources := range e.Provenance {
		e.Provenance[field] = append(slices.Clip(sources), t.source(*f.Derived))
	}
}

// versionFrom is the reference with the version that a word of its tag has after
// the prefix: 2.17-pg16 is 16. Without such a word nothing is known of the
// version.
func (r Reference) versionFrom(prefix string) Reference {
	if prefix == "" || r.Tag == "" {
		return r
	}
	words := strings.Split(strings.ToLower(r.Tag), "-")
	version := ""
	words = slices.DeleteFunc(words, func(w string) bool {
		number, is := strings.CutPrefix(w, prefix)
		if is && number != "" && isDigits(strings.ReplaceAll(number, ".", "")) {
			version = number
			return true
		}
		return versionText(w) != ""
	})
	r.Tag = strings.Join(append([]string{cmp.Or(version, "latest")}, words...), "-")
	return r
}

// fillName puts the last part of the repository's name into the paths that have
// it: a publisher of many applications gives each the same directories.
func (e *Entry) fillName(name string) {
	const hole = "<name>"
	fill := func(at string) string { return strings.ReplaceAll(at, hole, name) }
	if slices.ContainsFunc(e.Writable, func(w WritablePath) bool { return strings.Contains(w.Path, hole) }) {
		e.Writable = slices.Clone(e.Writable)
		for i := range e.Writable {
			e.Writable[i].Path = fill(e.Writable[i].Path)
		}
	}
	if slices.ContainsFunc(e.Volumes, func(v Volume) bool { return strings.Contains(v.Path, hole) }) {
		e.Volumes = slices.Clone(e.Volumes)
		for i := range e.Volumes {
			e.Volumes[i].Path = fill(e.Volumes[i].Path)
		}
	}
}

// evidenceName is how evidence names an image: without digest, which nobody reads there.
func evidenceName(ref Reference) string {
	ref.Digest = ""
	return ref.Familiar()
}

// applyFacts replaces facts of the entry. A field that is replaced loses the
// sources of the old one: they were read for other tags.
func (t *table) applyFacts(e *Entry, f *facts) {
	for _, field := range f.fields() {
		e.clearField(field)
	}
	set(&e.Default, f.Default)
	if f.Service != nil {
		service := *f.Service
		e.Service = &service
	}
	set(&e.NonRoot, f.NonRoot)
	set(&e.PrivilegeDrop, f.PrivilegeDrop)
	set(&e.ReadOnly, f.ReadOnly)
	set(&e.CapsRoot, f.CapsRoot)
	set(&e.Healthcheck, f.Healthcheck)
	set(&e.Kubernetes, f.Kubernetes)
	set(&e.Memory, f.Memory)
	replace(&e.Writable, f.Writable)
	replace(&e.Volumes, f.Volumes)
	replace(&e.Ports, f.Ports)
	replace(&e.CapsNonRoot, f.CapsNonRoot)
	replace(&e.SecretFileEnv, f.SecretFileEnv)
	replace(&e.NoPassword, f.NoPassword)
	replace(&e.Alternatives, f.Alternatives)
	replace(&e.Gotchas, f.Gotchas)
	if f.Versions != "" {
		e.Versions = f.Versions
	}
	for field, sources := range f.Evidence {
		resolved := make([]Source, 0, len(sources))
		for _, s := range sources {
			resolved = append(resolved, t.source(s))
		}
		e.Provenance[field] = resolved
	}
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func replace[T any](to *[]T, from []T) {
	if from != nil {
		*to = from
	}
}

// fields lists the fields that are set.
func (f *facts) fields() []Field {
	said := map[Field]bool{
		FieldDefault: f.Default != nil, FieldService: f.Service != nil, FieldNonRoot: f.NonRoot != nil,
		FieldPrivilegeDrop: f.PrivilegeDrop != nil, FieldReadOnly: f.ReadOnly != nil, FieldWritable: f.Writable != nil,
		FieldVolumes: f.Volumes != nil, FieldPorts: f.Ports != nil, FieldCapsRoot: f.CapsRoot != nil,
		FieldCapsNonRoot: f.CapsNonRoot != nil, FieldHealthcheck: f.Healthcheck != nil,
		FieldSecretFileEnv: f.SecretFileEnv != nil, FieldNoPassword: f.NoPassword != nil, FieldAlternatives: f.Alternatives != nil,
		FieldKubernetes: f.Kubernetes != nil, FieldMemory: f.Memory != nil, FieldGotchas: f.Gotchas != nil,
	}
	maps.DeleteFunc(said, func(_ Field, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(said))
}

// clearField clears a field and its sources.
func (e *Entry) clearField(f Field) {
	delete(e.Provenance, f)
	switch f {
	case FieldDefault:
		e.Default = Identity{}
	case FieldService:
		e.Service = nil
	case FieldNonRoot:
		e.NonRoot = NonRoot{Support: SupportUnknown}
	case FieldPrivilegeDrop:
		e.PrivilegeDrop = PrivilegeDrop{}
	case FieldReadOnly:
		e.ReadOnly = ReadOnly{Support: SupportUnknown}
	case FieldWritable:
		e.Writable = nil
	case FieldVolumes:
		e.Volumes = nil
	case FieldPorts:
		e.Ports = nil
	case FieldCapsRoot:
		e.CapsRoot = Caps{}
	case FieldCapsNonRoot:
		e.CapsNonRoot = nil
	case FieldHealthcheck:
		e.Healthcheck = Healthcheck{}
	case FieldSecretFileEnv:
		e.SecretFileEnv = nil
	case FieldNoPassword:
		e.NoPassword = nil
	case FieldAlternatives:
		e.Alternatives = nil
	case FieldKubernetes:
		e.Kubernetes = Kubernetes{}
	case FieldMemory:
		e.Memory = Memory{}
	case FieldGotchas:
		e.Gotchas = nil
	}
}

// markVariantFacts marks what a variant has different as unknown, for a reference that
// does not name the variant.
func (e *Entry) markVariantFacts(f *facts, without []Field) {
	differ := append(f.fields(), without...)
	for field := range f.Evidence { // a variant may only take the proof away
		differ = append(differ, field)
	}
	for _, field := range differ {
		switch field {
		case FieldDefault:
			e.Default = Identity{}
		case FieldService:
			if e.Service != nil {
				e.Service = &Identity{Name: e.Service.Name}
			}
		case FieldNonRoot:
			e.NonRoot.Support = SupportUnknown
		case FieldReadOnly:
			e.ReadOnly.Support = SupportUnknown
		}
		e.Provenance[field] = []Source{{Method: Unverified, Note: "the digest does not tell the variant, and variants differ"}}
	}
}
