package image

import (
	"strings"
)

// A Reference is an image reference with Docker Hub's short forms spelled out:
// "nginx" is docker.io/library/nginx. It names an image and does not say that
// it exists.
type Reference struct {
	Registry   string // host with optional port: "docker.io", "localhost:5000"
	Repository string // path in the registry: "library/nginx"
	Tag        string // "" when none was written; it then means "latest" unless there is a Digest
	Digest     string // "sha256:…", or "" when none was written
	Raw        string // as it was given, surrounding blanks removed
}

// The host Docker looks at when a reference names none, and the folder in it
// that holds the official images.
const (
	DockerHub    = "docker.io"
	officialPath = "library/"
)

// ParseReference reads an image reference as Docker does. Every error is an
// [*UnknowableError]: the text stands for no image that could be named here,
// because it holds a variable or is not a reference at all.
func ParseReference(s string) (Reference, error) {
	raw := strings.TrimSpace(s)
	ref := Reference{Raw: raw}
	if err := placeholder(raw); err != nil {
		return ref, err
	}
	rest := raw
	if name, digest, ok := strings.Cut(rest, "@"); ok {
		if !isDigest(digest) {
			return ref, malformed(raw, "the part after @ is not a digest")
		}
		rest, ref.Digest = name, digest
	}
	// A colon before the last slash belongs to the registry's port.
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		rest, ref.Tag = rest[:i], rest[i+1:]
		if !isTag(ref.Tag) {
			return ref, malformed(raw, "the tag has characters or a length no tag can have")
		}
	}
	ref.Registry, ref.Repository = splitHost(rest)
	if !isHost(ref.Registry) {
		return ref, malformed(raw, "the registry is not a host name")
	}
	if err := checkPath(raw, ref.Repository); err != nil {
		return ref, err
	}
	return ref, nil
}

// splitHost separates the registry from the path: the first part is a host
// when it has a dot or a colon or is "localhost". Host names do not depend on
// case, so they are lowered. (Docker takes MyHost/app for a host too; here it
// is refused for its capitals, since it is far more often a mistake.)
func splitHost(name string) (host, path string) {
	host, path, ok := strings.Cut(name, "/")
	if !ok || !(strings.ContainsAny(host, ".:") || host == "localhost") {
		host, path = DockerHub, name
	}
	host = strings.ToLower(host)
	if host == "index.docker.io" {
		host = DockerHub
	}
	if host == DockerHub && path != "" && !strings.Contains(path, "/") {
		path = officialPath + path
	}
	return host, path
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
	if host, full := splitHost(path); host != r.Registry || full != r.Repository {
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

// checkPath allows lower-case words joined by single dots, one or two
// underscores or any number of hyphens, between slashes.
func checkPath(raw, path string) error {
	if path == "" {
		return malformed(raw, "it names no repository")
	}
	if len(path) > 255 {
		return malformed(raw, "the repository is longer than 255 characters")
	}
	if strings.ContainsAny(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		return &UnknowableError{Raw: raw, Why: UpperCase, Detail: "a repository name has no capital letters"}
	}
	if name := strings.TrimPrefix(path, officialPath); len(name) == 64 && strings.Trim(name, "0123456789abcdef") == "" {
		return malformed(raw, "a name of 64 hexadecimal digits is an image id")
	}
	for part := range strings.SplitSeq(path, "/") {
		if !isPathPart(part) {
			return malformed(raw, "the repository has characters no repository can have")
		}
	}
	return nil
}

func isPathPart(s string) bool {
	if s == "" || !isLowerAlnum(s[0]) || !isLowerAlnum(s[len(s)-1]) {
		return false
	}
	for i := 0; i < len(s); {
		if isLowerAlnum(s[i]) {
			i++
			continue
		}
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		n := j - i
		switch {
		case s[i] == '-', s[i] == '.' && n == 1, s[i] == '_' && n <= 2:
		default:
			return false
		}
		if !isLowerAlnum(s[j]) { // j < len(s): the last byte is alphanumeric
			return false
		}
		i = j
	}
	return true
}

func isTag(s string) bool {
	if s == "" || len(s) > 128 || s[0] == '.' || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !isLowerAlnum(c) && (c < 'A' || c > 'Z') && c != '_' && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// isDigest allows the two algorithms registries use.
func isDigest(s string) bool {
	algorithm, hex, ok := strings.Cut(s, ":")
	want := map[string]int{"sha256": 64, "sha512": 128}[algorithm]
	if !ok || want == 0 || len(hex) != want {
		return false
	}
	return strings.Trim(hex, "0123456789abcdef") == ""
}

// isHost allows names, IPv4 and bracketed IPv6 addresses, with a port.
func isHost(s string) bool {
	name, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, ']') {
		name, port = s[:i], s[i+1:]
		if port == "" || strings.Trim(port, "0123456789") != "" {
			return false
		}
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		return ok && inner != "" && strings.Trim(inner, "0123456789abcdef:") == ""
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if !isLowerAlnum(label[i]) && label[i] != '-' {
				return false
			}
		}
	}
	return true
}

func isLowerAlnum(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
