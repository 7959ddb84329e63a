package build

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// maxVariables bounds how many declarations are looked through for the value of
// one; a file with more of them is not followed.
const maxVariables = 1000

// Variable returns the value that ARG and ENV give a variable before an
// instruction of a stage, and the instruction that gives it; nil when none does.
// A build may override an ARG.
func (b *Build) Variable(s *dockerfile.Stage, before *dockerfile.Instruction, key string) (value string, at *dockerfile.Instruction) {
	seen := 0
	declared := func(i *dockerfile.Instruction) (dockerfile.Pair, bool) {
		if i.Keyword != "ARG" && i.Keyword != "ENV" {
			return dockerfile.Pair{}, false
		}
		if seen += len(i.Pairs); seen > maxVariables {
			return dockerfile.Pair{}, false
		}
		return i.Pair(key)
	}
	for _, stage := range s.Chain() {
		for _, i := range stage.Instructions {
			if i == before {
				break
			}
			p, ok := declared(i)
			switch {
			case !ok:
			case p.HasValue:
				value, at = p.Value, i
			default: // ARG NAME takes the default given before the first FROM
				for _, g := range b.File.MetaArgs {
					if p, ok := declared(g); ok && p.HasValue {
						value, at = p.Value, g
					}
				}
			}
		}
	}
	if seen > maxVariables {
		return "", nil
	}
	return value, at
}

// Expand puts the values that ARG and ENV give before an instruction into a
// text. at is the instruction that gave the last of them, or nil when one is not
// given.
func (b *Build) Expand(s *dockerfile.Stage, before *dockerfile.Instruction, text string) (out string, at *dockerfile.Instruction) {
	if strings.Count(text, "$") > 4 {
		return "", nil
	}
	known := true
	out = variableReference().ReplaceAllStringFunc(text, func(ref string) string {
		value, from := b.Variable(s, before, strings.Trim(ref, "${}"))
		if from == nil || strings.Contains(value, "$") {
			known = false
			return ""
		}
		at = from
		return value
	})
	if !known || strings.Contains(out, "$") {
		return "", nil
	}
	return out, at
}

// SetByEnv reports whether ENV alone, with plain values, gives all variables of a text before an
// instruction, so that no build can change what the text is.
func (b *Build) SetByEnv(s *dockerfile.Stage, before *dockerfile.Instruction, text string) bool {
	references := variableReference().FindAllString(text, -1)
	for _, ref := range references {
		value, at := b.Variable(s, before, strings.Trim(ref, "${}"))
		if at == nil || at.Keyword != "ENV" || strings.Contains(value, "$") {
			return false
		}
	}
	return len(references) == strings.Count(text, "$")
}

var variableReference = text.Regexp(`\$\{\w+\}|\$\w+`)

// envText is what a word of a command comes to at the end of a stage, when it is
// plain or one variable that the file sets by ENV, once; else "".
func envText(s *dockerfile.Stage, word string) string {
	m := oneVariable().FindStringSubmatch(word)
	if m == nil {
		if strings.ContainsAny(word, "$`") {
			return ""
		}
		return word
	}
	key, times := m[1]+m[2], 0
	for _, stage := range s.Chain() {
		for _, i := range stage.Instructions {
			if _, ok := i.Pair(key); ok && (i.Keyword == "ENV" || i.Keyword == "ARG") {
				times++
			}
		}
	}
	v, ok := s.LookupEnv(key)
	if !ok || !v.Known || times != 1 {
		return ""
	}
	return v.Text
}

var oneVariable = text.Regexp(`^"?\$(?:\{(\w+)\}|(\w+))"?$`)
