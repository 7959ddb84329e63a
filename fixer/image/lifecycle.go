package image

import (
	"slices"
	"strings"
	"time"
)

// Day is the day that ends of support are compared with, as 2006-01-02: that of
// the tables. Rules have no clock, and a result does not change with the day
// on which it is asked for.
const Day = "2026-11-29"

// A Lifecycle is the period of support of one release of something that an image
// is made of: its distribution, or software that the tag has the version of.
type Lifecycle struct {
	Of       string // "Debian 12 (bookworm)", "Node.js 18"
	End      string // last day of regular support, as 2006-01-02
	Extended string // last day of extended support, "" when there is none
	Free     bool   // everybody receives the updates of extended support
	Verified bool   // the dates were read in a source
	Sources  []Source

	// Before is set where the table does not list the release itself: it is older
	// than this one, whose dates these are.
	Before string

	product *product
	version []int
}

// Ended reports whether regular support is over on a day, given as 2006-01-02.
func (l Lifecycle) Ended(day string) bool { return day > l.End }

// EndedExtended reports whether extended support is over on a day as well.
func (l Lifecycle) EndedExtended(day string) bool { return l.Ended(day) && day > l.Extended }

// Evidence says in one sentence until when a release is supported.
func (l Lifecycle) Evidence() Statement {
	of := l.Of
	if l.Before != "" {
		of = l.Before
	}
	claim := of + " receives security updates until " + l.End
	if l.Ended(Day) {
		claim = of + " received security updates until " + l.End
	}
	if l.Extended != "" {
		claim += ", extended until " + l.Extended
	}
	return state(claim, l.Sources)
}

// Next returns the releases that a person can move to from one that has ended.
func (l Lifecycle) Next() []Release { return l.product.next(l.version) }

// Left says that a publisher has left a repository: its images receive no updates.
type Left struct {
	Note    string // what happened, as a clause: "no release tag is updated since July 2022"
	Advice  string // what to do, without a full stop
	Same    string // a repository with the same software under the same tags, "" when there is none
	Sources []Source

	repository string // short form
	product    *product
	next       []Release // of the product that takes its place
}

// Evidence says in one sentence what happened to the repository.
func (l *Left) Evidence() Statement {
	return state(l.repository+" is no longer maintained: "+l.Note, l.Sources)
}

// A Release is one that advice names.
type Release struct {
	Of       string // "PostgreSQL 16"
	End      string // last day of regular support; "" where none is announced
	Version  string // "16"
	Codename string // "trixie"; "" where it has none
}

// ToBeginWith returns the release of a product, by its id in the table, to begin something
// new with: the newest that is supported for a year or longer, or whose end is not announced. Of
// a product that the table does not have it is the zero Release.
func ToBeginWith(product string) Release {
	p := loadTable().lifecycles().products[product]
	if p == nil {
		return Release{}
	}
	for _, r := range p.releases() { // the newest first
		if !slices.Contains(p.Avoid, r.Version) && (r.End == "" || r.End >= monthsFrom(enoughMonths)) {
			return p.release(r)
		}
	}
	return Release{}
}

// release is what people read of a release of the table.
func (p *product) release(r release) Release {
	return Release{Of: p.named(r), End: r.End, Version: r.Version, Codename: r.Codename}
}

// enough and little are how much support a release that advice names must have
// left: the former where one has that much, the latter in any case.
const (
	enoughMonths = 12
	littleMonths = 3
)

// monthsFrom is the day that many months after Day.
func monthsFrom(months int) string {
	day, err := time.Parse(time.DateOnly, Day)
	if err != nil {
		panic(err)
	}
	return day.AddDate(0, months, 0).Format(time.DateOnly)
}

// next returns the releases to name to somebody who has a version: the nearest and the
// newest of those that are supported long enough. Releases without an
// announced end count where no other is left.
func (p *product) next(version []int) []Release {
	var enough, little, open []release
	for _, r := range slices.Backward(p.releases()) { // the oldest first
		switch {
		case compareVersions(version, parseVersion(r.Version)) > 0, slices.Contains(p.Avoid, r.Version): // older
		case r.End == "":
			open = append(open, r)
		case r.End >= monthsFrom(enoughMonths):
			enough = append(enough, r)
		case r.End >= monthsFrom(littleMonths):
			little = append(little, r)
		}
	}
	named := func(list ...release) []Release {
		out := make([]Release, 0, len(list))
		for _, r := range list {
			out = append(out, p.release(r))
		}
		return out
	}
	switch {
	case len(enough) > 1:
		return named(enough[0], enough[len(enough)-1])
	case len(enough) == 1 && len(open) > 0 && compareVersions(parseVersion(open[len(open)-1].Version), parseVersion(enough[0].Version)) > 0:
		return named(enough[0], open[len(open)-1])
	case len(enough) == 1:
		return named(enough[0])
	case len(open) > 0:
		return named(open[len(open)-1])
	case len(little) > 0:
		return named(little[len(little)-1])
	}
	return nil
}

