package dockerfile

import (
	"regexp"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

// packageRun is what one RUN does with package managers.
type packageRun struct {
	at       *dockerfile.Instruction // the RUN, or the ONBUILD that holds it
	run      *dockerfile.Instruction
	script   *dockerfile.Script // nil when it was not read
	why      string             // why it was not read
	calls    []call
	raw      string // text to search when it was not read
	needs    map[*manager]dependence
	triggers bool // it runs in images built from this one
}

func readRun(f *dockerfile.File, i, at *dockerfile.Instruction) packageRun {
	r := packageRun{at: at, run: i, triggers: i.OnBuild}
	script, err := f.Script(i)
	if err != nil {
		r.why, r.raw = reason(err), unreadText(f, i)
		return r
	}
	r.script = script
	for _, c := range script.Commands {
		if call, ok := readCall(c); ok {
			r.calls = append(r.calls, call)
		}
	}
	return r
}

// unreadText returns the commands of a RUN that the shell reader refuses, as
// far as they can be told from data: the body of a heredoc that a shell gets,
// the words of the exec form, or the plain text. Comments are dropped.
func unreadText(f *dockerfile.File, i *dockerfile.Instruction) string {
	switch {
	case i.JSON:
		words := make([]string, len(i.Words))
		for k, w := range i.Words {
			words[k] = w.Value
		}
		return strings.Join(words, " ")
	case len(i.Heredocs) == 0:
		return i.Text()
	case !shellHeredoc.MatchString(strings.TrimSpace(i.Text())):
		return "" // the body is a file that some command writes
	}
	h := i.Heredocs[0]
	body := string(f.Source[h.Start:max(h.Start, h.End)])
	if line, _, _ := strings.Cut(body, "\n"); strings.HasPrefix(line, "#!") && !strings.Contains(line, "sh") {
		return ""
	}
	var out strings.Builder
	for line := range strings.Lines(body) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			out.WriteString(line)
		}
	}
	return out.String()
}

var shellHeredoc = regexp.MustCompile(`^((/\w+)*/?(ba|da|a)?sh( -\w+)* )?<<-?["']?\w+["']?$`)

// mentions finds a subcommand of the manager in text that was not read.
func (m *manager) mentions(text string, subs map[string]bool) bool {
	fields := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n;&|()'\"\\", r) })
	for k, word := range fields {
		if !isProgram(m, word) {
			continue
		}
		for _, next := range fields[k+1 : min(len(fields), k+6)] {
			if subs[next] {
				return true
			}
			if !strings.HasPrefix(next, "-") {
				break
			}
		}
	}
	return false
}

func isProgram(m *manager, word string) bool {
	word = word[strings.LastIndexByte(word, '/')+1:]
	for _, p := range m.programs {
		if p == word {
			return true
		}
	}
	return false
}

var cleanVerbs = text.WordSet("clean cc distclean")

// cleanedIn reports whether text that was not read takes away what the manager
// leaves.
func (m *manager) cleanedIn(text string) bool {
	for _, folder := range m.folders {
		if strings.Contains(text, folder) {
			return true
		}
	}
	return m.mentions(text, cleanVerbs) && m.name != "apt" || strings.Contains(text, "--no-cache")
}

// last returns the last call of the manager that leaves something behind and
// is not cleaned up after, or nil.
func (r *packageRun) last(m *manager) *call {
	var out *call
	for k := range r.calls {
		if c := &r.calls[k]; c.manager == m && c.left() {
			out = c
		}
	}
	if out == nil {
		return nil
	}
	for _, c := range r.script.Commands {
		if c.Start > out.Start && m.cleans(c) {
			return nil
		}
	}
	return out
}

// packageRuns are the RUN instructions of a file, read once.
type packageRuns struct {
	file *dockerfile.File
	runs map[*dockerfile.Instruction]*packageRun // by place
}

func readRuns(f *dockerfile.File) *packageRuns {
	out := &packageRuns{file: f, runs: map[*dockerfile.Instruction]*packageRun{}}
	each(f, func(_ *dockerfile.Stage, i, at *dockerfile.Instruction) {
		if i.Keyword == "RUN" {
			r := readRun(f, i, at)
			out.runs[at] = &r
		}
	})
	return out
}

