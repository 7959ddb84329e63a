package fixer

import "strings"

// A Verification is one way to see that a fix works: a command to paste, and
// what it shows when all is well.
type Verification struct {
	Command string // "" where only a person can look
	Expect  string
}

// ParseVerify reads [Fix.Verify]: pairs of lines, a command and what to expect
// of it, separated by empty lines. A part of one line has no command.
func ParseVerify(s string) []Verification {
	var out []Verification
	for part := range strings.SplitSeq(strings.TrimSpace(s), "\n\n") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		command, expect, two := strings.Cut(part, "\n")
		if !two {
			command, expect = "", command
		}
		out = append(out, Verification{strings.TrimSpace(command), strings.Join(strings.Fields(expect), " ")})
	}
	return out
}
