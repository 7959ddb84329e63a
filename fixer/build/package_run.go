package build

import (
	"fmt"
	"slices"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// A PackageRun is a RUN with what it does with package managers.
type PackageRun struct {
	Step
	Calls []*PackageCall
	Rough bool   // the calls are not told apart: the text is only searched
	text  string // to search where the commands are not all read
	needs func() map[*Manager]dependence
}

func readPackageRun(f *dockerfile.File, st Step) *PackageRun {
	r := &PackageRun{Step: st}
	if st.Script == nil && st.Unread {
		r.text = CommandText(f, st.Instruction)
		r.Rough = true
	} else {
		for _, c := range st.Commands {
			if c.Package != nil {
				r.Calls = append(r.Calls, c.Package)
			}
		}
	}
	r.needs = sync.OnceValue(func() map[*Manager]dependence {
		out := map[*Manager]dependence{}
		for _, m := range Managers {
			out[m] = r.readDependence(m)
		}
		return out
	})
	return r
}

// LeavesUnread reports whether commands that were not read leave something of the
// manager behind.
func (r *PackageRun) LeavesUnread(m *Manager) bool { return m.leavesIn(r.text) }

// LastUncleaned returns the last call of the manager that leaves something behind and
// is not cleaned up after, or nil.
func (r *PackageRun) LastUncleaned(m *Manager) *PackageCall {
	var out *PackageCall
	for _, c := range r.Calls {
		if c.Manager == m && c.LeavesFiles() {
			out = c
		}
	}
	if out == nil {
		return nil
	}
	for _, c := range r.Commands {
		if c.Start > out.Start && m.cleans(c) {
			return nil
		}
	}
	return out
}

// Packages are the RUN instructions of a file with what they do with package
// managers.
type Packages struct {
	file *dockerfile.File
	runs map[*dockerfile.Instruction]*PackageRun // by place
}

// Packages returns what the steps of the build do with package managers.
func (b *Build) Packages() *Packages { return b.packages() }

func readPackages(b *Build) *Packages {
	out := &Packages{file: b.File, runs: map[*dockerfile.Instruction]*PackageRun{}}
	for _, st := range b.steps() {
		if st.Instruction.Keyword == "RUN" {
			out.runs[st.At] = readPackageRun(b.File, st)
		}
	}
	return out
}

// At returns the run of a RUN, or of the ONBUILD that holds one; nil for another
// instruction.
func (p *Packages) At(i *dockerfile.Instruction) *PackageRun { return p.runs[i] }

// Need says that a later step depends on what a RUN leaves. The zero value
// means that none does.
type Need struct {
	By   *dockerfile.Instruction // the FROM of its stage, where a service of File runs it
	Sure bool                    // false: it runs something that is not read, or the image it starts from may be another one
	File string                  // of the Dockerfile it stands in, where that is another one
}

// Where says in words where the step stands.
func (n Need) Where() string {
	if n.File != "" && n.By.Keyword == "FROM" {
		return n.File // a service that it stands for
	}
	if n.File != "" {
		return fmt.Sprintf("%s:%d", n.File, n.By.Line)
	}
	return fmt.Sprintf("line %d", n.By.Line)
}

// NeededAfter looks for a step after a RUN that installs packages without
// fetching the lists itself: in its stage, in one that starts from it, and in
// other Dockerfiles of the repository that start from the image it ends up in.
func NeededAfter(p *fixer.Pass, at *dockerfile.Instruction, m *Manager) Need {
	list := at.Stage.Instructions
	for k, i := range list {
		if i == at {
			look := search{pass: p, manager: m, file: p.File, seen: map[*dockerfile.Stage]bool{}}
			return look.in(at.Stage, list[k+1:])
		}
	}
	return Need{}
}

// A search looks for who needs what a manager fetched, in one file.
type search struct {
	pass    *fixer.Pass
	manager *Manager
	file    *fixer.File
	other   string // the path of the file, where it is not that of the pass
	seen    map[*dockerfile.Stage]bool
}

func (l search) in(s *dockerfile.Stage, list []*dockerfile.Instruction) Need {
	var out Need
	runs := Of(l.file).Packages().runs
	for _, at := range list {
		run := runs[at]
		if run == nil {
			continue
		}
		d := run.needs()[l.manager]
		if d.sure {
			return Need{at, true, l.other}
		}
		if d.unsure && out.By == nil {
			out = Need{at, false, l.other}
		}
		if d.fetched {
			return out
		}
	}
	if l.seen[s] {
		return out
	}
	l.seen[s] = true
	if n := l.atStart(s); n.Sure {
		return n
	}
	for _, o := range l.file.Dockerfile.Stages {
		if o.Parent != s {
			continue
		}
		if n := l.in(o, o.Instructions); n.Sure || out.By == nil {
			out = n
		}
		if out.Sure {
			return out
		}
	}
	for _, d := range l.pass.Topology().Derived(l.file.Path) {
		file := l.pass.Read(d.Path)
		if d.Of.Stage.Index != s.Index || file == nil || file.Dockerfile != d.File {
			continue
		}
		there := l
		if there.file, there.other = file, d.Path; file == l.pass.File {
			there.other = ""
		}
		n := there.in(d.Stage, d.Stage.Instructions)
		n.Sure = n.Sure && d.Certain
		if n.Sure || out.By == nil {
			out = n
		}
		if out.Sure {
			return out
		}
	}
	return out
}

// atStart looks for a container of the stage that installs when it starts: by
// its ENTRYPOINT or CMD, or because a Compose service says so.
func (l search) atStart(s *dockerfile.Stage) Need {
	for _, i := range s.Instructions {
		if i.Keyword != "CMD" && i.Keyword != "ENTRYPOINT" {
			continue
		}
		if dependenceOf(l.manager, Of(l.file).Step(i).Commands).sure {
			return Need{i, true, l.file.Path}
		}
	}
	for _, v := range l.pass.Topology().Users(l.file.Path) {
		if b, ok := l.pass.Topology().ServiceBuild(v); !ok || b.Stage.Index != s.Index {
			continue
		}
		for _, key := range []string{"entrypoint", "command"} {
			node := v.Setting(key).Node
			list, _ := ReadWords(node.Texts())
			if text := node.Text(); text != "" {
				list, _ = ReadText(text)
			}
			if dependenceOf(l.manager, list).sure {
				return Need{s.From, true, v.File}
			}
		}
	}
	return Need{}
}

// dependence says how a RUN relies on what a manager fetched before it.
type dependence struct {
	sure    bool // it installs without fetching
	unsure  bool // it runs something that is not read, or looks into the lists
	fetched bool // it fetches, for itself and for those after it
}

func (r *PackageRun) readDependence(m *Manager) (d dependence) {
	if r.Rough {
		d.fetched = m.mentions(r.text, map[string]bool{"update": true})
		d.sure = !d.fetched && m.Uses != nil && m.mentions(r.text, m.Uses)
		return d
	}
	return dependenceOf(m, r.Commands)
}

func dependenceOf(m *Manager, commands []Command) (d dependence) {
	for _, c := range commands {
		own := c.Package != nil && c.Package.Manager == m
		switch {
		case own && c.Package.FetchesLists():
			d.fetched = true
			return d
		case own && m.Uses[c.Package.Verb]:
			d.sure = true
			return d
		case c.Package == nil && c.RunsUnread(), m.Name == "apt" && ReadsLists(c):
			d.unsure = true
		}
	}
	return d
}

// ReadsLists reports whether a command asks the lists of apt, without which it
// finds nothing and may fail.
func ReadsLists(c Command) bool {
	return c.Program == "apt-cache" || c.Program == "apt" && c.Package != nil && slices.Contains([]string{"show", "search", "list", "policy"}, c.Package.Verb)
}

// Runs reports whether a RUN calls a subcommand of a manager.
func (r *PackageRun) Runs(m *Manager, sub string) bool {
	return slices.ContainsFunc(r.Calls, func(c *PackageCall) bool { return c.Manager == m && c.Verb == sub })
}

// Installs reports whether a RUN installs with what it fetched.
func (r *PackageRun) Installs(m *Manager) bool {
	return m.Uses == nil || slices.ContainsFunc(r.Calls, func(c *PackageCall) bool { return c.Manager == m && m.Uses[c.Verb] })
}

// OnlyChain returns the first call that installs with the manager, in a step
// whose commands are all links of one chain.
func (r *PackageRun) OnlyChain(m *Manager) (*PackageCall, error) {
	k := slices.IndexFunc(r.Calls, func(c *PackageCall) bool { return c.Manager == m && m.Uses[c.Verb] })
	if k < 0 {
		return nil, fixer.Refuse("the install command was not found")
	}
	for _, c := range r.Commands {
		if c.Place&^dockerfile.InSubstitution != 0 || c.Place == 0 && c.Chain != r.Calls[k].Chain {
			return nil, fixer.Refuse("the commands of line %d are not all joined by &&", r.Instruction.Line)
		}
	}
	return r.Calls[k], nil
}

// Uncleaned reports whether nothing after a call takes away what its manager
// fetched.
func (r *PackageRun) Uncleaned(c *PackageCall) bool {
	return !slices.ContainsFunc(r.Commands, func(o Command) bool { return o.Start > c.Start && c.Manager.cleans(o) })
}
