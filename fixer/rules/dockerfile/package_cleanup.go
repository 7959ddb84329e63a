package dockerfile

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// cleanup adds the cleaning command to a RUN: behind the last command that
// needs what was fetched, and where it runs whenever the fetching did and the
// build goes on. Everywhere else it refuses.
func cleanup(f *dockerfile.File, r *build.PackageRun, last *build.PackageCall) ([]text.Edit, error) {
	after := last.Command
	for _, c := range r.Commands {
		if c.Start > after.Start && (c.Package != nil && c.Package.Manager == last.Manager || c.Package == nil && c.RunsUnread()) {
			after = c.Command
		}
	}
	switch {
	case r.Script == nil:
		return nil, errors.New(r.Why)
	case last.Copied || after.Copied:
		return nil, errors.New(dockerfile.CopiedReason)
	}
	next := following(f, r.Instruction, after.End)
	switch {
	case after.Place == 0:
		if err := reached(r.Commands, last.Command, after, next.kind == theEnd); err != nil {
			return nil, err
		}
	case after.Place&^(dockerfile.InSubshell|dockerfile.InBlock|dockerfile.InBranch) != 0:
		// Append says which construct forbids it.
	case after.Chain != last.Chain:
		return nil, fixer.Refuse("the lists are downloaded in one place and used in another, %s", after.Place)
	case errexit(r.Script):
		return nil, fixer.Refuse("with set -e, a command added in %s would hide a failure of the one before it", after.Place)
	}
	if after.Place == 0 && next.kind == aSemicolon {
		// "a && b; c" must stay apart from b: under set -e a failure of b
		// would otherwise no longer end the build.
		return []text.Edit{text.Insert(after.End, next.separator+last.CleanCommand())}, nil
	}
	if next.kind == somethingElse && after.Place == 0 {
		return nil, fixer.Refuse("the end of the command is unclear")
	}
	edits, err := r.Script.Append(after, last.CleanCommand())
	if err != nil {
		return nil, err
	}
	if len(edits) == 1 && edits[0].New == " && "+last.CleanCommand() {
		return []text.Edit{onOwnLine(f, after, next, last.CleanCommand())}, nil
	}
	return edits, nil
}

// onOwnLine gives the added command a line of its own where the next one has
// one, and behind a command that is broken over lines, as an install with a
// package a line is.
func onOwnLine(f *dockerfile.File, after dockerfile.Command, next follows, added string) text.Edit {
	line := f.Source[:after.End]
	line = line[bytes.LastIndexByte(line, '\n')+1:]
	switch {
	case next.kind == anAnd && strings.Count(next.separator, "\n") == 1 && !strings.Contains(next.separator, "#"):
		return text.Insert(after.End, next.separator+added)
	case next.kind == anAnd && strings.Contains(tailOf(next.separator), "&&") && !strings.Contains(next.separator, "#"):
		return text.Insert(after.End, " "+string(f.Escape)+f.EOL+tailOf(next.separator)+added) // behind empty lines
	case after.Start >= after.End-len(line):
		return text.Insert(after.End, " && "+added)
	}
	indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
	return text.Insert(after.End, " "+string(f.Escape)+f.EOL+string(indent)+"&& "+added)
}

// tailOf returns what stands behind the last line break; "" without one.
func tailOf(s string) string {
	if k := strings.LastIndexByte(s, '\n'); k >= 0 {
		return s[k+1:]
	}
	return ""
}

// reached proves that a command at the top level runs whenever an earlier one
// ran and the build goes on.
func reached(commands []build.Command, last, after dockerfile.Command, end bool) error {
	for _, c := range commands {
		if c.Start >= last.Start && c.Start <= after.Start && (c.Name == "exit" || c.Name == "exec") {
			return fixer.Refuse("%s may end the step before the cleanup", c.Name)
		}
	}
	if after.Chain == last.Chain || end {
		return nil // when it is not reached, the RUN fails or never fetched
	}
	for _, c := range commands {
		if c.Chain == after.Chain && c.Start < after.Start && c.Package == nil {
			return fixer.Refuse("the packages are installed only if %s succeeds", brief([]string{c.Name}))
		}
	}
	return nil
}

