package image

import (
	_ "crypto/sha256" // digests of these are checked for their length
	_ "crypto/sha512"
	"errors"
	"strings"

	"github.com/distribution/reference"
)

// A Reference is an image reference with Docker Hub's short forms spelled out:
// "nginx" is docker.io/library/nginx. It names an image and does not say that
// it exists.
type Reference struct {
	Registry   string // host with optional port: "docker.io", "localhost:5000"
	Repository string // path in the registry: "library/nginx"
	Tag        string // "" when none was written; it then means "latest" unless there is a Digest
	Digest     string // "sha256:…", or "" when none was written
	Raw        string // as it was given, surrounding spaces removed
}

// The host Docker uses when a reference names none, and the path in it
// that holds the official images.
const (
	DockerHub    = "docker.io"
	officialPath = "library/"
)

// ParseReference reads an image reference as Docker does, with Docker's own
// parser, and is stricter in two places: a host name without dot and port is a
// mistake when it has capitals (MyHost/app), and a name of 64 hexadecimal
// digits is an image id under every spelling. Host names do not depend on case
// and are lower-cased. Every error is an [*UnknowableError]: the text stands for no
// image that could be named here, because it holds a variable or is not a
// reference at all.
func ParseReference(s string) (Reference, error) {
	raw := strings.TrimSpace(s)
	ref := Reference{Raw: raw}
	if err := placeholderError(raw); err != nil {
		return ref, err
	}
	if plain, ok := plainReference(raw); ok {
		plain.Raw = raw
		return plain, nil
	}
	return parseByDocker(raw)
}

// parseByDocker reads a reference with Docker's own parser.
func parseByDocker(raw string) (Reference, error) {
	ref := Reference{Raw: raw}
	text := raw
	if host, path, ok := cutHost(raw); ok {
		text = strings.ToLower(host) + "/" + path
	}
	named, err := parseNamed(text)
	if err != nil {
		return ref, explainRefusal(raw, text, err)
	}
	host, path := reference.Domain(named), reference.Path(named)
	if hasCapital(host) {
		return ref, upperCaseError(raw)
	}
	if name := strings.TrimPrefix(path, officialPath); len(name) == 64 && strings.Trim(name, "0123456789abcdef") == "" {
		return ref, malformedError(raw, imageID)
	}
	ref.Registry, ref.Repository = host, path
	if tagged, ok := named.(reference.Tagged); ok {
		ref.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		ref.Digest = digested.Digest().String()
	}
	return ref, nil
}

// cutHost separates the registry from what follows it: the first part is a
// host when it has a dot or a colon or is "localhost".
func cutHost(name string) (host, path string, ok bool) {
	host, path, ok = strings.Cut(name, "/")
	return host, path, ok && (strings.ContainsAny(host, ".:") || host == "localhost")
}

const imageID = "a name of 64 hexadecimal digits is an image id"

// explainRefusal says which part of text Docker's parser refuses: it names the whole
// only, so each part is tried beside parts that are valid.
func explainRefusal(raw, text string, err error) error {
	name, digest, hasDigest := strings.Cut(text, "@")
	name, tag, hasTag := CutTag(name)
	host, path, hasHost := cutHost(name)
	if !hasHost {
		path = name
	}
	switch {
	case hasDigest && !isReference("x@"+digest):
		return malformedError(raw, "the part after @ is not a digest")
	case hasTag && !isReference("x:"+tag):
		return malformedError(raw, "the tag has characters or a length no tag can have")
	case hasHost && !isReference(host+"/x"):
		return malformedError(raw, "the registry is not a host name")
	case path == "":
		return malformedError(raw, "the name has no repository")
	case errors.Is(err, reference.ErrNameTooLong):
		return malformedError(raw, "the repository is longer than 255 characters")
	case hasCapital(path):
		return upperCaseError(raw)
	case len(path) == 64 && isReference(path+":x"):
		return malformedError(raw, imageID)
	}
	return malformedError(raw, "the repository has characters no repository can have")
}

// WithoutTag cuts tag and digest off a reference.
func WithoutTag(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	ref, _, _ = CutTag(ref)
	return ref
}

// CutTag separates a name without digest from its tag. A colon before the last slash is
// that of the registry's port.
func CutTag(name string) (rest, tag string, ok bool) {
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		return name[:i], name[i+1:], true
	}
	return name, "", false
}

// parseNamed is Docker's parser, which takes what has no valid host (my_host.io/x)
// for a path without one.
func parseNamed(s string) (reference.Named, error) {
	named, err := reference.ParseNormalizedNamed(s)
	if err == nil && reference.Domain(named) == "" {
		err = reference.ErrReferenceInvalidFormat
	}
	return named, err
}

func isReference(s string) bool {
	_, err := parseNamed(s)
	return err == nil
}

func hasCapital(s string) bool { return strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") }

func upperCaseError(raw string) error {
	return &UnknowableError{Raw: raw, Reason: UpperCase, Detail: "a repository name has no capital letters"}
}

// Scratch reports whether the name is the reserved one of no image at all.
func (r Reference) Scratch() bool {
	return r.Registry == DockerHub && r.Repository == officialPath+"scratch" && r.Tag == "" && r.Digest == ""
}

// Name is the reference without tag and digest: "docker.io/library/nginx".
func (r Reference) Name() string { return r.Registry + "/" + r.Repository }

// String is the full form: "docker.io/library/nginx:1.27@sha256:…".
func (r Reference) String() string { return r.Name() + r.suffix() }

// Familiar is the form people write: "nginx:1.27", "grafana/grafana",
// "quay.io/prometheus/prometheus:v3.0.0".
func (r Reference) Familiar() string {
	if r.Registry != DockerHub {
		return r.String()
	}
	path := r.Repository
	if rest, ok := strings.CutPrefix(path, officialPath); ok && !strings.Contains(rest, "/") {
		path = rest
	}
	// Docker Hub's localhost/x would read as the registry localhost.
	if _, _, ok := cutHost(path); ok {
		return r.String()
	}
	return path + r.suffix()
}

func (r Reference) suffix() string {
	s := ""
	if r.Tag != "" {
		s = ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}

// HasDigest reports whether the reference names its bytes: nothing can move it.
func (r Reference) HasDigest() bool { return r.Digest != "" }

// WithDigest is the same reference pinned to a digest, tag kept for readers.
func (r Reference) WithDigest(digest string) Reference {
	r.Digest = digest
	r.Raw = r.Familiar()
	return r
}
