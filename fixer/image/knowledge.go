package image

import (
	"slices"
	"strconv"
	"strings"
)

// Knowledge is all that is known of an image by its name: what the two tables
// hold of it, and over that, field by field, what its registry reported. Methods give
// the facts that several of the three may hold, each with where it comes from;
// what only a table knows (where the software writes, which capabilities it
// needs, which tools there are) is in Entry and Base.
type Knowledge struct {
	Name string // as it was given

	// Ref is the name as it was read.
	Ref Reference

	// Err says why the name cannot be read; nothing is known then.
	Err error

	// Entry is what the image table knows; nil when it does not know the image.
	// What a registry reported replaces what the table holds.
	Entry *Entry

	// Base is what is known of the image as a base image, HasBase
	// whether that is anything.
	Base    Base
	HasBase bool

	// Lifecycles are the periods of support: of the distribution's release, and of
	// the software that the tag has the version of (Node.js 18). Left is set when
	// the publisher has left the repository.
	Lifecycles []Lifecycle
	Left       *Left

	// Config is what the registry reported; nil when it was not contacted.
	Config *Config

	platforms    []string // of the software in it: "jvm"
	tableVolumes []Volume // the table's, before the registry's replaced them
}

// KnowledgeOf collects what is known of the image that a name refers to. config
// is its configuration as a registry reported it, or nil.
//
// It is the one way to the tables. Rules use fixer.Facts.Image, which
// holds the answers of registries.
func KnowledgeOf(name string, config *Config) *Knowledge {
	k := &Knowledge{Name: name, Config: config}
	ref, err := ParseReference(name)
	if err != nil {
		k.Err = err
		return k
	}
	k.Ref = ref
	k.Entry, _ = lookup(ref)
	k.Base, k.HasBase = baseOf(ref)
	loadTable().support(k)
	if config != nil {
		k.overlay()
	}
	return k
}

// RunsJava reports whether the image is one of a Java platform, or of something that
// runs on it.
func (k *Knowledge) RunsJava() bool { return slices.Contains(k.platforms, "jvm") }

// overlay replaces facts of the tables by the registry's. What the software listens
// on, writes and needs is in no configuration, so these stay the table's.
func (k *Knowledge) overlay() {
	sources := func(what string) []Source { return []Source{{Method: ByRegistry, Note: what}} }
	user := sources("USER " + strconv.Quote(k.Config.User))
	if k.HasBase {
		k.Base.Default, k.Base.Provenance[BaseDefault] = k.user(), user
		k.Base.Entrypoint = append([]string{}, k.Config.Entrypoint...) // never nil: it is known
		k.Base.Provenance[BaseEntrypoint] = sources("ENTRYPOINT")
	}
	e := k.Entry
	if e == nil {
		return
	}
	k.tableVolumes = e.Volumes
	e.Default, e.Provenance[FieldDefault] = k.user(), user
	e.Volumes, e.Provenance[FieldVolumes] = k.Volumes().Value, sources("VOLUME")
	e.Healthcheck.Builtin, e.Provenance[FieldHealthcheck] = k.HasHealthcheck().Value, sources("HEALTHCHECK")
}

// ParseUser reads the value of USER: "1000", "1000:1000", "app", "app:app".
// An empty value is root.
func ParseUser(s string) Identity {
	user, group, grouped := strings.Cut(strings.TrimSpace(s), ":")
	if user == "" {
		return Identity{KnownUID: true, KnownGID: true, Numeric: true}
	}
	id := Identity{Name: user}
	if n, err := strconv.Atoi(user); err == nil && n >= 0 {
		id = Identity{UID: n, KnownUID: true, Numeric: true}
	} else if user == "root" {
		id.KnownUID = true
	}
	if n, err := strconv.Atoi(group); grouped && err == nil && n >= 0 {
		id.GID, id.KnownGID = n, true
	}
	return id
}

// KnownOfficial reports whether a reference is that of an official image of the
// Docker Hub that the image table knows.
func KnownOfficial(ref Reference) bool {
	if ref.Registry != DockerHub || !strings.HasPrefix(ref.Repository, officialPath) {
		return false
	}
	_, known := lookup(ref)
	return known
}

// Listed reports whether the tables know anything of an image, by its name at least.
func Listed(ref Reference) bool {
	if _, known := lookup(ref); known {
		return true
	}
	_, known := baseOf(ref)
	return known
}
