package discover

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"sort"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/gitignore"
	"github.com/oakum-sec/oakum/fixer/text"
)

// DefaultMaxBytes is the size over which a file is skipped.
const DefaultMaxBytes = 20_000_000

// SkipUnknown is the skip code of a file that was given as PATH and is
// nothing oakum knows. Its Source has no Kind.
const SkipUnknown fixer.SkipCode = "unknown"

// Options say how [Load] looks. The zero value is what people want.
type Options struct {
	// NoIgnore looks at files that .gitignore (or .git/info/exclude) names and
	// into vendor and node_modules. The stores of version control systems are
	// never entered.
	NoIgnore bool
	// Generated treats files that a tool writes as any other.
	Generated bool
	// MaxBytes is the size over which a file is skipped; 0 means [DefaultMaxBytes].
	MaxBytes int64
	// Drafts are Dockerfiles by their paths, relative to the root, that are to be written: they are
	// taken to be there, in place of what is.
	Drafts map[string][]byte
	// Progress is called as the work goes on. Calls do not overlap and must return
	// quickly; they come from other goroutines.
	Progress func(fixer.Progress)
}

// Load finds and reads the container files below the given paths, which may
// be files or directories; none means the current directory.
//
// What is found by name alone: Dockerfile, Dockerfile.*, *.Dockerfile (and
// Containerfile likewise), compose*.y(a)ml, docker-compose*.y(a)ml,
// kustomization.y(a)ml and Chart.yaml. What must also look right inside: names
// like Dockerfile-alpine or my-compose.yaml, and every other YAML or JSON file,
// which must have a document with apiVersion and kind (in JSON, one of the two
// within the first 64 KiB) or be a Compose file in all its keys (YAML only:
// stack.yml, prod.yaml). Compose files also bring
// in what they include and extend, kustomizations the patches they name, and
// Dockerfiles the ignore files of their builds with the names of the files
// these may be sent. The configuration of Renovate and of Dependabot is read
// as evidence, and so are source policies of BuildKit (source-policy.json), the names of
// the variables in the .env files that Compose takes values from, and the files that say
// how the application of a Dockerfile is built and started.
//
// A path that is given is never ignored, and a file that is given is looked
// into whatever its name. Errors are only what makes the run impossible: a
// missing path, a root that cannot be opened, a cancelled context.
func Load(ctx context.Context, paths []string, opts Options) (*fixer.Loaded, error) {
	targets, err := resolve(paths)
	if err != nil {
		return nil, err
	}
	base, git := chooseRoot(targets)
	root, err := os.OpenRoot(base)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", text.VisibleLine(base), disk.Reason(err))
	}
	defer root.Close()
	l := loader{ctx: ctx, root: root, base: base, opts: opts, dirs: &directories{root: root, read: map[string][]fs.DirEntry{}}}
	if l.opts.MaxBytes <= 0 {
		l.opts.MaxBytes = DefaultMaxBytes
	}
	if err := l.discover(targets, git); err != nil {
		return nil, err
	}
	if err := l.readAll(); err != nil {
		return nil, err
	}
	for p, data := range opts.Drafts {
		l.sources[p] = &fixer.Source{Path: p, Kind: fixer.Dockerfile, Data: data}
	}
	l.relate()
	l.readEnvironments()
	l.trackedEnvironments(git)
	l.markGenerated()
	if err := l.list(git); err != nil {
		return nil, err
	}
	l.readProjects()
	l.readMounted()
	tree := &fixer.Loaded{Root: base, Git: git, Notes: l.notes, Names: l.names}
	for _, s := range l.sources {
		tree.Sources = append(tree.Sources, *s)
	}
	sort.Slice(tree.Sources, func(i, j int) bool { return tree.Sources[i].Path < tree.Sources[j].Path })
	sort.Slice(tree.Notes, func(i, j int) bool {
		a, b := tree.Notes[i], tree.Notes[j]
		return a.Path < b.Path || (a.Path == b.Path && a.Text < b.Text)
	})
	return tree, nil
}

