package image

import (
	"slices"
	"strconv"
	"strings"
)

// Pin says how much of an image a reference fixes, from nothing to its bytes.
type Pin int

// The ways to name an image, from the loosest to the tightest. Each can be
// moved by who owns the repository, except a digest; they differ in how far
// they are meant to move.
const (
	PinNone    Pin = iota // no tag, or a channel: latest, stable, lts, alpine, bookworm
	PinMajor              // 16, 16-alpine: moves over feature releases
	PinMinor              // 16.2, 16.2-alpine: moves over patches
	PinVersion            // 16.2.1, 20250101, a commit: meant to stay, though rebuilds move it
	PinDigest             // @sha256:…: cannot move
)

// Pin returns how tightly the reference is pinned. Version numbers of two parts
// count as minor whatever the project's habits are (postgres 16.2 is a patch
// release): a tag does not show them.
func (r Reference) Pin() Pin {
	if r.HasDigest() {
		return PinDigest
	}
	version := r.Version()
	switch {
	case isDated(r) || isCommit(r.Tag):
		return PinVersion
	case len(version) == 0:
		return PinNone
	case len(version) >= 3:
		return PinVersion
	case len(version) == 2:
		return PinMinor
	}
	return PinMajor
}

// Mutable reports whether the same reference is meant to give another release
// over time: no tag, "latest" or another channel, or only a major version.
// Tags of a minor version or more are not counted, although only a digest
// rules a change out; see [Reference.Pin].
func (r Reference) Mutable() bool { return r.Pin() < PinMinor }

// Version is the version number a tag starts with: "16.2-alpine" gives 16, 2;
// "v3.0.0" gives 3, 0, 0; "8u292-jdk" gives 8; "latest" gives nothing.
func (r Reference) Version() []int { return parseVersion(versionText(r.Tag)) }

// versionText is the version number a text starts with, as written: "12.5" of
// "12.5-slim", "3.0.0" of "v3.0.0", "" of "latest".
func versionText(s string) string {
	s = strings.TrimPrefix(s, "v")
	s = s[:len(s)-len(strings.TrimLeft(s, "0123456789."))]
	return strings.Trim(s, ".")
}

// parseVersion reads numbers between dots until something else comes. What
// follows a number directly (the "u292" of 8u292) ends the version.
func parseVersion(s string) []int {
	var version []int
	for part := range strings.SplitSeq(s, ".") {
		digits := part[:len(part)-len(strings.TrimLeft(part, "0123456789"))]
		n, err := strconv.Atoi(digits)
		if err != nil {
			break
		}
		version = append(version, n)
		if len(digits) != len(part) {
			break
		}
	}
	return version
}

// Words are the parts of the tag between hyphens, in lower case, without the
// leading version: "8.3-fpm-alpine3.20" gives fpm, alpine3.20. They are how
// publishers name variants, in whatever order they happen to come.
func (r Reference) Words() []string {
	if r.Tag == "" {
		return nil
	}
	words := strings.Split(strings.ToLower(r.Tag), "-")
	if len(r.Version()) > 0 {
		words = words[1:]
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}

// hasWord reports whether a word of the tag matches the pattern, which may end
// in * to match any suffix: alpine* matches alpine and alpine3.20.
func hasWord(words []string, pattern string) bool {
	prefix, open := strings.CutSuffix(pattern, "*")
	return slices.ContainsFunc(words, func(w string) bool {
		return w == prefix || open && strings.HasPrefix(w, prefix)
	})
}

// isWindows reports whether the tag is of an image for Windows containers.
func isWindows(words []string) bool {
	return hasWord(words, "windows*") || hasWord(words, "nanoserver*") || hasWord(words, "servercore*") ||
		hasWord(words, "ltsc*") || hasWord(words, "winltsc*") || hasWord(words, "win") || hasWord(words, "win10*") || hasWord(words, "win20*")
}

// Windows reports whether the reference is that of an image for Windows
// containers: its tag says so, or a part of its path does, as in
// mcr.microsoft.com/windows/nanoserver.
func (r Reference) Windows() bool {
	return isWindows(r.Words()) || slices.ContainsFunc(strings.Split(r.Repository, "/"), func(part string) bool {
		return part == "windows" || part == "nanoserver" || part == "servercore" || part == "windowsservercore"
	}) || strings.HasPrefix(r.Repository, "dotnet/framework/")
}

// isDated reports whether the tag holds a day or a build number: 20250101,
// bookworm-20250101-slim, 2025-01-01, RELEASE.2025-01-01T00-00-00Z.
func isDated(r Reference) bool {
	if strings.HasPrefix(r.Tag, "RELEASE.20") {
		return true
	}
	version, words := r.Version(), r.Words()
	if len(version) == 1 && (version[0] >= 10000 || version[0] >= 2000 && len(words) > 1 && isDigits(words[0]) && isDigits(words[1])) {
		return true
	}
	return slices.ContainsFunc(words, func(w string) bool { return len(w) == 8 && strings.HasPrefix(w, "20") && isDigits(w) })
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// isCommit reports whether the tag is an abbreviated commit.
func isCommit(tag string) bool {
	return len(tag) >= 7 && strings.Trim(tag, "0123456789abcdef") == "" && strings.ContainsAny(tag, "0123456789")
}

// inRange reports whether a version lies in a range such as "<18", ">=2 <3" or
// "2" (every 2.x). Only as many parts are compared as the range names.
func inRange(version []int, ranges string) bool {
	if len(version) == 0 {
		return false
	}
	for part := range strings.FieldsSeq(ranges) {
		number := strings.TrimLeft(part, "<>=")
		c := compareVersions(version, parseVersion(number))
		ok := false
		switch part[:len(part)-len(number)] {
		case "<":
			ok = c < 0
		case "<=":
			ok = c <= 0
		case ">":
			ok = c > 0
		case ">=":
			ok = c >= 0
		case "", "=":
			ok = c == 0
		}
		if !ok {
			return false
		}
	}
	return true
}

// compareVersions looks at the parts of b only; parts a lacks count as zero.
func compareVersions(a, b []int) int {
	for i, want := range b {
		have := 0
		if i < len(a) {
			have = a[i]
		}
		if have != want {
			return have - want
		}
	}
	return 0
}
