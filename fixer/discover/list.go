package discover

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/buildcontext"
	"oakum/fixer/disk"
	"oakum/fixer/git"
)

// maxNames bounds how many names are listed, the upper folders first, and
// maxNamesDepth how deep. Folders beyond are named and closed. Tests lower it.
var maxNames = 50_000

const (
	maxNamesDepth = 32
	// maxDockerignore bounds what is read of one ignore file; no honest one is
	// larger.
	maxDockerignore = 1 << 16
)

// closed are folders that are named and not entered: they hold what others
// wrote, and much of it.
var closed = set("node_modules", "vendor", "__pycache__", "bower_components", ".terraform", ".gradle", ".tox", ".mypy_cache")

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
	queue := slices.Concat(l.asked, l.beside)
	if inGit {
		queue = []string{"."}
		n.repo = git.Open(l.base)
	}
	slices.Sort(queue)
	for _, dir := range slices.Compact(queue) {
		if !n.below(dir) {
			n.enter(pending{path: dir, git: true})
		}
	}
	for k := 0; k < len(n.folders); k++ { // grows while it is walked: the upper ones come first
		if err := l.ctx.Err(); err != nil {
			return err
		}
		n.folder(n.folders[k])
	}
	if n.cut {
		l.note("", fmt.Sprintf("builds may be sent more files than the %d names that were listed; what the others are was not looked at", maxNames))
	}
	slices.SortFunc(l.names, func(a, b fixer.Name) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

// ignoreFiles gives the paths at which an ignore file can matter to one of the
// Dockerfiles found: beside it under its own name, and in its folder and those
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

// lister walks folders for their names only.
type lister struct {
	*loader
	wanted  map[string]bool // ignore files to read
	folders []pending
	repo    *git.Repository // nil outside git
	budget  int
	cut     bool
}

// A pending folder is one to list.
type pending struct {
	path  string
	depth int
	git   bool // its files belong to the repository itself, not to one inside it
	at    int  // its index in names
}

// below reports whether a folder lies in one that is listed already.
func (n *lister) below(dir string) bool {
	return slices.ContainsFunc(n.folders, func(f pending) bool {
		return f.path == "." || dir == f.path || strings.HasPrefix(dir, f.path+"/")
	})
}

func (n *lister) name(p string, kind buildcontext.NameKind) *fixer.Name {
	n.names = append(n.names, fixer.Name{Path: p, Kind: kind})
	return &n.names[len(n.names)-1]
}

// enter names a folder that is to be listed.
func (n *lister) enter(f pending) {
	f.at = len(n.names)
	n.name(f.path, buildcontext.Folder).Outside = !n.isAsked(path.Join(f.path, "x"))
	n.folders = append(n.folders, f)
}

func (n *lister) folder(f pending) {
	entries, err := n.entries(f.path)
	if err != nil || f.depth > maxNamesDepth {
		n.names[f.at].Kind = buildcontext.Closed
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

// entries lists a folder; one that does not fit the budget is not listed in
// part, since its order on disk is nobody's.
func (n *lister) entries(dir string) ([]fs.DirEntry, error) {
	d, err := n.root.OpenFile(dir, os.O_RDONLY|disk.OpenFlags, 0)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(n.budget + 1)
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	case len(entries) > n.budget:
		n.cut = true
		return nil, errors.New("too many names")
	}
	n.budget -= len(entries)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) }) // what the budget is spent on must not depend on the disk
	return entries, nil
}

func (n *lister) entry(f pending, p string, e fs.DirEntry) {
	mode := e.Type()
	switch {
	case mode.IsDir() && (disk.IsStore(e.Name()) || closed[e.Name()]):
		n.name(p, buildcontext.Closed)
	case mode.IsDir():
		n.enter(pending{path: p, depth: f.depth + 1, git: f.git})
	case mode&fs.ModeSymlink != 0:
		n.name(p, buildcontext.Link)
	case mode.IsRegular():
		name := n.name(p, buildcontext.Plain)
		if tracked, known := n.repo.Tracked(p); known && f.git {
			name.Git = buildcontext.GitUntracked
			if tracked {
				name.Git = buildcontext.GitTracked
			}
		}
		if n.wanted[p] && n.sources[p] == nil {
			src := identify(n.root, candidate{path: p, guess: guess{kind: fixer.Dockerignore, sure: true}}, n.opts.MaxBytes)
			src.Context = !n.isAsked(p)
			n.sources[p] = src
		}
	}
}
