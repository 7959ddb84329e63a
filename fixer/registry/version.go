package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/image"
)

// maxProbes is how many tags are tried for one reference.
const maxProbes = 12

// A versionTag is the tag that was found, or "".
type versionTag string

func (v versionTag) valid() bool { return v == "" || tagName().MatchString(string(v)) }

// askVersion looks for the most precise tag of the same digest. Tags are tried in
// the order in which they promise most; one of another digest is never taken.
func (a *asking) askVersion(ctx context.Context, out *image.Answer) error {
	tag := a.tag()
	if tag == "" {
		return nil
	}
	digest := a.ref.Digest
	if digest == "" {
		p, err := a.pointsTo(ctx)
		if err != nil {
			return err
		}
		digest = p.Digest
		out.Digest, out.Index = p.Digest, p.Index
	}
	if precision(tag) >= image.PinVersion {
		return nil
	}
	v, err := recall(ctx, a, "version", a.loc.String()+" "+tag+" "+digest, freshly, func(ctx context.Context) (versionTag, error) {
		return a.findVersion(ctx, tag, digest)
	})
	out.Version = string(v)
	return err
}

func (a *asking) findVersion(ctx context.Context, tag, digest string) (versionTag, error) {
	list, err := a.tags(ctx)
	if err != nil {
		return "", err
	}
	same := func(t string) (bool, error) {
		p, err := a.head(ctx, t)
		gone, err := isGone(err) // listed, and deleted since
		return err == nil && !gone && p.Digest == digest, err
	}
	probes := 0
	for _, c := range candidates(tag, list) {
		if probes++; probes > maxProbes {
			break
		}
		ok, err := same(c.tag)
		if err != nil {
			return "", err
		}
		if !ok {
			continue
		}
		// The version is found; which of its names says most?
		best := c.tag
		for _, more := range c.longer {
			if probes++; probes > maxProbes {
				break
			}
			if ok, err := same(more); err != nil {
				return "", err
			} else if ok {
				best = more
			}
		}
		return versionTag(best), nil
	}
	return "", nil
}

// A candidate is a tag that may name the same image, with those that say the same
// version and more, the longest last.
type candidate struct {
	tag    string
	longer []string
}

// channels are words of tags that say how fresh an image is, and nothing of the
// variant.
var channels = map[string]bool{
	"latest": true, "stable": true, "lts": true, "current": true, "mainline": true, "main": true, "master": true, "release": true,
	"rolling": true, "edge": true, "nightly": true, "dev": true, "devel": true, "next": true, "canary": true,
}

// architectures are words of tags that are of one platform only.
var architectures = map[string]bool{
	"amd64": true, "x86_64": true, "arm64": true, "arm64v8": true, "aarch64": true, "arm": true, "armhf": true, "armv7": true, "arm32v5": true,
	"arm32v6": true, "arm32v7": true, "386": true, "i386": true, "ppc64le": true, "s390x": true, "riscv64": true, "mips64le": true, "loong64": true,
}

var (
	// versionPart is the first part of a tag that is a version: 1.27.3, v3, 3.15.0rc1.
	versionPart = text.Regexp(`^v?[0-9]+(\.[0-9]+)*([a-z]+[0-9]*)?$`)
	// aDate is the first part of a tag that is a day or a month.
	aDate = text.Regexp(`^20[0-9]{4}([0-9]{2})?$`)
	// preRelease is a part that says that a version is not finished.
	preRelease = text.Regexp(`^(rc|alpha|beta|pre|preview|dev|snapshot|nightly|canary|next|ea|m|test|testing|experimental)[0-9.]*$`)
	unfinished = text.Regexp(`[0-9](a|b|rc|alpha|beta|pre|dev)[0-9]*$`)
)

// A parsedTag is a tag of the list that keeps what the reference says.
type parsedTag struct {
	tag     string
	version []int
	extra   int // words that the reference does not have, or has without a version
}

func precision(tag string) image.Pin { return image.Reference{Tag: tag}.Pin() }

// candidates orders the tags that are more precise than a tag, keep its version and
// the words of its variant, and may thus name the same image: releases, the
// newest of each major and of each minor version first, then tags with a date, then
// releases that are not finished.
func candidates(tag string, list []string) []candidate {
	ref := image.Reference{Tag: tag}
	words := slices.DeleteFunc(ref.Words(), func(w string) bool { return channels[w] })
	var releases, dated, early []parsedTag
	for _, t := range list {
		p, kind := compare(ref, words, t)
		switch kind {
		case isRelease:
			releases = append(releases, p)
		case isDated:
			dated = append(dated, p)
		case isEarly:
			early = append(early, p)
		}
	}
	first := inOrder(releases)
	// A few of the others come before the last releases: a channel may be any of
	// these.
	others := append(newest(dated, 3), newest(early, 2)...)
	head := first[:min(len(first), maxProbes-len(others))]
	return slices.Concat(head, others, first[len(head):])
}

