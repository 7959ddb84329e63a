package secret

import (
	"slices"
	"strings"
)

// A shellWord is a word of a command as the shell, or who splits it like the shell, makes
// it of a text.
type shellWord struct {
	value    string
	at       []int // where each byte of value stands in the text
	end      int   // of the word in the text, its quotes included
	first    bool  // it begins a command
	computed bool  // the shell puts something in
}

// shellWords splits a text into words. In a script words end at operators, and $ and
// backticks outside of single quotes are the shell's; a text that only gets split has
// neither. A quote that nothing closes goes to the end.
func shellWords(text string, script bool) []shellWord {
	var out []shellWord
	var word shellWord
	var value []byte
	open, first := false, true
	put := func(i int) {
		value = append(value, text[i])
		word.at = append(word.at, i)
		open = true
	}
	finish := func(i int) {
		if open {
			word.value, word.end, word.first = string(value), i, first
			out = append(out, word)
			first = false
		}
		word, value, open = shellWord{}, value[:0], false
	}
	var quote byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote == '\'' && c != '\'':
			put(i)
		case c == quote && quote != 0:
			quote = 0
		case c == '\\' && i+1 < len(text) && (quote == 0 || strings.IndexByte("\"\\$`\n", text[i+1]) >= 0):
			if i++; text[i] != '\n' {
				put(i)
			}
		case quote == 0 && (c == '\'' || c == '"'):
			quote, open = c, true
		case quote == 0 && (c == ' ' || c == '\t' || c == '\r'):
			finish(i)
		case quote == 0 && c == '\n':
			finish(i)
			first = first || script
		case quote == 0 && script && strings.IndexByte(";&|()", c) >= 0:
			finish(i)
			first = true
		default:
			if script && (c == '`' || c == '$' && i+1 < len(text) && text[i+1] == '$') { // $$ is the shell's $ in a Compose file
				word.computed = true
			}
			put(i)
		}
	}
	finish(len(text))
	return out
}

// inner returns the words of a script that is itself a word, by their place in the text
// that holds both.
func (w shellWord) inner() []shellWord {
	words := shellWords(w.value, true)
	for i := range words {
		words[i].at = slices.Clone(words[i].at)
		for j, at := range words[i].at {
			words[i].at[j] = w.at[at]
		}
		words[i].end = w.end
		if n := len(words[i].at); n > 0 {
			words[i].end = words[i].at[n-1] + 1
		}
	}
	return words
}
