package image

import (
	"slices"
	"strings"
)

// TwinTags says which tags an image has that its twin has, too.
type TwinTags struct {
	Words   []string `json:"words"`             // of tags, besides versions; "alpine*" stands for all that begin so
	Version string   `json:"version,omitempty"` // of tags that name one: ">=1.20"
}

// A Twin is the image of the same software, at the same tag, that is prepared to run
// without root.
type Twin struct {
	Image string // with its tag, as people write it
	User  Identity
	Port  int // on which it listens, in the place of the one of the image
	From  int // that port
}

// Twin returns the twin of an image; ok is false where the table knows none, or not
// that it has the tag. A digest names the bytes of one image, which no other has.
func (k *Knowledge) Twin() (t Twin, ok bool) {
	e := k.Entry
	if e == nil || e.ByName || k.Ref.Digest != "" || len(e.Ports) != 1 {
		return t, false
	}
	for _, a := range e.Alternatives {
		if a.Twin == nil || len(a.Ports) != 1 || !a.Twin.has(k.Ref) {
			continue
		}
		tag := k.Ref.Tag
		if tag == "" {
			tag = "latest"
		}
		return Twin{Image: strings.TrimPrefix(a.Image, DockerHub+"/") + ":" + tag, User: ParseUser(a.User), Port: a.Ports[0], From: e.Ports[0].Number}, true
	}
	return t, false
}

// has reports whether the twin has the tag of a reference.
func (t *TwinTags) has(ref Reference) bool {
	if version := ref.Version(); len(version) > 0 && t.Version != "" && !inRange(version, t.Version) {
		return false
	}
	return !slices.ContainsFunc(ref.Words(), func(w string) bool {
		return strings.Trim(w, "0123456789.") != "" && !slices.ContainsFunc(t.Words, func(pattern string) bool { return hasWord([]string{w}, pattern) })
	})
}
