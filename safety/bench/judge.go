package bench

import (
	"bytes"
	"context"
	"os"
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/safety/referee"
	"github.com/oakum-sec/oakum/safety/table"
)

// A tree is a repository at one moment.
type tree struct {
	snap *fixer.Snapshot
	root *os.Root
}

func load(ctx context.Context, dir string) (*tree, error) {
	loaded, err := discover.Load(ctx, []string{dir}, discover.Options{})
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(loaded.Root)
	if err != nil {
		return nil, err
	}
	return &tree{snap: fixer.NewSnapshot(loaded.Sources, loaded.Names...), root: root}, nil
}

// read returns a file of the tree as it is on the disk, whether discovery still
// takes it for a container file or not.
func (t *tree) read(path string) (data []byte, there bool) {
	data, skip := disk.Read(t.root, path, discover.DefaultMaxBytes)
	return data, skip == nil
}

// environment returns the .env beside a Compose file, which Compose takes its variables
// from; nil where there is none.
func (t *tree) environment(file string) []byte {
	data, _ := t.read(path.Join(path.Dir(file), ".env"))
	return data
}

// Judge compares a repository before and after a fixer.
func Judge(ctx context.Context, name, before, after string) (*Result, error) {
	a, err := load(ctx, before)
	if err != nil {
		return nil, err
	}
	defer a.root.Close()
	b, err := load(ctx, after)
	if err != nil {
		return nil, err
	}
	defer b.root.Close()
	r := &Result{Name: name, Counts: Counts{Faults: map[Column]int{}}}
	j := &judge{Result: r, broken: map[string]string{}, was: a, is: b}
	j.files(a, b)
	j.objects()
	for _, made := range table.Made(a.snap, b.snap) {
		r.add(Breakages, made.File, made.Line, made.Place+": "+made.Says)
		j.breakages = append(j.breakages, made)
	}
	j.findings(a.snap, b.snap)
	slices.SortStableFunc(r.Incidents, compareIncidents)
	return r, nil
}

// A judge holds what is known of a repository while it is judged.
type judge struct {
	*Result
	was, is       *tree
	before, after []object          // of all manifests
	broken        map[string]string // file → why
	created       map[string]bool   // files that the fixer made
	breakages     []table.Breakage
}

// An object is one of a manifest.
type object struct {
	referee.Object
	file string
}

// looked reports whether a file is one that a fixer of containers edits.
func looked(f *fixer.File) bool {
	switch f.Kind {
	case fixer.Dockerfile, fixer.Compose, fixer.Kubernetes, fixer.Kustomize:
		return !f.Context && f.Data != nil && (f.Skip == nil || f.Skip.Code == fixer.SkipKustomize)
	}
	return false
}

func (j *judge) files(a, b *tree) {
	j.created = map[string]bool{}
	for f := range a.snap.Files() {
		if looked(f) {
			data, there := b.read(f.Path)
			j.file(f, data, there)
		}
	}
	for f := range b.snap.Files() {
		if !looked(f) {
			continue
		}
		if _, there := a.read(f.Path); !there {
			j.created[f.Path] = true
			j.count(f.Kind, nil, f.Data)
			j.after = append(j.after, objectsOf(f.Path, f.Kind, f.Data)...)
		}
	}
}

// file judges one file before and after.
func (j *judge) file(f *fixer.File, data []byte, there bool) {
	j.before = append(j.before, objectsOf(f.Path, f.Kind, f.Data)...)
	if !there {
		j.Files++
		j.broken[f.Path] = "the file is gone"
		j.add(FilesBroken, f.Path, 0, "the file is gone")
		return
	}
	if bytes.Equal(f.Data, data) {
		j.after = append(j.after, objectsOf(f.Path, f.Kind, data)...)
		return
	}
	if err := readable(f.Kind, data); err != nil && readable(f.Kind, f.Data) == nil {
		says := "cannot be read any more: " + text.VisibleLine(short(err.Error(), 200))
		j.Files++
		j.broken[f.Path] = says
		j.add(FilesBroken, f.Path, 0, says)
		return
	}
	j.after = append(j.after, objectsOf(f.Path, f.Kind, data)...)
	j.count(f.Kind, f.Data, data)
	dockerfile := f.Kind == fixer.Dockerfile
	for _, c := range referee.Missing(unplaced(referee.Comments(dockerfile, f.Data)), unplaced(referee.Comments(dockerfile, data))) {
		j.add(CommentsLost, f.Path, c.Line, "# "+text.VisibleLine(short(c.Text, 60)))
	}
	if f.Kind == fixer.Compose && referee.Compose(f.Path, f.Data, j.was.environment(f.Path)) == nil {
		if err := referee.Compose(f.Path, data, j.is.environment(f.Path)); err != nil {
			j.add(APIErrors, f.Path, 0, text.VisibleLine(short(err.Error(), 200)))
			j.broken[f.Path] = "Compose refuses the file"
		}
	}
}

// count adds the lines and values that differ.
func (j *judge) count(kind fixer.Kind, before, after []byte) {
	j.Files++
	lines, _ := referee.Lines(before, after)
	j.Lines += lines
	j.Values += referee.Changed(values(kind, before), values(kind, after))
}

func values(kind fixer.Kind, data []byte) []referee.Value {
	var out []referee.Value
	if kind == fixer.Dockerfile {
		out, _ = referee.Instructions(data)
		return out
	}
	out, _ = referee.Values(data) // what cannot be read has none
	return out
}

func readable(kind fixer.Kind, data []byte) error {
	if kind == fixer.Dockerfile {
		_, err := referee.Instructions(data)
		return err
	}
	if _, err := referee.Values(data); err != nil {
		return err
	}
	if kind == fixer.Kubernetes {
		_, err := referee.Kubernetes(data)
		return err
	}
	return nil
}

func objectsOf(file string, kind fixer.Kind, data []byte) []object {
	if kind != fixer.Kubernetes {
		return nil
	}
	list, _ := referee.Kubernetes(data)
	var out []object
	for _, o := range list {
		out = append(out, object{o, file})
	}
	return out
}

// objects counts restricted pods and finds what the API has against objects that
// it had not before.
func (j *judge) objects() {
	had := map[string]map[string]int{}
	for _, o := range j.before {
		if had[o.ID()] == nil {
			had[o.ID()] = map[string]int{}
		}
		for _, e := range o.Errors {
			had[o.ID()][e]++
		}
		if o.HasPod {
			j.Pods++
		}
		if o.Restricted {
			j.RestrictedBefore++
		}
	}
	for _, o := range j.after {
		if o.Restricted {
			j.RestrictedAfter++
		}
		for _, e := range o.Errors {
			if known := had[o.ID()]; known[e] > 0 {
				known[e]--
			} else {
				j.add(APIErrors, o.file, o.Line, o.ID()+": "+text.VisibleLine(short(e, 200)))
			}
		}
	}
}

// unplaced are comments as texts alone: one that moved is not lost.
func unplaced(list []referee.Value) []referee.Value {
	for i := range list {
		list[i].Path = ""
	}
	return list
}

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
