package container

import (
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// A Decision is how far a container can be hardened in one respect. It says what
// to do and how sure that is; where it is written is for a rule to know.
type Decision struct {
	// Level is Safe where a working container cannot notice, Review where it
	// could break, and Manual where no automatic fix is known.
	Level    fixer.Level
	Breaks   string // what can stop working, for Review
	Advice   string // what a person can do, for Manual
	Evidence []fixer.Evidence
}

// manual makes the decision one for a person.
func (d *Decision) manual(advice string) { d.Level, d.Advice, d.Breaks = fixer.Manual, advice, "" }

// steppingEvidence says that the program drops privileges by itself.
func (p *Profile) steppingEvidence() fixer.Evidence {
	return fixer.Evidence{Kind: fixer.FromDockerfile, Place: p.Build.Path,
		Text: "The image includes " + p.DropsPrivileges() + ", so the container most likely starts as root and drops privileges itself"}
}

// place is a file and a line, as evidence names it.
func place(file string, line int) string { return file + ":" + strconv.Itoa(line) }

func joined(list []string) string { return strings.Join(list, ", ") }

// A Truth is the answer to a condition. Its zero value is Unknown, so that what
// nobody decided is never taken for yes or no.
type Truth int

// The answers.
const (
	Unknown Truth = iota
	Yes
	No
)
