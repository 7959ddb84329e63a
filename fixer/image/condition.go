package image

import "strings"

// A Condition says when something that is known of an image holds for a
// container of it, as data: what its file has to say for it. The parts that are
// given must all hold; of the values of one part, one is enough. nil is no
// condition: it always holds.
//
// A condition that no file can answer has Unknown with the reason and no other part.
// Whoever evaluates it gets neither yes nor no.
type Condition struct {
	Says string `json:"says"` // the condition in words, for people: "users are configured by variables"

	// Env holds variables: NAME is set and not empty, NAME=value has that value,
	// whatever the case of letters. NAME may hold * for any text.
	Env []string `json:"env,omitempty"`
	// Word holds words of the command line, with * for any text: --optimized,
	// --data-dir=*.
	Word []string `json:"word,omitempty"`
	// Program holds names of the program that the image's entry point is given to
	// start, without directory.
	Program []string `json:"program,omitempty"`
	// Calls holds commands that the container is made to run anywhere in it: by
	// its command, a probe, a hook or a health check.
	Calls []string `json:"calls,omitempty"`
	// Mount holds paths where something is mounted: there, above or below.
	Mount []string `json:"mount,omitempty"`
	// As narrows Mount down to kinds: host, volume, scratch, files.
	As []string `json:"as,omitempty"`
	// Replaced holds files of the image in whose place others may stand: mounted, or
	// copied there by the Dockerfile that builds on the image.
	Replaced []string `json:"replaced,omitempty"`
	// User is "root" or "other": what the container starts as.
	User string `json:"user,omitempty"`
	// Default holds where the file leaves the whole command line to the image.
	Default bool `json:"default,omitempty"`
	// LowPort holds where a port below 1024 needs a privilege to be bound.
	LowPort bool `json:"low_port,omitempty"`

	All []*Condition `json:"all,omitempty"`
	Any []*Condition `json:"any,omitempty"`
	Not *Condition   `json:"not,omitempty"`

	// Unknown says why no file answers it.
	Unknown string `json:"unknown,omitempty"`

	// Set holds the variables that make a condition true which does not hold: a
	// fix that rests on the condition sets them.
	Set map[string]string `json:"set,omitempty"`
}

// String is the condition in words; "" where there is none.
func (c *Condition) String() string {
	if c == nil {
		return ""
	}
	return c.Says
}

// GivesRoom reports whether the condition is that directories are writable which
// a fix gives away, so that the fix answers it.
func (c *Condition) GivesRoom() bool { return strings.HasPrefix(c.Unknown, "the fix gives") }

// SaysAll joins conditions in words.
func SaysAll(list []*Condition) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.Says
	}
	return strings.Join(words, "; ")
}

// Matches reports whether a text is as a pattern of a condition says, in which *
// stands for any text.
func Matches(pattern, text string) bool { return glob(pattern, text) }
