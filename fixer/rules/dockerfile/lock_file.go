package dockerfile

import (
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A lock is what is known of the lock file that a step should install from.
type lock struct {
	at       *dockerfile.Instruction // copies it to where the step runs; nil when that is not proved
	evidence []fixer.Evidence

	where string // the folder it lies in, relative to the context
	why   string // why at is nil, where more is known than that
}

// advice says what a person can do where nothing proves the lock file.
func (l lock) advice(name, write, unknown string) string {
	if l.why != "" {
		return l.why + ", then " + write
	}
	return "Copy " + name + " before this step and " + write + ". Commit the file first if the repository does not contain one. Not fixed automatically: " + unknown
}

// findLock looks for a COPY or ADD in the stage before a step that brings one of
// the files into the folder in which the step runs: by its name, since a build
// without it fails, or by a pattern or folder that takes it from the context.
func findLock(p *fixer.Pass, st build.Step, names ...string) lock {
	if slices.ContainsFunc(st.Commands, func(c build.Command) bool { return c.Program == "cd" || c.Program == "pushd" }) {
		return lock{why: "Make sure that " + names[0] + " is in the directory that the step installs in"}
	}
	if first := packageChanges.Of(p.File).first(p.File.Dockerfile, st.Stage, names[0]); first != nil && first.Line <= st.At.Line {
		return lock{} // it may be removed, or be another one, or no longer fit
	}
	ctx, known := p.Topology().Context(p.File.Path)
	if !known {
		ctx = buildcontext.Context{Dir: "."} // in which nothing is
	}
	var out lock
	for _, i := range st.Stage.Instructions {
		if i == st.At {
			break
		}
		if !copiesHere(st, i) {
			continue
		}
		for _, w := range dockerfile.ContextSources(i) {
			if w.Dynamic {
				continue
			}
			if slices.Contains(names, path.Base(w.Value)) {
				return lock{at: i, where: path.Dir(w.Value), evidence: []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: source(p, i), Text: "The lock file is copied by name, so the build fails without the file"}}}
			}
			if known {
				out = out.or(inContext(p, ctx, i, w, names))
			}
		}
	}
	return out
}

// packageChanges are the steps of a file that change lists of packages, looked for
// once for each stage and lock file, not for each step that installs.
var packageChanges = fixer.Derive(func(*fixer.File) *changedPackages {
	return &changedPackages{found: map[changedKey]*dockerfile.Instruction{}}
})

type changedPackages struct {
	mu    sync.Mutex
	found map[changedKey]*dockerfile.Instruction
}

type changedKey struct {
	stage *dockerfile.Stage
	lock  string
}

// first returns the first RUN of a stage that changes the list of packages or its
// lock file, nil where none does.
func (c *changedPackages) first(f *dockerfile.File, s *dockerfile.Stage, lock string) *dockerfile.Instruction {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := changedKey{s, lock}
	at, ok := c.found[key]
	if !ok {
		for _, i := range s.Instructions {
			if i.Keyword == "RUN" && changesPackage(build.CommandText(f, i), lock) {
				at = i
				break
			}
		}
		c.found[key] = at
	}
	return at
}

// changesPackage reports whether the text of a step names a lock file or the
// list of packages that it belongs to.
func changesPackage(text, lock string) bool {
	return strings.Contains(text, lock) || strings.Contains(text, "package.json") || npmWrites().MatchString(text)
}

var npmWrites = text.Regexp(`\bnpm\s+(init|pkg\s+(set|delete))\b`)

// or keeps what is known better: a proof before a reason, the later before the
// earlier.
func (l lock) or(o lock) lock {
	if o.at != nil || l.at == nil && o.why != "" {
		return o
	}
	return l
}

// inContext looks whether a pattern or folder takes one of the files along, and
// else whether it lies beside the package.json that a source takes.
func inContext(p *fixer.Pass, ctx buildcontext.Context, i *dockerfile.Instruction, w dockerfile.Word, names []string) lock {
	from := path.Join("/", w.Value)[1:]
	folder, takes := path.Dir(from), func(name string) bool {
		ok, err := path.Match(from, name)
		return err == nil && ok
	}
	if n, ok := ctx.Has(from); ok && n.Kind == buildcontext.Directory {
		folder, takes = path.Join(".", from), func(string) bool { return true }
	}
	if !takes(path.Join(folder, "package.json")) || !ctx.Sends(path.Join(folder, "package.json")) {
		return lock{}
	}
	for _, base := range names {
		name := path.Join(folder, base)
		n, there := ctx.Has(name)
		if !there || n.Kind != buildcontext.Plain {
			continue
		}
		switch _, less := i.Flag("exclude"); {
		case ctx.Ignore.Excludes(name):
			return lock{why: "Remove " + base + " from " + ctx.IgnorePath + ", which excludes the file from the build context"}
		case n.Git == buildcontext.GitUntracked:
			return lock{why: "Commit " + ctx.Join(name) + ", which git does not track"}
		case !takes(name) || less:
			return lock{why: "Copy " + name + " before this step as well"}
		}
		return lock{at: i, where: folder, evidence: []fixer.Evidence{
			{Kind: fixer.FromDockerfile, Place: source(p, i), Text: i.Keyword + " " + w.Value + " copies " + ctx.Join(name) + ", which exists"},
			{Kind: fixer.FromRepository, Text: ctx.Why},
		}}
	}
	return lock{why: "Create " + names[0] + " next to " + ctx.Join(path.Join(folder, "package.json")) + ", commit it and copy it before this step"}
}

// copiesHere reports whether an instruction puts files into the folder in which
// a step runs.
func copiesHere(st build.Step, i *dockerfile.Instruction) bool {
	if len(dockerfile.ContextSources(i)) == 0 {
		return false
	}
	to := i.Words[len(i.Words)-1]
	now := st.Stage.WorkdirAt(st.Instruction)
	if to.Value == "." || to.Value == "./" {
		return st.Stage.WorkdirAt(i).Text == now.Text
	}
	return !to.Dynamic && now.Known && strings.TrimRight(to.Value, "/") == now.Text
}

// yarn tells Yarn 1 from later ones, which keep .yarnrc.yml beside the lock
// file. It is not known where the context is not, and where Corepack chooses.
func (l lock) yarn(p *fixer.Pass) (modern, known bool) {
	ctx, ok := p.Topology().Context(p.File.Path)
	if !ok {
		return false, false
	}
	if _, modern := ctx.Has(path.Join(l.where, ".yarnrc.yml")); modern {
		return true, true
	}
	for _, i := range p.File.Dockerfile.Instructions {
		if text := build.CommandText(p.File.Dockerfile, i); i.Keyword == "RUN" && (strings.Contains(text, "corepack") || strings.Contains(text, "yarn set version") || strings.Contains(text, "yarn@")) {
			return false, false
		}
	}
	return false, true
}
