package image

import "strings"

// plainReference reads the usual form of a reference: [HOST/]NAME[:TAG][@sha256:DIGEST] in
// ordinary characters, which is nearly every one and takes a fraction of the time that the
// expressions of Docker's parser take. ok is false for whatever is not sure to be one; then
// that parser says what it is.
func plainReference(s string) (r Reference, ok bool) {
	const most = 200 // far from the limits of Docker
	if len(s) > most {
		return r, false
	}
	name, digest, pinned := strings.Cut(s, "@")
	if pinned {
		if hex, sum := strings.CutPrefix(digest, "sha256:"); !sum || len(hex) != 64 || !only(hex, isHex) {
			return r, false
		}
	}
	name, tag, tagged := CutTag(name)
	if tagged && (len(tag) == 0 || len(tag) > 128 || !only(tag, isTagByte) || tag[0] == '.' || tag[0] == '-') {
		return r, false
	}
	r = Reference{Registry: DockerHub, Repository: name, Tag: tag, Digest: digest}
	host, path, named := cutHost(name)
	switch {
	case named && (host == DockerHub || host == "index.docker.io"), len(name) == 64:
		return r, false
	case named:
		if !isPlainHost(host) {
			return r, false
		}
		r.Registry, r.Repository = host, path
	case !strings.Contains(name, "/"):
		r.Repository = officialPath + name
	}
	for part := range strings.SplitSeq(r.Repository, "/") {
		if !isPlainPart(part) || len(part) == 64 {
			return r, false
		}
	}
	return r, true
}

// isPlainHost reports whether a host is words in lower case between dots, with or without a
// port.
func isPlainHost(host string) bool {
	host, port, ported := strings.Cut(host, ":")
	if ported && (port == "" || !only(port, isDigit)) {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' || !only(label, func(c byte) bool { return isLower(c) || isDigit(c) || c == '-' }) {
			return false
		}
	}
	return true
}

// isPlainPart reports whether a part of a path is letters in lower case and digits, with
// single dots, lines and hyphens between them.
func isPlainPart(part string) bool {
	separator := true // one must not come first
	for i := range len(part) {
		switch c := part[i]; {
		case isLower(c) || isDigit(c):
			separator = false
		case (c == '.' || c == '_' || c == '-') && !separator:
			separator = true
		default:
			return false
		}
	}
	return !separator
}

func only(s string, is func(c byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isHex(c byte) bool   { return isDigit(c) || c >= 'a' && c <= 'f' }
func isTagByte(c byte) bool {
	return isLower(c) || isDigit(c) || c >= 'A' && c <= 'Z' || c == '_' || c == '.' || c == '-'
}