// advice says in a sentence without a full stop which release to use.
func (p *product) advice(next []Release) string {
	switch {
	case p.Instead != "":
		return p.Instead
	case len(next) == 0:
		return "Use the newest release of " + p.Name
	}
	text := "Use " + next[0].Of
	if next[0].End == "" {
		return text + " or newer"
	}
	text += ", supported until " + next[0].End
	if len(next) > 1 {
		text += ", or " + strings.TrimPrefix(next[1].Of, p.Name+" ")
		if next[1].End != "" {
			text += ", until " + next[1].End
		}
	}
	return text
}

// An EndOfLife is why an image is no longer supported on [Day], and what to do.
type EndOfLife struct {
	// Over says that nobody receives updates any more without paying or registering;
	// otherwise free long-term support goes on.
	Over bool

	Reasons  []string // clauses: "PostgreSQL 14 received its last security updates on 2026-11-12"
	Advice   []string // sentences without a full stop
	Evidence []Statement

	// Same is a reference to the same software at the same tag that is supported, ""
	// when none is known.
	Same string
}

// EndOfLife returns what of the image is no longer supported; ok is false where all
// that is known of it is.
func (k *Knowledge) EndOfLife() (e EndOfLife, ok bool) {
	if l := k.Left; l != nil {
		e.Over = true
		e.Reasons = append(e.Reasons, l.Note)
		e.Evidence = append(e.Evidence, l.Evidence())
		e.Advice = append(e.Advice, l.Advice)
		if len(l.next) > 0 {
			e.Advice[0] += ": " + strings.TrimPrefix(l.product.advice(l.next), "Use ")
		}
		e.Same = k.same()
	}
	for _, l := range k.Lifecycles {
		if !l.Ended(Day) {
			continue
		}
		reason, over := k.reason(l)
		e.Over = e.Over || over
		e.Reasons = append(e.Reasons, reason)
		e.Evidence = append(e.Evidence, l.Evidence())
		if k.Left != nil && len(k.Left.next) > 0 {
			continue // what takes its place is named
		}
		e.Advice = append(e.Advice, l.product.advice(l.Next()))
		if l.product.Move != "" {
			e.Advice = append(e.Advice, l.product.Move)
		}
	}
	return e, len(e.Reasons) > 0
}

// reason says of a release that has ended what that means, and whether nobody
// receives updates for nothing any more.
func (k *Knowledge) reason(l Lifecycle) (text string, over bool) {
	switch last := " received its last security updates on "; {
	case k.Base.Distribution == Distroless && l.product.ID == string(Debian):
		return "distroless images are no longer built from " + l.Of, true
	case l.Before != "":
		return l.Of + " is older than " + l.Before + ", which" + last + l.End, true
	case l.Extended <= l.End:
		return l.Of + last + l.End, true
	case l.EndedExtended(Day):
		return "long-term support of " + l.Of + " ended on " + l.Extended, true
	case l.Free:
		return l.Of + " has only long-term support since " + l.End + " (until " + l.Extended + ")", false
	default:
		return l.Of + last + l.End + " (until " + l.Extended + ", only paying or registered users receive updates)", true
	}
}

// same returns the reference to the repository that has the same software under the
// tag, where what is known of that one has not ended.
func (k *Knowledge) same() string {
	if k.Left.Same == "" || k.Ref.Tag == "" || k.Ref.Digest != "" {
		return ""
	}
	moved, err := ParseReference(k.Left.Same + ":" + k.Ref.Tag)
	if err != nil {
		return ""
	}
	if e, ended := KnowledgeOf(moved.String(), nil).EndOfLife(); ended && e.Over {
		return ""
	}
	return moved.Familiar()
}

// Releases returns the releases of a product, by its id in the table, the newest first: those
// that are supported for a while, without those that nothing should begin with.
func Releases(product string) []Release {
	p := loadTable().lifecycles().products[product]
	if p == nil {
		return nil
	}
	var out []Release
	for _, r := range p.releases() {
		if !slices.Contains(p.Avoid, r.Version) && (r.End == "" || r.End >= monthsFrom(littleMonths)) {
			out = append(out, p.release(r))
		}
	}
	return out
}
