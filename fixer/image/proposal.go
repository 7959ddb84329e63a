package image

import (
	"slices"
	"strings"
)

// A Proposal is an image that could take the place of another as a base.
type Proposal struct {
	Image string // full form: "docker.io/library/node:24-slim"
	Why   string // as a clause: "the slim variant"
}

// Proposals returns what the tables propose in the place of the image: the same software
// under another name, the next release with support, the slim variant, and what the
// image table names. Whether such a tag exists is for a registry to say.
func (k *Knowledge) Proposals() []Proposal {
	var out []Proposal
	add := func(name, why string) {
		ref, err := ParseReference(name)
		if err == nil && ref.String() != k.Ref.String() && !slices.ContainsFunc(out, func(p Proposal) bool { return p.Image == ref.String() }) {
			out = append(out, Proposal{ref.String(), why})
		}
	}
	if k.Err != nil {
		return nil
	}
	if e, ended := k.EndOfLife(); ended {
		if e.Same != "" {
			add(e.Same, "the same software under its new name")
		}
		if tag := k.nextTag(); tag != "" {
			add(k.Ref.Name()+":"+tag, "a release with support")
		}
	}
	if slim := k.Ref.Slim(); slim != "" && k.Base.Has("gcc") == Present {
		add(slim, "the slim variant")
	}
	if k.Entry != nil && !k.Entry.ByName {
		for _, a := range k.Entry.Alternatives {
			if !strings.Contains(a.Image, "*") {
				add(a.Image, "an alternative of the image table")
			}
		}
	}
	return out
}

// nextTag is the tag with its version replaced by that of the next release; "" where a
// word of the tag may not go with it: a release of a distribution has an end of
// its own.
func (k *Knowledge) nextTag() string {
	if k.Left != nil || k.Ref.Digest != "" || k.Ref.Tag == "" {
		return ""
	}
	version := versionText(k.Ref.Tag)
	if version == "" || k.Base.Release != "" {
		return ""
	}
	for _, l := range k.Lifecycles {
		if next := l.Next(); l.Ended(Day) && len(next) > 0 {
			return strings.Replace(k.Ref.Tag, version, next[0].Version, 1)
		}
	}
	return ""
}

// Slim is the slim variant of the same version and distribution release,
// or "" for images that have none of that kind: node:24-trixie is
// node:24-trixie-slim, python:3.13-trixie is python:3.13-slim-trixie.
func (ref Reference) Slim() string {
	if ref.Digest != "" {
		return ""
	}
	name, tag := strings.TrimSuffix(ref.Familiar(), ":"+ref.Tag), ref.Tag
	switch ref.Name() {
	case "docker.io/library/node":
		if tag == "" || tag == "latest" {
			return name + ":slim"
		}
		return name + ":" + tag + "-slim"
	case "docker.io/library/python", "docker.io/library/ruby":
		version, release := tag, ""
		if len(ref.Version()) == 0 {
			version, release = "", tag
		} else if v, rest, ok := strings.Cut(tag, "-"); ok {
			version, release = v+"-", rest
		} else {
			version += "-"
		}
		if release == "latest" {
			release = ""
		}
		return strings.TrimSuffix(name+":"+version+"slim-"+release, "-")
	}
	return ""
}
