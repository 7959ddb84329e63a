package discover

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/gitignore"
	"github.com/oakum-sec/oakum/fixer/text"
)

const (
	// maxDepth bounds how deep directories are followed. Deeper ones are reported.
	maxDepth = 128
	// maxContext bounds how many directory entries are looked at only to find
	// evidence: asking for one file in a huge tree must stay quick.
	maxContext = 100_000
)

// A candidate is a file worth reading.
type candidate struct {
	path     string // relative to the root, free of links
	hint     nameHint
	selected bool
	// named: the person gave this very file as PATH, so it is looked into
	// whatever its name and shown whatever it holds.
	named bool
	skip  *fixer.Skip // known without reading
	helm  string      // its part in a Helm chart, as a skip's reason
}

// maxIgnoreFile bounds what is read of one .gitignore; no honest one is larger.
const maxIgnoreFile = 1 << 20

// maxIgnoreRules bounds how many patterns hold in one directory, those of all
// files above it included, and maxIgnoreSteps how many comparisons are made with
// them in all. Tests lower the latter.
const maxIgnoreRules = 20_000

var maxIgnoreSteps = gitignore.MaxSteps

// walker collects candidates below a root.
type walker struct {
	ctx      context.Context
	root     *os.Root
	dirs     *directories
	base     string // absolute path of the root, free of links
	noIgnore bool
	progress func()

	found    map[string]*candidate
	visited  map[string]bool // directories already walked
	budget   int             // entries left to look at; negative: no limit
	selected bool            // what this walk finds was selected
	ignored  int
	ignoring gitignore.Matcher
	notes    []fixer.Note
}

