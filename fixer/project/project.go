package project

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/git"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/workspace"
)

// Options say what [Open] reads and checks.
type Options struct {
	Paths     []string // files or directories; none means the current directory
	NoIgnore  bool     // look at what .gitignore names, too
	Generated bool     // edit what tools write, too
	Survey    bool     // no fix is made: takes less memory
	Selection *Selection
	Lookup    Lookup

	// Say is told who is about to be asked; it may be nil.
	Say func(string)

	// AllowedRegistries are those that images may come from; nil without such a policy.
	AllowedRegistries []string

	// Progress is told how the work goes, from any goroutine; it must return at
	// once. It may be nil.
	Progress func(Stage, fixer.Progress)
}

// A Stage is a part of the work that can take long.
type Stage string

// The stages, in their order.
const (
	Reading  Stage = "reading"
	Checking Stage = "checking"
	Asking   Stage = "asking registries about"
	Planning Stage = "planning"
)

// A Project is a repository that was read and checked, with the decisions on its
// findings.
type Project struct {
	Root  string
	Notes []fixer.Note

	shown     Paths
	session   *engine.Session
	selection *Selection
	filter    report.Filter
	progress  func(Stage, fixer.Progress)

	search *search // of registries; nil where none may be asked
	say    func(string)
}

// Open reads the repository that the paths lie in and checks it. Rules that are
// ignored are not run; rules that are merely not selected are, so that no fix is
// made that opens one of their findings.
func Open(ctx context.Context, o Options) (*Project, error) {
	progress := o.Progress
	if progress == nil {
		progress = func(Stage, fixer.Progress) {}
	}
	return Await(ctx, func() (*Project, error) { return open(ctx, o, progress) })
}

func open(ctx context.Context, o Options, progress func(Stage, fixer.Progress)) (*Project, error) {
	loaded, err := discover.Load(ctx, o.Paths, discover.Options{
		NoIgnore: o.NoIgnore, Generated: o.Generated,
		Progress: func(p fixer.Progress) { progress(Reading, p) },
	})
	if err != nil {
		return nil, err
	}
	progress(Checking, fixer.Progress{Found: len(loaded.Sources)})
	here := NewPaths(loaded.Root)
	p := &Project{
		Root:      loaded.Root,
		Notes:     withInterruption(ctx, loaded.Root, here.notes(loaded.Notes)),
		selection: o.Selection,
		filter:    report.Filter{Rule: o.Selection.Wants, Known: o.Selection.all, Allowed: o.AllowedRegistries != nil},
		progress:  progress,
		shown:     here,
	}
	if !slices.ContainsFunc(loaded.Sources, isOurs) {
		return nil, nothingIn(o.Paths)
	}
	snap := fixer.NewSnapshot(loaded.Sources, loaded.Names...)
	facts := factsOf(loaded.Root, o.AllowedRegistries, o.Lookup)
	facts.Freshen = o.Selection.Freshens()
	begin := engine.NewSession
	if o.Survey {
		begin = engine.Survey
	}
	p.session = begin(snap, facts, o.Selection.run)
	say := o.Say
	if say == nil {
		say = func(string) {}
	}
	learned, err := p.lookUp(ctx, o.Lookup.within(o.AllowedRegistries), say)
	if err != nil {
		return nil, err
	}
	p.Notes = append(p.Notes, learned...)
	return p, nil
}

// isOurs reports whether a file is one that oakum is for, even if it could not be read.
func isOurs(s fixer.Source) bool {
	return !s.Context && s.Kind.Checked() && (s.Skip == nil || s.Skip.Code != discover.SkipUnknown)
}

// nothingIn says that there is nothing to do in the paths.
func nothingIn(paths []string) error {
	where := "this directory"
	if len(paths) > 0 {
		where = strings.Join(paths, ", ")
	}
	return fmt.Errorf("no Dockerfile, Compose file, Kubernetes manifest or CI workflow in %s", where)
}

// withInterruption says first that an earlier write did not finish, if so. A
// scan does not need to know, so that it cannot be found out is no error of it.
func withInterruption(ctx context.Context, root string, notes []fixer.Note) []fixer.Note {
	was, err := workspace.Interrupted(ctx, root)
	if err != nil || was == nil {
		return notes
	}
	return slices.Insert(slices.Clone(notes), 0, fixer.Note{Text: was.String()})
}

// factsOf is what a repository says about itself beside its files, what the person's
// policy says, and what the person wants to know.
func factsOf(root string, registries []string, l Lookup) *fixer.Facts {
	return &fixer.Facts{
		Source: git.Remote(root), AllowedRegistries: registries,
		MinAge: l.MinAge, Signatures: l.Signatures, Checksums: l.Checksums && l.Ask,
	}
}

// Session holds the decisions.
func (p *Project) Session() *engine.Session { return p.session }

// ShowFrom leaves findings below a severity out of what [Project.Scan] shows;
// they are counted.
func (p *Project) ShowFrom(min fixer.Severity) { p.filter.Min = min }

// Paths says what the files are called from where the person stands.
func (p *Project) Paths() Paths { return p.shown }

// Scan is the report on the files as they are.
func (p *Project) Scan() *report.Scan {
	return report.NewScan(p.Root, p.session.Snapshot(), p.session.Baseline(), p.filter)
}

// Fix is the report on what the accepted fixes change.
func (p *Project) Fix(ctx context.Context) (*report.Fix, error) {
	return Await(ctx, func() (*report.Fix, error) {
		f := report.NewFix(p.Root, p.session.Plan(), p.filter)
		f.Offline = p.search != nil && p.search.offline
		return f, nil
	})
}
