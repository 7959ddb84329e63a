package buildcontext

import (
	"bytes"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// Append returns the edits that put patterns after the last line of an ignore
// file, with its line endings, and no line ending after the last where it has
// none.
func Append(data []byte, patterns []string) []text.Edit {
	eol := text.EOL(data)
	lines := strings.Join(patterns, eol)
	switch {
	case len(bytes.TrimPrefix(data, []byte("\ufeff"))) == 0 || bytes.HasSuffix(data, []byte("\n")):
		lines += eol
	default:
		lines = eol + lines
	}
	return []text.Edit{text.Insert(len(data), lines)}
}

// Pattern writes the pattern that excludes exactly one path of the context, as
// the lines of the file are written: with a leading slash, and with a slash
// after directories, where most of those that could have one do.
func Pattern(name string, isDir bool, data []byte) string {
	lead, trail := patternStyle(data)
	out := escapePattern(name)
	if lead {
		out = "/" + out
	}
	if isDir && trail {
		out += "/"
	}
	return out
}

// patternStyle looks at how a file writes its patterns.
func patternStyle(data []byte) (lead, trail bool) {
	leads, trails, lines := 0, 0, 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" || line[0] == '#' || line[0] == '!' || strings.ContainsAny(line, "*?[") {
			continue
		}
		lines++
		if line[0] == '/' {
			leads++
		}
		switch {
		case strings.HasSuffix(line, "/"):
			trails++
		case path.Ext(line) == "" || directoryNames[path.Base(line)]:
			trails--
		}
	}
	return leads*2 > lines, trails > 0
}

// directoryNames are names that only directories have.
var directoryNames = map[string]bool{".git": true, ".github": true, ".idea": true, ".vscode": true, ".venv": true, ".next": true, ".cache": true}

// escapePattern writes a name as a pattern that matches it and nothing else; "?"
// stands for what a line cannot hold.
func escapePattern(name string) string {
	var b strings.Builder
	for k, r := range name {
		switch {
		case strings.ContainsRune(`*?[]\`, r), k == 0 && strings.ContainsRune("#!", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r == ' ' && (k == 0 || k == len(name)-1):
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
