package secret

import (
	"strings"
)

// hideArguments hides a line from the first value on that a command in it gives to a program
// as a secret, wherever the command stands: in an instruction, a flow mapping, or a list of
// words that began on the line before.
func hideArguments(line, before string) string {
	from, joined := 0, line
	if listItem().MatchString(line) && listItem().MatchString(before) || strings.HasSuffix(before, "\\") {
		joined = strings.TrimSuffix(before, "\\") + " " + line
		from = len(joined) - len(line)
	}
	at := len(line)
	for _, list := range append(opened(quotedWords(joined)), eachCommand(looseWords(joined))...) {
		for _, a := range list {
			if start := a.Start - from; a.Name != "" && start >= 0 && start < at && spelledOut(line[start:]) {
				at = start
			}
		}
	}
	if at == len(line) {
		return line
	}
	return line[:at] + Hidden
}

var (
	listItem  = expression(`^\s*-\s`)
	hasBlanks = expression(`\s`)
)

// spelledOut reports whether a value that begins a text is more than a variable.
func spelledOut(rest string) bool {
	if m := fallback().FindStringSubmatchIndex(rest); m != nil && m[0] == 0 {
		return rest[m[6]:m[7]] != Hidden
	}
	return !isReference(rest) && !isSwitch(rest)
}

// looseWords splits a line at blanks and at what separates words in lists and mappings of
// YAML and in scripts. Quotes are passed over: what they hold may be a command or a word.
func looseWords(line string) []placedWord {
	var out []placedWord
	var word placedWord
	var value []byte
	first, depth := true, 0 // depth of ${
	finish := func(end int) {
		if word.value = string(value); word.value != "" && word.value != "-" {
			word.end, word.first = end, first
			out, first = append(out, word), false
		}
		word, value = placedWord{}, value[:0]
	}
	for i := range len(line) {
		switch c := line[i]; {
		case strings.IndexByte(" \t,[]", c) >= 0, c == '}' && depth == 0, c == '{' && (i == 0 || line[i-1] != '$'):
			finish(i)
		case strings.IndexByte(";&|()", c) >= 0:
			finish(i)
			first = true
		case c == '\'' || c == '"' || c == '\\':
		default:
			switch c {
			case '{':
				depth++
			case '}':
				depth--
			}
			value = append(value, line[i])
			word.at = append(word.at, i)
		}
	}
	finish(len(line))
	return out
}

// eachCommand returns the places of the commands that words are. A script that a shell gets
// lies open among them.
func eachCommand(words []placedWord) [][]Argument {
	var out [][]Argument
	from := 0
	for i := range words {
		if i > from && words[i].first {
			out, from = append(out, inCommand(words[from:i])), i
		}
	}
	return append(out, inCommand(words[from:]))
}

// quotedWords splits a line as a shell does, and what stands in quotes once more.
func quotedWords(line string) []placedWord {
	var out []placedWord
	for _, w := range shellWords(line, true) {
		out = append(out, placedWord{shellWord: w})
		if !hasBlanks().MatchString(w.value) {
			continue
		}
		for _, in := range w.inner() {
			out = append(out, placedWord{shellWord: in})
		}
	}
	return out
}