type tagKind int

const (
	isOther tagKind = iota
	isRelease
	isDated
	isEarly
)

// compare reads a tag of the list as one that may be more precise than ref.
func compare(ref image.Reference, want []string, tag string) (parsedTag, tagKind) {
	t := image.Reference{Tag: tag}
	p := parsedTag{tag: tag, version: t.Version()}
	words, had := t.Words(), ref.Version()
	if t.Windows() != ref.Windows() || t.Pin() <= ref.Pin() || len(p.version) < len(had) || !slices.Equal(p.version[:len(had)], had) {
		return p, isOther
	}
	if len(had) > 0 && strings.HasPrefix(tag, "v") != strings.HasPrefix(ref.Tag, "v") {
		return p, isOther
	}
	left := slices.Clone(words)
	for _, w := range want {
		i := slices.IndexFunc(left, func(have string) bool { return keeps(have, w) })
		if i < 0 {
			return p, isOther
		}
		if left[i] != w {
			p.extra++
		}
		left = slices.Delete(left, i, i+1)
	}
	if slices.ContainsFunc(left, func(w string) bool { return architectures[w] }) {
		return p, isOther
	}
	p.extra += len(left)
	number, _, _ := strings.Cut(strings.ToLower(tag), "-")
	switch {
	case len(p.version) == 0 && t.Pin() == image.PinVersion && !isHash(tag), len(p.version) == 1 && aDate().MatchString(number):
		return p, isDated
	case len(p.version) == 1 && p.version[0] >= 10_000: // a build, or a commit of digits
		return p, isEarly
	case len(p.version) == 0, !versionPart().MatchString(number), isHash(number):
		return p, isOther
	case unfinished().MatchString(number), slices.ContainsFunc(left, preRelease().MatchString):
		return p, isEarly
	}
	return p, isRelease
}

// keeps reports whether a word of a tag says what a wanted one does: the same, or
// with a version: alpine3.22 for alpine.
func keeps(have, want string) bool {
	rest, ok := strings.CutPrefix(have, want)
	return ok && (rest == "" || rest[0] >= '0' && rest[0] <= '9')
}

// isHash reports whether a text is an abbreviated commit.
func isHash(s string) bool {
	return len(s) >= 7 && strings.Trim(s, "0123456789abcdef") == "" && strings.ContainsAny(s, "abcdef")
}

// inOrder groups releases by version and puts the most promising versions first:
// by turns the newest of each major version and the newest of each minor one.
func inOrder(tags []parsedTag) []candidate {
	byVersion := func(a, b parsedTag) int { return slices.Compare(b.version, a.version) }
	slices.SortFunc(tags, func(a, b parsedTag) int {
		return cmp.Or(byVersion(a, b), cmp.Compare(a.extra, b.extra), cmp.Compare(len(a.tag), len(b.tag)), strings.Compare(a.tag, b.tag))
	})
	var groups [][]parsedTag
	for i, t := range tags {
		if i == 0 || byVersion(tags[i-1], t) != 0 {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], t)
	}
	var order []int
	majors, minors := leaders(groups, 1), leaders(groups, 2)
	for i := range max(len(majors), len(minors)) {
		if i < len(majors) {
			order = append(order, majors[i])
		}
		if i < len(minors) {
			order = append(order, minors[i])
		}
	}
	for i := range groups {
		order = append(order, i)
	}
	var firsts, seconds []candidate
	taken := map[int]bool{}
	for _, i := range order {
		if taken[i] {
			continue
		}
		taken[i] = true
		g := groups[i]
		for j, t := range g {
			if t.extra > g[0].extra {
				break
			}
			c := candidate{tag: t.tag}
			for _, more := range g {
				if more.extra > t.extra {
					c.longer = append(c.longer, more.tag)
				}
			}
			if j == 0 {
				firsts = append(firsts, c)
			} else {
				seconds = append(seconds, c)
			}
		}
	}
	return append(firsts, seconds...)
}

// leaders are the first groups of each version of so many parts.
func leaders(groups [][]parsedTag, parts int) []int {
	var out []int
	for i, g := range groups {
		v := g[0].version
		if len(v) < parts {
			continue
		}
		if i > 0 {
			before := groups[i-1][0].version
			if slices.Equal(v[:min(parts, len(v))], before[:min(parts, len(before))]) {
				continue
			}
		}
		out = append(out, i)
	}
	return out
}

// newest are the last tags in order of their text, those with the fewest words
// first where the text is alike. Dates sort so.
func newest(tags []parsedTag, n int) []candidate {
	slices.SortFunc(tags, func(a, b parsedTag) int {
		return cmp.Or(cmp.Compare(a.extra, b.extra), strings.Compare(b.tag, a.tag))
	})
	var out []candidate
	for _, t := range tags[:min(n, len(tags))] {
		out = append(out, candidate{tag: t.tag})
	}
	return out
}
