package buildkit

import (
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// Plain reports whether a file is made of nothing but what BuildKit builds whatever the
// build arguments are, and what none of its checks warns about that look at the names of
// stages, platforms and ports. Most files are, and to see that costs a fraction of
// [Check], which takes longer than all other work on a Dockerfile. What it says no to may
// be as good: it leaves out what can fail in some form, rather than to work out whether it does.
func Plain(f *dockerfile.File) bool {
	if len(f.Directives) > 0 && (f.Escape != '\\' || hasCheck(f)) || !plainArgs(f.MetaArgs) {
		return false
	}
	known := map[string]bool{"scratch": true, "context": true} // reserved, or of a stage before
	for _, s := range f.Stages {
		name := strings.ToLower(s.Name)
		if name != "" && known[name] || !plainFrom(s, known) {
			return false
		}
		for _, i := range s.Instructions {
			if i.Typed == nil || i.Dangling || len(i.Heredocs) > 0 || !plainInstruction(i, known) {
				return false
			}
		}
		if name != "" {
			known[name] = true
		}
	}
	return true
}

func hasCheck(f *dockerfile.File) bool {
	_, ok := f.Directive("check")
	return ok
}

// plainFrom reports whether a FROM names an image or a stage before, as it stands.
func plainFrom(s *dockerfile.Stage, known map[string]bool) bool {
	if len(s.From.Flags) > 0 || !isPlain(s.BaseWord.Raw, inNames+":@/") {
		return false
	}
	if base := s.BaseWord.Raw; base != "scratch" && !known[base] {
		_, err := reference.ParseNormalizedNamed(base)
		return err == nil
	}
	return true
}

func plainInstruction(i *dockerfile.Instruction, known map[string]bool) bool {
	switch i.Keyword {
	case "RUN", "CMD", "ENTRYPOINT", "SHELL", "MAINTAINER":
		return len(i.Flags) == 0 // they are the shell's
	case "HEALTHCHECK":
		return true
	case "ENV", "LABEL":
		return plainPairs(i)
	case "ARG":
		return plainArgs([]*dockerfile.Instruction{i})
	case "USER", "WORKDIR":
		return len(i.Words) == 1 && isExpandable(i.Words[0].Raw, inNames+"/:~ ")
	case "COPY", "ADD":
		return plainFlags(i, known) && plainWords(i, inNames+"/+*?~,=")
	case "VOLUME":
		return plainWords(i, inNames+"/")
	case "EXPOSE":
		return !slices.ContainsFunc(i.Words, func(w dockerfile.Word) bool { return !isPort(w.Raw) })
	}
	return false
}

// plainPairs reports whether the values of ENV or LABEL are whole: no quote is left open,
// and what stands for a variable is no more than its name.
func plainPairs(i *dockerfile.Instruction) bool {
	for _, p := range i.Pairs {
		value := p.Arg.Raw
		if n := len(value); !p.Legacy && n >= 2 && value[0] == '"' && value[n-1] == '"' {
			value = value[1 : n-1]
		}
		if !isPlain(p.KeyWord.Raw, inNames+"/") || strings.ContainsAny(value, "\"'\\`") || !isExpandable(value, "") {
			return false
		}
	}
	return true
}

// plainArgs reports whether the defaults of ARGs are whole.
func plainArgs(args []*dockerfile.Instruction) bool {
	return !slices.ContainsFunc(args, func(i *dockerfile.Instruction) bool { return i.Typed == nil || !plainPairs(i) })
}

// plainFlags reports whether the flags of COPY or ADD are of a form that cannot fail.
func plainFlags(i *dockerfile.Instruction, known map[string]bool) bool {
	for _, f := range i.Flags {
		switch f.Name {
		case "from":
			if _, err := strconv.Atoi(f.Value); err == nil || f.Value == "scratch" || f.Value == "context" || !known[strings.ToLower(f.Value)] {
				return false // an image, which may be none, or a stage that comes later
			}
		case "chown":
			if !isPlain(f.Value, inNames+":") {
				return false
			}
		case "chmod":
			if n, err := strconv.ParseUint(f.Value, 8, 32); err != nil || n > 0o7777 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func plainWords(i *dockerfile.Instruction, and string) bool {
	return !slices.ContainsFunc(i.Words, func(w dockerfile.Word) bool {
		raw := w.Raw
		if n := len(raw); i.JSON && n >= 2 && raw[0] == '"' && raw[n-1] == '"' {
			raw = raw[1 : n-1]
		}
		return raw == "" || strings.Contains(raw, "github.com") || strings.Contains(raw, ".git") || !isPlain(raw, and)
	})
}

func isPort(s string) bool {
	s, proto, ok := strings.Cut(s, "/")
	if ok && proto != "tcp" && proto != "udp" {
		return false
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

// inNames is what names may have beside letters and digits.
const inNames = "._-"

// isPlain reports whether a word is made of ASCII letters and digits and what is in and.
func isPlain(s, and string) bool {
	for k := range len(s) {
		if c := s[k]; !isWordByte(c) && strings.IndexByte(and, c) < 0 {
			return false
		}
	}
	return true
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

// isExpandable reports whether a value is as isPlain wants it, beside variables that are
// written $NAME or ${NAME}. An empty and allows everything else.
func isExpandable(s, and string) bool {
	for {
		before, after, found := strings.Cut(s, "$")
		if and != "" && !isPlain(before, and) {
			return false
		}
		if !found {
			return true
		}
		braced := strings.HasPrefix(after, "{")
		after = strings.TrimPrefix(after, "{")
		n := 0
		for n < len(after) && isWordByte(after[n]) {
			n++
		}
		if n == 0 || '0' <= after[0] && after[0] <= '9' {
			return false
		}
		after = after[n:]
		if braced {
			var closed bool
			if after, closed = strings.CutPrefix(after, "}"); !closed {
				return false
			}
		}
		s = after
	}
}
