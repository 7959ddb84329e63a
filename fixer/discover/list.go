package discover

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/git"
)

// maxNames bounds how many names are listed, the upper directories first, and
// maxNamesDepth how deep. Directories beyond are named and closed. Tests lower it.
var maxNames = 50_000

const (
	maxNamesDepth = 32
	// maxDockerignore bounds what is read of one ignore file; no honest one is
	// larger.
	maxDockerignore = 1 << 16
)

// unlisted are directories that are named and not entered: they hold what others
// wrote, and much of it.
var unlisted = set("node_modules", "vendor", "__pycache__", "bower_components", ".terraform", ".gradle", ".tox", ".mypy_cache")

// list fills l.names with the names of files that builds of the Dockerfiles
// found may be sent, and reads the ignore files of these builds. Names that git
// ignores are among them, because builds send them. Links are named and not
// followed; sockets, FIFOs and devices are left out.
func (l *loader) list(inGit bool) error {
	wanted := l.ignoreFiles()
	if wanted == nil {
		return nil
	}
	n := &lister{loader: l, budget: maxNames, wanted: wanted}
	queue := slices.Concat(l.selected, l.siblingDirs)
	if inGit {
		queue = []string{"."}
		n.git = true
	}
	slices.Sort(queue)
	for _, dir := range slices.Compact(queue) {
		if !n.below(dir) {
			n.enter(pending{path: dir, git: true})
		}
	}
	for k := 0; k < len(n.queue); k++ { // grows while it is walked: the upper ones come first
		if err := l.ctx.Err(); err != nil {
			return err
		}
		n.directory(n.queue[k])
	}
	n.askGit()
	if n.cut {
		l.addNote("", fmt.Sprintf("build contexts may contain more than the %d files that were listed; the other files were not checked", maxNames))
	}
	slices.SortFunc(l.names, func(a, b fixer.Name) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

// ignoreFiles returns the paths at which an ignore file can matter to one of the
// Dockerfiles found: beside it under its own name, and in its directory and those
// above. It is nil when there is no Dockerfile.
func (l *loader) ignoreFiles() map[string]bool {
	var out map[string]bool
	for p, s := range l.sources {
		if s.Kind != fixer.Dockerfile || s.Skip != nil {
			continue
		}
		if out == nil {
			out = map[string]bool{}
		}
		out[p+".dockerignore"] = true
		for dir := path.Dir(p); ; dir = path.Dir(dir) {
			out[path.Join(dir, ".dockerignore")] = true
			if dir == "." {
				break
			}
		}
	}
	return out
}

// lister walks directories for their names only.
type lister struct {
	*loader
	wanted map[string]bool // ignore files to read
	queue  []pending
	git    bool  // the root is the top of a work tree
	asked  []int // the names that its index may know, by index in names
	budget int
	cut    bool
}

// askGit notes which files are tracked.
func (n *lister) askGit() {
	if len(n.asked) == 0 {
		return
	}
	paths := make([]string, len(n.asked))
	for i, at := range n.asked {
		paths[i] = n.names[at].Path
	}
	repo := git.Open(n.base, paths)
	if err := repo.Err(); err != nil {
		n.addNote("", "cannot determine which files git tracks: "+err.Error())
	}
	for _, at := range n.asked {
		switch tracked, known := repo.Tracked(n.names[at].Path); {
		case !known:
			return
		case tracked:
			n.names[at].Git = buildcontext.GitTracked
		default:
			n.names[at].Git = buildcontext.GitUntracked
		}
	}
}

// A pending directory is one to list.
type pending struct {
	path  string
	depth int
	git   bool // its files belong to the repository itself, not to one inside it
	at    int  // its index in names
}

// below reports whether a directory lies in one that is listed already.
func (n *lister) below(dir string) bool {
	return slices.ContainsFunc(n.queue, func(f pending) bool {
		return f.path == "." || dir == f.path || strings.HasPrefix(dir, f.path+"/")
	})
}

func (n *lister) name(p string, kind buildcontext.NameKind) *fixer.Name {
	n.names = append(n.names, fixer.Name{Path: p, Kind: kind})
	return &n.names[len(n.names)-1]
}

// enter names a directory that is to be listed.
func (n *lister) enter(f pending) {
	f.at = len(n.names)
	n.name(f.path, buildcontext.Directory).Outside = !n.isSelected(path.Join(f.path, "x"))
	n.queue = append(n.queue, f)
}

func (n *lister) directory(f pending) {
	entries, err := n.dirs.entries(f.path, n.budget)
	n.cut = n.cut || errors.Is(err, errTooMany)
	if err == nil {
		n.budget -= len(entries)
	}
	if err != nil || f.depth > maxNamesDepth {
		n.names[f.at].Kind = buildcontext.UnlistedDirectory
		return
	}
	for _, e := range entries {
		switch {
		case e.Name() == "pyvenv.cfg": // a virtual environment, known by this file
			n.name(path.Join(f.path, e.Name()), buildcontext.Plain)
			return
		case e.Name() == ".git" && f.path != ".":
			f.git = false
		}
	}
	for _, e := range entries {
		n.entry(f, path.Join(f.path, e.Name()), e)
	}
}

func (n *lister) entry(f pending, p string, e fs.DirEntry) {
	mode := e.Type()
	switch {
	case mode.IsDir() && (disk.IsStore(e.Name()) || unlisted[e.Name()]):
		n.name(p, buildcontext.UnlistedDirectory)
	case mode.IsDir():
		n.enter(pending{path: p, depth: f.depth + 1, git: f.git})
	case mode&fs.ModeSymlink != 0:
		n.name(p, buildcontext.Link)
	case mode.IsRegular():
		if n.name(p, buildcontext.Plain); n.git && f.git {
			n.asked = append(n.asked, len(n.names)-1)
		}
		if n.wanted[p] && n.sources[p] == nil {
			src := identify(n.root, candidate{path: p, hint: nameHint{kind: fixer.Dockerignore, sure: true}}, n.opts.MaxBytes)
			src.Context = !n.isSelected(p)
			n.sources[p] = src
		}
	}
}
