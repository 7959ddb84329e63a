package image

import (
	"slices"
	"strings"
	"time"
)

// A Question is something that a registry can be asked about one reference.
// Questions are bits, so that several can be asked together.
type Question uint8

// What a registry can be asked.
const (
	// AskDigest is what the reference points to now: Digest, Index.
	AskDigest Question = 1 << iota

	// AskVersion is which tag names the same image more precisely: Version.
	AskVersion

	// AskConfig is the image's configuration: Config, Created, Platforms.
	AskConfig

	// AskPin is about a reference with a digest: Pin, and with a tag beside it
	// Digest, what the tag points to now.
	AskPin

	// AskSignatures is what is attached to the digest: Signatures.
	AskSignatures

	// AskFile is about a file that a build downloads, and about no image: File.
	AskFile
)

// An Answer is what a registry said of one reference, at one moment. Which fields
// have a meaning follows from what was asked. It is shared and must not be
// changed.
type Answer struct {
	Ref   string    // [Wish.Key]: "docker.io/library/nginx:1.27", or the address of a file
	Asked Question  // the questions that are answered, or failed
	At    time.Time // when the registry said so, UTC; long ago where it was kept since

	// Failed are those of Asked that have no answer, and Failure is why, of the
	// first of them. A Failure without Failed is of all that was asked. Fields of other
	// questions are true beside it.
	Failed  Question
	Failure *Failure

	// Old is why the registry could not be asked again, where a part of the answer was
	// kept for longer than such answers are believed; nil mostly.
	Old *Failure

	Digest    string   // "sha256:…", what the tag points to: the index of all platforms where there is one
	Index     bool     // Digest is of an index, not of the one platform that exists
	Platforms []string // of the index, sorted: "linux/amd64", "linux/arm/v7"; nil when it was not read

	// Version is the tag that names the same digest most precisely and keeps the
	// words of the variant: "22.23.2-slim" for "22-slim". It is "" where there is none.
	Version string

	Pin *Pinned // of the digest that the reference has; nil when it was not asked

	Config  *Config   // nil when it was not asked
	Created time.Time // of the configuration, UTC; zero where it does not say, or says 1970

	Signatures *Signatures // nil when it was not asked

	File *RemoteFile // nil when it was not asked
}

// RemoteFile is what a download brought.
type RemoteFile struct {
	Checksum string // "sha256:…"
	Size     int64  // bytes
}

// Pinned is what a registry says of the digest that a reference has.
type Pinned struct {
	Gone     bool   // there is no such digest any more
	Platform string // the only platform that the digest is of: "linux/amd64"; "" for an index
	Listed   bool   // the index that the tag points to now has the digest as one of its platforms

	// Created is when the image of the digest was made, and TagCreated when the one
	// was that the tag points to now; UTC, zero where unknown.
	Created, TagCreated time.Time
}

// Signatures is what a registry has beside a digest.
type Signatures struct {
	Cosign       int      // signatures by cosign, as a tag or as referrers
	Attestations int      // attestations by cosign or as in-toto bundles
	SBOMs        int      // bills of materials
	Notation     int      // signatures by notation
	Types        []string // media or artifact types that were found, sorted
}

// None reports whether nothing at all is attached.
func (s Signatures) None() bool { return s.Cosign+s.Attestations+s.SBOMs+s.Notation == 0 }

// FailureKind classifies a [Failure]; the kinds are stable.
type FailureKind string

// Why a registry gave no answer.
const (
	NotFound    FailureKind = "not-found"   // no such repository, tag or digest, or none that one may see
	Denied      FailureKind = "denied"      // credentials are missing or not accepted
	RateLimited FailureKind = "rate-limit"  // the registry answers no more questions for now
	Unreachable FailureKind = "unreachable" // no connection, no answer in time, no such host
	BadAnswer   FailureKind = "bad-answer"  // the registry said what no registry may say
	NotAsked    FailureKind = "not-asked"   // offline and not kept, or the host is not allowed
)

// A Failure is why a registry gave no answer.
type Failure struct {
	Kind FailureKind
	Text string // a clause for people, lower case, no full stop, safe to show: "registry-1.docker.io: no answer within 10 s"
}

// Answers reports whether all of the questions were answered or failed.
func (a *Answer) Answers(q Question) bool { return a != nil && a.Asked&q == q }

// Known reports whether all of the questions were answered.
func (a *Answer) Known(q Question) bool { return a.Answers(q) && a.failed()&q == 0 }

// failed are the questions that have no answer.
func (a *Answer) failed() Question {
	switch {
	case a.Failure == nil:
		return 0
	case a.Failed == 0:
		return a.Asked
	}
	return a.Failed
}

// With returns a with what a later answer about the same reference adds. a may
// be nil.
func (a *Answer) With(later *Answer) *Answer {
	if a == nil {
		return later
	}
	sum := *a
	sum.Asked |= later.Asked
	sum.At = later.At
	if later.Old != nil {
		sum.Old = later.Old
	}
	// What was asked again is answered by the later answer alone.
	if sum.Failed = a.failed() &^ later.Asked; sum.Failed == 0 {
		sum.Failure = later.Failure
	}
	sum.Failed |= later.failed()
	if later.Digest != "" {
		sum.Digest, sum.Index = later.Digest, later.Index
	}
	if later.Platforms != nil {
		sum.Platforms = later.Platforms
	}
	if later.Asked&AskVersion != 0 {
		sum.Version = later.Version
	}
	if later.Pin != nil {
		sum.Pin = later.Pin
	}
	if later.Config != nil {
		sum.Config = later.Config
	}
	if !later.Created.IsZero() {
		sum.Created = later.Created
	}
	if later.Signatures != nil {
		sum.Signatures = later.Signatures
	}
	if later.File != nil {
		sum.File = later.File
	}
	return &sum
}

// A Wish is a reference with the questions that nothing answers yet.
type Wish struct {
	Ref Reference
	Ask Question

	// URL is the address of a file, which is asked about with AskFile alone. Ref is
	// empty then.
	URL string
}

// Key is what the wish is about: the full form of the reference, or the address of a
// file.
func (w Wish) Key() string {
	if w.URL != "" {
		return w.URL
	}
	return w.Ref.String()
}

// SortWishes sorts by what they are about and joins those about one thing.
func SortWishes(wishes []Wish) []Wish {
	slices.SortStableFunc(wishes, func(a, b Wish) int { return strings.Compare(a.Key(), b.Key()) })
	out := wishes[:0]
	for _, w := range wishes {
		if n := len(out); n > 0 && out[n-1].Key() == w.Key() {
			out[n-1].Ask |= w.Ask
			continue
		}
		out = append(out, w)
	}
	return out
}

// ConfigAnswer is the answer that the image of a name has a configuration. It
// panics on a name that is no reference.
func ConfigAnswer(name string, c Config) *Answer {
	ref, err := ParseReference(name)
	if err != nil {
		panic(err)
	}
	return &Answer{Ref: ref.String(), Asked: AskConfig, Config: &c}
}