// directory walks one directory and everything below it. The files are those of its
// parents; its own .gitignore is added here.
func (w *walker) directory(dir string, files []gitignore.File, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.visited[dir] {
		return nil
	}
	w.visited[dir] = true
	if depth > maxDepth {
		w.addNote(dir, fmt.Sprintf("directories more than %d levels deep were not scanned", maxDepth))
		return nil
	}
	entries, err := w.dirs.entries(dir, -1)
	if err != nil {
		w.addNote(dir, "the directory could not be read: "+disk.Reason(err))
		return nil
	}
	files = w.withIgnoreFile(dir, files)
	for _, e := range entries {
		if w.budget == 0 {
			return nil
		}
		w.budget--
		if err := w.entry(path.Join(dir, e.Name()), e, files, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) entry(p string, e fs.DirEntry, files []gitignore.File, depth int) error {
	mode := e.Type()
	g := classifyPath(p)
	switch {
	case disk.IsStore(e.Name()):
		return nil
	case !w.noIgnore && mode.IsDir() && (e.Name() == "node_modules" || e.Name() == "vendor"):
		w.ignored++
		return nil
	case !w.noIgnore && w.isIgnored(files, p, mode.IsDir()):
		if mode.IsDir() || g.kind != "" {
			w.ignored++
		}
		return nil
	case mode.IsDir():
		// A directory called compose.yaml is a mistake someone will want to see;
		// one called anything else is just a directory.
		if g.sure && (g.kind == fixer.Compose || g.kind == fixer.Dockerfile) && g.template == "" && isPlainName(e.Name()) {
			w.add(candidate{path: p, hint: g, skip: disk.Irregular(mode)})
		}
		return w.directory(p, files, depth+1)
	case g.kind == "":
		return nil
	case mode&fs.ModeSymlink != 0:
		w.link(p, g)
	case !mode.IsRegular():
		w.add(candidate{path: p, hint: g, skip: disk.Irregular(mode)})
	default:
		w.add(candidate{path: p, hint: g})
	}
	return nil
}

// isIgnored asks the ignore files about a path, and says when they cannot be
// asked any more: then nothing is ignored.
func (w *walker) isIgnored(files []gitignore.File, p string, isDir bool) bool {
	if w.ignoring.Left < 0 {
		return false
	}
	ignored := w.ignoring.Ignores(files, p, isDir)
	if w.ignoring.Left < 0 {
		w.addNote(p, "matching the ignore patterns takes too long: from here on they are not applied, and all files are scanned")
	}
	return ignored
}

// isPlainName reports whether a tool opens a file of this name by default.
// A directory called dockerfile is left alone: people keep Dockerfiles in those.
func isPlainName(name string) bool {
	switch stem, _ := cutExt(name); stem {
	case "compose", "docker-compose", "Dockerfile", "Containerfile":
		return true
	}
	return false
}

// link follows a linked file to the real one below the root, which becomes
// the candidate: that is where the bytes are and where they will be written.
// Linked directories are not followed; what they lead to below the root is walked
// in its own place.
func (w *walker) link(p string, g nameHint) {
	real, err := filepath.EvalSymlinks(filepath.Join(w.base, filepath.FromSlash(p)))
	reason := ""
	switch {
	case err != nil && os.IsNotExist(err):
		reason = "broken symbolic link"
	case err != nil && strings.Contains(err.Error(), "too many links"):
		reason = "symbolic link loop"
	case err != nil:
		reason = "the symbolic link cannot be followed: " + disk.Reason(err)
	case !disk.Inside(w.base, real):
		reason = "the symbolic link points outside " + text.VisibleLine(w.base)
	case disk.Inside(filepath.Join(w.base, ".git"), real):
		reason = "the symbolic link points into .git"
	}
	if reason != "" {
		w.add(candidate{path: p, hint: g, skip: &fixer.Skip{Code: fixer.SkipSymlink, Reason: reason}})
		return
	}
	rel, err := filepath.Rel(w.base, real)
	if err != nil {
		return // cannot be: real is inside base
	}
	if info, err := w.root.Lstat(rel); err == nil && info.IsDir() {
		return
	}
	w.add(candidate{path: filepath.ToSlash(rel), hint: g})
}

// add records a candidate, or what a second name adds to the first: a surer
// guess, having been selected.
func (w *walker) add(c candidate) {
	c.selected = c.selected || w.selected
	old := w.found[c.path]
	if old == nil {
		w.found[c.path] = &c
		if w.progress != nil {
			w.progress()
		}
		return
	}
	old.selected = old.selected || c.selected
	old.named = old.named || c.named
	if old.hint.kind == "" || (c.hint.sure && !old.hint.sure) {
		old.hint = c.hint
	}
}

// withIgnoreFile adds the .gitignore of dir to those of its parents.
func (w *walker) withIgnoreFile(dir string, files []gitignore.File) []gitignore.File {
	if w.noIgnore {
		return nil
	}
	name := path.Join(dir, ".gitignore")
	if _, err := w.root.Lstat(name); err != nil {
		return files
	}
	data, skip := disk.Read(w.root, name, maxIgnoreFile)
	if skip != nil {
		w.addNote(name, "not applied: "+skip.Reason)
		return files
	}
	f := gitignore.Parse(dir, data)
	rules := f.Len()
	for _, above := range files {
		rules += above.Len()
	}
	if rules > maxIgnoreRules {
		w.addNote(name, fmt.Sprintf("not applied: with the ignore files above it, more than %d patterns would apply", maxIgnoreRules))
		return files
	}
	// Cut to its length, so that siblings never write into each other's.
	return append(files[:len(files):len(files)], f)
}

// ignoreChain returns the ignore files that hold above dir.
func (w *walker) ignoreChain(dir string) []gitignore.File {
	files := w.withExclude()
	if dir == "." {
		return files
	}
	files = w.withIgnoreFile(".", files)
	for i, c := range dir {
		if c == '/' {
			files = w.withIgnoreFile(dir[:i], files)
		}
	}
	return files
}

// withExclude returns the patterns of this clone, .git/info/exclude. Those of
// the person (core.excludesFile) are left out: the same tree should give the
// same findings on every machine.
func (w *walker) withExclude() []gitignore.File {
	if w.noIgnore {
		return nil
	}
	data, skip := disk.Read(w.root, ".git/info/exclude", maxIgnoreFile)
	if skip != nil {
		return nil // most often there is none, and .git may be a pointer
	}
	f := gitignore.Parse(".", data)
	if f.Len() > maxIgnoreRules {
		w.addNote(".git/info/exclude", fmt.Sprintf("not applied: it has more than %d patterns", maxIgnoreRules))
		return nil
	}
	return []gitignore.File{f}
}

func (w *walker) addNote(p, message string) {
	w.notes = append(w.notes, fixer.Note{Path: p, Text: message})
}
