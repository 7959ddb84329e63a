package fixer

import (
	"fmt"
	"strings"
)

// Severity says how much a finding matters when it is true.
type Severity int

// The severities, in rising order.
const (
	Low Severity = iota + 1
	Medium
	High
	Critical
)

var severityNames = []string{"", "low", "medium", "high", "critical"}

// String is the lower-case name, as in output; "unknown(N)" outside the severities.
func (s Severity) String() string { return name(severityNames, int(s)) }

// MarshalText writes the lower-case name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ParseSeverity reads a severity's name in any case.
func ParseSeverity(s string) (Severity, error) {
	i, err := parseName(severityNames, s, "severity")
	return Severity(i), err
}

// Level says how far a fix can be trusted not to disturb a working container.
type Level int

// The levels, from the most trusted. Safe: a working container cannot notice.
// Review: it could break something, and says how. Manual: a person decides.
// Mostly no automatic fix is known, and the finding says what to do; a fix of this
// level can be made, but its effect shows in no file, so that it is made only
// when a person chooses it for this one finding.
const (
	Safe Level = iota + 1
	Review
	Manual
)

var levelNames = []string{"", "safe", "review", "manual"}

// String is the lower-case name, as in output; "unknown(N)" outside the levels.
func (l Level) String() string { return name(levelNames, int(l)) }

// MarshalText writes the lower-case name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// ParseLevel reads a level's name in any case.
func ParseLevel(s string) (Level, error) {
	i, err := parseName(levelNames, s, "level")
	return Level(i), err
}

func name(names []string, i int) string {
	if i <= 0 || i >= len(names) {
		return fmt.Sprintf("unknown(%d)", i)
	}
	return names[i]
}

func parseName(names []string, s, what string) (int, error) {
	for i, n := range names[1:] {
		if strings.EqualFold(n, s) {
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("unknown %s %q: use %s", what, s, strings.Join(names[1:], ", "))
}