// need says that a later step depends on what a RUN leaves. The zero value
// means that none does.
type need struct {
	by   *dockerfile.Instruction
	sure bool // false: it runs something that is not read
}

// neededAfter looks for a step behind a RUN, in its stage or in one that starts
// from it, that installs packages without fetching the lists itself.
func (r *packageRuns) neededAfter(at *dockerfile.Instruction, m *manager) need {
	list := at.Stage.Instructions
	for k, i := range list {
		if i == at {
			return r.need(at.Stage, list[k+1:], m)
		}
	}
	return need{}
}

func (r *packageRuns) need(s *dockerfile.Stage, list []*dockerfile.Instruction, m *manager) need {
	var out need
	for _, at := range list {
		run := r.runs[at]
		if run == nil {
			continue
		}
		d := run.depends(m)
		if d.sure {
			return need{at, true}
		}
		if d.unsure && out.by == nil {
			out = need{at, false}
		}
		if d.fetched {
			return out
		}
	}
	for _, o := range r.file.Stages {
		if o.Parent != s {
			continue
		}
		if n := r.need(o, o.Instructions, m); n.sure || out.by == nil {
			out = n
		}
		if out.sure {
			break
		}
	}
	return out
}

// dependence says how a RUN relies on what a manager fetched before it.
type dependence struct {
	sure    bool // it installs without fetching
	unsure  bool // it runs something that is not read, or looks into the lists
	fetched bool // it fetches, for itself and for those behind it
}

// depends is remembered, because every RUN before asks the same.
func (r *packageRun) depends(m *manager) dependence {
	d, ok := r.needs[m]
	if !ok {
		d = r.readDependence(m)
		if r.needs == nil {
			r.needs = map[*manager]dependence{}
		}
		r.needs[m] = d
	}
	return d
}

func (r *packageRun) readDependence(m *manager) (d dependence) {
	if r.script == nil {
		d.fetched = m.mentions(r.raw, map[string]bool{"update": true})
		d.sure = !d.fetched && m.mentions(r.raw, m.uses)
		return d
	}
	for _, c := range r.script.Commands {
		call, ok := readCall(c)
		switch {
		case ok && call.manager == m && call.fetches():
			d.fetched = true
			return d
		case ok && call.manager == m && m.uses[call.sub]:
			d.sure = true
			return d
		case !ok && unread(c), m.name == "apt" && looksUp(c, call.sub):
			d.unsure = true
		}
	}
	return d
}

// looksUp reports whether a command asks the lists of apt, with which it finds
// nothing and may fail; sub is its subcommand, if it is apt.
func looksUp(c dockerfile.Command, sub string) bool {
	return c.Name == "apt-cache" || c.Name == "apt" && slices.Contains([]string{"show", "search", "list", "policy"}, sub)
}

// runs reports whether a RUN calls a subcommand of a manager.
func (r *packageRun) runs(m *manager, sub string) bool {
	return slices.ContainsFunc(r.calls, func(c call) bool { return c.manager == m && c.sub == sub })
}

// uses reports whether a RUN installs with what it fetched.
func (r *packageRun) uses(m *manager) bool {
	return m.uses == nil || slices.ContainsFunc(r.calls, func(c call) bool { return c.manager == m && m.uses[c.sub] })
}

// onlyChain returns the first call that installs with the manager, in a step
// whose commands are all links of one chain.
func (r *packageRun) onlyChain(m *manager) (*call, error) {
	k := slices.IndexFunc(r.calls, func(c call) bool { return c.manager == m && m.uses[c.sub] })
	if k < 0 {
		return nil, fixer.Refuse("the installation is not found")
	}
	for _, c := range r.script.Commands {
		if c.Place&^dockerfile.InSubstitution != 0 || c.Place == 0 && c.Chain != r.calls[k].Chain {
			return nil, fixer.Refuse("not all commands of line %d depend on the ones before them", r.run.Line)
		}
	}
	return &r.calls[k], nil
}

// uncleaned reports whether nothing behind a call takes away what its manager
// fetched.
func (r *packageRun) uncleaned(c *call) bool {
	return !slices.ContainsFunc(r.script.Commands, func(o dockerfile.Command) bool { return o.Start > c.Start && c.manager.cleans(o) })
}
