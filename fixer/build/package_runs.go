package build

import (
	"regexp"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

// PackageRun is what one RUN does with package managers.
type PackageRun struct {
	At          *dockerfile.Instruction // the RUN, or the ONBUILD that holds it
	Instruction *dockerfile.Instruction
	Script      *dockerfile.Script // nil when it was not read
	Why         string             // why it was not read
	Calls       []PackageCall
	Raw         string // text to search when it was not read
	needs       map[*Manager]dependence
	OnBuild     bool // it runs in images built from this one
}

func readRun(f *dockerfile.File, i, at *dockerfile.Instruction) PackageRun {
	r := PackageRun{At: at, Instruction: i, OnBuild: i.OnBuild}
	script, err := f.Script(i)
	if err != nil {
		r.Why, r.Raw = Reason(err), UnreadText(f, i)
		return r
	}
	r.Script = script
	for _, c := range script.Commands {
		if call, ok := ReadPackageCall(c); ok {
			r.Calls = append(r.Calls, call)
		}
	}
	return r
}

// UnreadText returns the commands of a RUN that the shell reader refuses, as
// far as they can be told from data: the body of a heredoc that a shell gets,
// the words of the exec form, or the plain text. Comments are dropped.
func UnreadText(f *dockerfile.File, i *dockerfile.Instruction) string {
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

// Mentions finds a subcommand of the manager in text that was not read.
func (m *Manager) Mentions(text string, subs map[string]bool) bool {
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

func isProgram(m *Manager, word string) bool {
	word = word[strings.LastIndexByte(word, '/')+1:]
	for _, p := range m.programs {
		if p == word {
			return true
		}
	}
	return false
}

var cleanVerbs = text.WordSet("clean cc distclean")

// CleanedIn reports whether text that was not read takes away what the manager
// leaves.
func (m *Manager) CleanedIn(text string) bool {
	for _, folder := range m.Dirs {
		if strings.Contains(text, folder) {
			return true
		}
	}
	return m.Mentions(text, cleanVerbs) && m.Name != "apt" || strings.Contains(text, "--no-cache")
}

// LastUncleaned returns the last call of the manager that leaves something behind and
// is not cleaned up after, or nil.
func (r *PackageRun) LastUncleaned(m *Manager) *PackageCall {
	var out *PackageCall
	for k := range r.Calls {
		if c := &r.Calls[k]; c.Manager == m && c.LeavesFiles() {
			out = c
		}
	}
	if out == nil {
		return nil
	}
	for _, c := range r.Script.Commands {
		if c.Start > out.Start && m.cleans(c) {
			return nil
		}
	}
	return out
}

// PackageRuns are the RUN instructions of a file, read once.
type PackageRuns struct {
	File          *dockerfile.File
	ByInstruction map[*dockerfile.Instruction]*PackageRun // by place
}

func ReadPackageRuns(f *dockerfile.File) *PackageRuns {
	out := &PackageRuns{File: f, ByInstruction: map[*dockerfile.Instruction]*PackageRun{}}
	Each(f, func(_ *dockerfile.Stage, i, at *dockerfile.Instruction) {
		if i.Keyword == "RUN" {
			r := readRun(f, i, at)
			out.ByInstruction[at] = &r
		}
	})
	return out
}

// Need says that a later step depends on what a RUN leaves. The zero value
// means that none does.
type Need struct {
	By   *dockerfile.Instruction
	Sure bool // false: it runs something that is not read
}

// NeededAfter looks for a step behind a RUN, in its stage or in one that starts
// from it, that installs packages without fetching the lists itself.
func (r *PackageRuns) NeededAfter(at *dockerfile.Instruction, m *Manager) Need {
	list := at.Stage.Instructions
	for k, i := range list {
		if i == at {
			return r.need(at.Stage, list[k+1:], m)
		}
	}
	return Need{}
}

func (r *PackageRuns) need(s *dockerfile.Stage, list []*dockerfile.Instruction, m *Manager) Need {
	var out Need
	for _, at := range list {
		run := r.ByInstruction[at]
		if run == nil {
			continue
		}
		d := run.depends(m)
		if d.sure {
			return Need{at, true}
		}
		if d.unsure && out.By == nil {
			out = Need{at, false}
		}
		if d.fetched {
			return out
		}
	}
	for _, o := range r.File.Stages {
		if o.Parent != s {
			continue
		}
		if n := r.need(o, o.Instructions, m); n.Sure || out.By == nil {
			out = n
		}
		if out.Sure {
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
func (r *PackageRun) depends(m *Manager) dependence {
	d, ok := r.needs[m]
	if !ok {
		d = r.readDependence(m)
		if r.needs == nil {
			r.needs = map[*Manager]dependence{}
		}
		r.needs[m] = d
	}
	return d
}

func (r *PackageRun) readDependence(m *Manager) (d dependence) {
	if r.Script == nil {
		d.fetched = m.Mentions(r.Raw, map[string]bool{"update": true})
		d.sure = !d.fetched && m.Mentions(r.Raw, m.Uses)
		return d
	}
	for _, c := range r.Script.Commands {
		call, ok := ReadPackageCall(c)
		switch {
		case ok && call.Manager == m && call.FetchesLists():
			d.fetched = true
			return d
		case ok && call.Manager == m && m.Uses[call.Verb]:
			d.sure = true
			return d
		case !ok && RunsUnread(c), m.Name == "apt" && ReadsLists(c, call.Verb):
			d.unsure = true
		}
	}
	return d
}

// ReadsLists reports whether a command asks the lists of apt, with which it finds
// nothing and may fail; sub is its subcommand, if it is apt.
func ReadsLists(c dockerfile.Command, sub string) bool {
	return c.Name == "apt-cache" || c.Name == "apt" && slices.Contains([]string{"show", "search", "list", "policy"}, sub)
}

// Runs reports whether a RUN calls a subcommand of a manager.
func (r *PackageRun) Runs(m *Manager, sub string) bool {
	return slices.ContainsFunc(r.Calls, func(c PackageCall) bool { return c.Manager == m && c.Verb == sub })
}

// Installs reports whether a RUN installs with what it fetched.
func (r *PackageRun) Installs(m *Manager) bool {
	return m.Uses == nil || slices.ContainsFunc(r.Calls, func(c PackageCall) bool { return c.Manager == m && m.Uses[c.Verb] })
}

// OnlyChain returns the first call that installs with the manager, in a step
// whose commands are all links of one chain.
func (r *PackageRun) OnlyChain(m *Manager) (*PackageCall, error) {
	k := slices.IndexFunc(r.Calls, func(c PackageCall) bool { return c.Manager == m && m.Uses[c.Verb] })
	if k < 0 {
		return nil, fixer.Refuse("the installation is not found")
	}
	for _, c := range r.Script.Commands {
		if c.Place&^dockerfile.InSubstitution != 0 || c.Place == 0 && c.Chain != r.Calls[k].Chain {
			return nil, fixer.Refuse("not all commands of line %d depend on the ones before them", r.Instruction.Line)
		}
	}
	return &r.Calls[k], nil
}

// Uncleaned reports whether nothing behind a call takes away what its manager
// fetched.
func (r *PackageRun) Uncleaned(c *PackageCall) bool {
	return !slices.ContainsFunc(r.Script.Commands, func(o dockerfile.Command) bool { return o.Start > c.Start && c.Manager.cleans(o) })
}