// loader is the state of one Load.
type loader struct {
	ctx  context.Context
	root *os.Root
	dirs *directories
	base string
	opts Options

	selected    []string // directories selected, relative to the root
	siblingDirs []string // directories of files selected
	candidates  []*candidate
	sources     map[string]*fixer.Source
	notes       []fixer.Note
	names       []fixer.Name
}

// discover fills l.candidates: first what was selected, without limits, then
// what else lies below the root (in a git work tree) or beside the files selected
// for (elsewhere), as context and within a budget.
func (l *loader) discover(targets []target, git bool) error {
	w := &walker{
		ctx: l.ctx, root: l.root, dirs: l.dirs, base: l.base, noIgnore: l.opts.NoIgnore,
		found: map[string]*candidate{}, visited: map[string]bool{},
		budget: -1, selected: true, ignoring: gitignore.Matcher{Left: maxIgnoreSteps},
	}
	if l.opts.Progress != nil {
		w.progress = func() { l.opts.Progress(fixer.Progress{Found: len(w.found)}) }
	}
	var context []string
	if git {
		context = []string{"."}
	}
	for _, t := range targets {
		rel, err := filepath.Rel(l.base, t.abs)
		if err != nil {
			return fmt.Errorf("%s: %w", text.VisibleLine(t.abs), err)
		}
		rel = filepath.ToSlash(rel)
		if !t.dir {
			w.add(candidate{path: rel, hint: classifyPath(rel), named: true})
			context = append(context, path.Dir(rel))
			l.siblingDirs = append(l.siblingDirs, path.Dir(rel))
			continue
		}
		if d, err := l.root.Open(rel); err != nil {
			return fmt.Errorf("%s: %s", text.VisibleLine(t.abs), disk.Reason(err))
		} else {
			d.Close()
		}
		l.selected = append(l.selected, rel)
		if err := w.directory(rel, w.ignoreChain(rel), 0); err != nil {
			return err
		}
	}
	w.selected, w.budget = false, maxContext
	ignored := w.ignored
	for _, dir := range context {
		if err := w.directory(dir, w.ignoreChain(dir), 0); err != nil {
			return err
		}
	}
	if w.budget == 0 {
		w.addNote("", fmt.Sprintf("only the first %d files outside the given paths were checked for evidence", maxContext))
	}
	if ignored > 0 {
		w.addNote("", text.Count(ignored, "ignored file or directory was", "ignored files or directories were")+" not scanned (use --no-ignore to scan them)")
	}
	charts := charts{}
	for _, c := range w.found {
		if role := charts.role(filepath.Join(l.base, filepath.FromSlash(c.path))); role != "" && c.hint.kind != fixer.Dockerfile && c.hint.kind != fixer.Updates {
			c.hint, c.helm = nameHint{kind: fixer.Helm, sure: true}, role
		}
		l.candidates = append(l.candidates, c)
	}
	sort.Slice(l.candidates, func(i, j int) bool { return l.candidates[i].path < l.candidates[j].path })
	l.notes = w.notes
	return nil
}

// readAll reads the candidates in parallel and keeps those that are sources.
func (l *loader) readAll() error {
	l.sources = make(map[string]*fixer.Source, len(l.candidates))
	results := make([]*fixer.Source, len(l.candidates))
	var done int
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(min(runtime.GOMAXPROCS(0), 8))
	for i, c := range l.candidates {
		g.Go(func() error {
			if err := l.ctx.Err(); err != nil {
				return err
			}
			results[i] = identify(l.root, *c, l.opts.MaxBytes)
			if l.opts.Progress != nil {
				mu.Lock()
				defer mu.Unlock()
				done++
				l.opts.Progress(fixer.Progress{Found: len(l.candidates), Read: done})
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, s := range results {
		if s != nil {
			s.Context = !l.candidates[i].selected
			l.sources[s.Path] = s
		}
	}
	return nil
}
