package linemode

import (
	"strconv"
	"strings"
)

// A word is a command that can be given.
type word struct {
	name   string
	letter string // short form, "" for none; other beginnings count when only one word has them
	also   []string
	args   string // what may follow, for help
	does   string // for help
	do     func(t *conversation, args string)
}

// words lists every command, in the order of help.
func words() []word {
	return []word{
		{"accept", "a", []string{"yes", "y"}, "", "make the fix that was read out, and go on", (*conversation).accept},
		{"skip", "s", []string{"no"}, "", "leave the finding, and go on", (*conversation).skip},
		{"fix", "f", nil, "NUMBER", "take another of the fixes; without a number, list them", (*conversation).chooseFix},
		{"set", "", nil, "NAME VALUE", "give the fix a value", (*conversation).setParam},
		{"suppress", "i", []string{"ignore"}, "REASON", "suppress the finding with a comment in the file that gives the reason", (*conversation).ignore},
		{"forget", "", nil, "", "take back the decision on this finding", (*conversation).forget},
		{"diff", "d", nil, "", "read the lines that the fix changes", (*conversation).diff},
		{"explain", "e", []string{"x", "why"}, "", "read the rule's documentation", (*conversation).explain},
		{"next", "n", nil, "", "go on without a decision", (*conversation).next},
		{"back", "b", nil, "", "go to the finding before", (*conversation).back},
		{"go", "g", nil, "NUMBER", "go to a finding; its number alone does the same", (*conversation).jump},
		{"list", "l", nil, "WORD", "list the findings that wait, or those with the word in them; list all lists every one", (*conversation).list},
		{"accept rule", "ar", nil, "", "accept all open findings of this rule", nil},
		{"accept safe", "as", nil, "", "accept all safe fixes", nil},
		{"skip file", "sf", nil, "", "skip all open findings of this file", nil},
		{"diff all", "da", nil, "", "read all lines that would be written", nil},
		{"undo", "u", nil, "", "undo the last decision", (*conversation).undo},
		{"redo", "r", nil, "", "redo it", (*conversation).redo},
		{"plan", "p", nil, "", "read out what would be written, file by file", (*conversation).plan},
		{"patch", "", nil, "", "save the plan as a patch file", (*conversation).patch},
		{"write", "w", nil, "", "write the plan; asks once more", (*conversation).write},
		{"again", "", nil, "", "read the files again", (*conversation).again},
		{"quit", "q", []string{"exit"}, "", "leave; decisions are kept for next time", (*conversation).quit},
		{"discard", "", nil, "", "leave, and forget all decisions", (*conversation).discard},
		{"help", "h", []string{"?"}, "", "read out this list", (*conversation).help},
	}
}

// answer does what a line asks for.
func (t *conversation) answer(line string) {
	name, args, _ := strings.Cut(strings.TrimSpace(line), " ")
	args = strings.TrimSpace(args)
	if t.leaving {
		// Whatever follows it, yes is the answer to the question, and never accepts a fix.
		switch strings.ToLower(strings.TrimRight(name, ".,;!")) {
		case "yes", "y", "quit", "q", "exit":
			t.leave()
			return
		case "no", "n":
			t.leaving = false
			t.say("Nothing has changed.")
			return
		}
	}
	t.leaving = false
	if name == "" {
		t.asked = false // print the finding again
		return
	}
	if _, err := strconv.Atoi(name); err == nil && args == "" {
		t.jump(name)
		return
	}
	w, like := match(strings.ToLower(name))
	switch {
	case w == nil && len(like) > 0:
		t.say("%s can be %s. Say more of the word.", visible(name), strings.Join(like, " or "))
	case w == nil:
		t.say("%q is not a known word. Say help for the list.", visible(name))
	default:
		w.do(t, args)
	}
}

// match finds the word that a person means, or the words it could be.
func match(said string) (w *word, like []string) {
	all := words()
	for i := range all {
		w := &all[i]
		if said == w.name || said == w.letter {
			if first, rest, two := strings.Cut(w.name, " "); two { // "ar" is "accept rule"
				inner, _ := match(first)
				outer := *inner
				outer.do = func(t *conversation, _ string) { inner.do(t, rest) }
				return &outer, nil
			}
			return w, nil
		}
		for _, a := range w.also {
			if said == a {
				return w, nil
			}
		}
	}
	var found *word
	for i := range all {
		if w := &all[i]; strings.HasPrefix(w.name, said) && !strings.Contains(w.name, " ") {
			found = w
			like = append(like, w.name)
		}
	}
	if len(like) == 1 {
		return found, nil
	}
	return nil, like
}

// help lists the words.
func (t *conversation) help(string) {
	for _, w := range words() {
		s := w.name
		if w.args != "" {
			s += " " + w.args
		}
		if w.letter != "" {
			s += ", short " + w.letter
		}
		t.say("%s: %s.", s, w.does)
	}
	t.say("An empty line reads the finding out again.")
}

// means reports whether args are one word, or a beginning of it.
func means(args, name string) bool {
	return args != "" && strings.HasPrefix(name, strings.ToLower(args))
}