// errexit reports whether the shell stops at the first failure.
func errexit(s *dockerfile.Script) bool {
	for _, w := range s.Shell {
		if strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.Contains(w, "e") || w == "errexit" {
			return true
		}
	}
	for _, c := range s.Commands {
		if c.Name != "set" {
			continue
		}
		for _, w := range c.Words[1:] {
			if strings.HasPrefix(w.Value, "-") && strings.Contains(w.Value, "e") || w.Value == "errexit" {
				return true
			}
		}
	}
	return false
}

// follows is what stands behind a command at the top level of shell text.
type follows struct {
	kind      followKind
	separator string // the bytes up to the next command
}

type followKind int

const (
	somethingElse followKind = iota
	theEnd                   // nothing, or a comment that runs to the end
	anAnd                    // &&
	aSemicolon               // ; and another command
)

// following looks past blanks, continuations and comment lines at what follows a
// place in an instruction.
func following(f *dockerfile.File, i *dockerfile.Instruction, from int) follows {
	at := skipBlank(f, i, from)
	rest := string(f.Source[at:i.End])
	switch {
	case rest == "" || rest[0] == '#':
		return follows{kind: theEnd}
	case strings.HasPrefix(rest, "&&"):
		return follows{anAnd, string(f.Source[from:skipBlank(f, i, at+2)])}
	case rest[0] != ';' || strings.HasPrefix(rest, ";;"):
		return follows{}
	}
	next := skipBlank(f, i, at+1)
	if next >= i.End || f.Source[next] == '#' {
		return follows{kind: theEnd}
	}
	separator := string(f.Source[from:next])
	// Comments and empty lines between the commands stay where they are.
	if first, last := strings.IndexByte(separator, '\n'), strings.LastIndexByte(separator, '\n'); first != last {
		separator = separator[:first+1] + separator[last+1:]
	}
	if strings.Contains(separator, "#") {
		separator = "; "
	}
	return follows{aSemicolon, separator}
}

// skipBlank returns the offset of the first byte that the shell gets as more
// than a blank, or the end of the instruction.
func skipBlank(f *dockerfile.File, i *dockerfile.Instruction, at int) int {
	src, start := f.Source[:i.End], false // start: at the beginning of a line
	for at < len(src) {
		switch c := src[at]; {
		case c == '\n':
			start = true
		case c == ' ' || c == '\t' || c == '\r':
		case c == '#' && start:
			for at < len(src) && src[at] != '\n' {
				at++
			}
			continue
		case c == f.Escape && endsLine(src[at+1:]):
		default:
			return at
		}
		at++
	}
	return len(src)
}

func endsLine(rest []byte) bool {
	line, _, _ := strings.Cut(string(rest[:min(len(rest), 256)]), "\n")
	return strings.TrimSpace(line) == ""
}

// noCache writes --no-cache behind every subcommand of apk that would keep the
// index.
func noCache(r *build.PackageRun, apk *build.Manager) ([]text.Edit, error) {
	var edits []text.Edit
	for _, c := range r.Calls {
		if c.Manager != apk || !c.LeavesFiles() {
			continue
		}
		e, err := r.Script.InsertWord(c.Command, c.VerbWord, "--no-cache")
		if err != nil {
			return nil, err
		}
		edits = append(edits, e...)
	}
	return edits, nil
}

// ancientAlpine reports whether the stage's base is known to be Alpine before
// 3.3, which brought --no-cache.
func ancientAlpine(p *fixer.Pass, s *dockerfile.Stage) bool {
	base, ok := build.BaseOf(p, s)
	return ok && base.Distribution == image.Alpine && slices.Contains([]string{"2.6", "2.7", "3.0", "3.1", "3.2"}, base.Release)
}
