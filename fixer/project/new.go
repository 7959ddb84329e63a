package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/git"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/workspace"
	"github.com/oakum-sec/oakum/templates"
)

// NewOptions say what [New] makes.
type NewOptions struct {
	Args     []string // what a person has named: the stack, and the directory; they come before the two below
	Stack    string   // by one of its names
	Dir      string   // that the service is for; it need not exist
	Settings []string // NAME=VALUE, the later ones over the earlier ones
	Detect   bool     // read the project that is there; Stack may be "", where its files say it
	Start    string   // of a project that is there: the words that start it; "" for what its files say

	Checker string // the program that makes it, as go run takes it: MODULE@VERSION
	Rules   []*fixer.Rule
	Lookup  Lookup       // with Ask, the images are pinned, and the actions are the newest
	Forge   string       // address of the API that is asked about actions; "" for that of GitHub
	Say     func(string) // is told who is about to be asked; it may be nil
}

// A NewService is a service that is to be written into a directory.
type NewService struct {
	Report *report.New
	Notes  []string // what a person should know besides

	root   string
	exists []string // files of these names that hold something else
}

// New renders a service for a directory and checks it as [Open] checks a repository. Without
// a name the service has that of the directory. Of a project that is there, only its container
// files are made. Nothing is written into the directory.
func New(ctx context.Context, o NewOptions) (*NewService, error) {
	if err := o.place(); err != nil {
		return nil, err
	}
	if o.Detect {
		return Await(ctx, func() (*NewService, error) { return contain(ctx, o) })
	}
	s, err := templates.Named(o.Stack)
	if err != nil {
		return nil, fmt.Errorf("%w%s", err, report.DidYouMean(o.Stack, templates.Names()))
	}
	root, prefix, err := placeOf(o.Dir)
	if err != nil {
		return nil, err
	}
	service, err := render(s, root, prefix, o)
	if err != nil {
		return nil, err
	}
	n := &NewService{root: root, Notes: notesOn(service, root, prefix, o.Settings)}
	n.Report = &report.New{Stack: s.Name, Title: s.Title(), Name: service.Options.Name, Directory: o.Dir}
	if err := n.check(ctx, service, o); err != nil {
		return nil, err
	}
	for _, f := range service.Files {
		n.Report.Files = append(n.Report.Files, report.NewFile{Path: f.Path, Content: f.Content})
	}
	return n, n.compare(service, prefix)
}

// place reads the stack and the directory of what a person has named. With Detect, one word alone
// is the directory.
func (o *NewOptions) place() error {
	args := o.Args
	switch {
	case !o.Detect && o.Start != "":
		return errors.New("--start is for a project that is there: it needs --detect")
	case args == nil && (o.Stack != "" || o.Detect && o.Dir != ""):
		return nil
	case o.Detect && len(args) < 2:
		args = append([]string{""}, args...)
	case len(args) == 0:
		return errors.New("name a stack: oakum new --list shows them")
	}
	o.Stack, o.Dir = args[0], append(args, ".")[1]
	if o.Dir == "" { // a variable of a script that is not set
		return errors.New("the name of the directory is empty: name one, or . for the current directory")
	}
	return nil
}

// placeOf finds the root of the repository that a directory lies in, or will, and its
// path there.
func placeOf(dir string) (root, prefix string, err error) {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	there := whole
	for {
		info, err := os.Stat(there)
		if err == nil && !info.IsDir() {
			return "", "", fmt.Errorf("%s is not a directory", text.VisibleLine(there))
		}
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) || there == filepath.Dir(there) {
			return "", "", fmt.Errorf("%s: %s", text.VisibleLine(there), disk.Reason(err))
		}
		there = filepath.Dir(there)
	}
	real, err := filepath.EvalSymlinks(there)
	if err != nil {
		return "", "", fmt.Errorf("%s: %s", text.VisibleLine(there), disk.Reason(err))
	}
	rest, err := filepath.Rel(there, whole)
	if err != nil {
		return "", "", err
	}
	if root, err = discover.FindRoot([]string{real}); err != nil {
		return "", "", err
	}
	prefix, err = filepath.Rel(root, filepath.Join(real, rest))
	return root, prefix, err
}

func render(s *templates.Stack, root, prefix string, o NewOptions) (*templates.Service, error) {
	chosen, err := optionsOf(s, root, prefix, o)
	if err != nil {
		return nil, err
	}
	return templates.Render(s, chosen)
}

// optionsOf are the defaults of a stack, what the place says, and what a person has chosen.
func optionsOf(s *templates.Stack, root, prefix string, given NewOptions) (*templates.Options, error) {
	o := templates.Defaults(s)
	o.Checker = given.Checker
	if origin := git.Remote(root); o.Set("source", origin) != nil {
		o.Source = "" // it has characters that no label takes; a person can give another
	}
	o.Name = nameOf(filepath.Base(filepath.Join(root, prefix)))
	for _, set := range given.Settings {
		name, value, ok := strings.Cut(set, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--set %s: write NAME=VALUE", text.VisibleLine(set))
		}
		if err := o.Set(name, value); err != nil {
			if slices.Contains(templates.SettingNames(), name) {
				return nil, err
			}
			return nil, fmt.Errorf("%w%s", err, report.DidYouMean(name, templates.SettingNames()))
		}
	}
	if err := o.Set("name", o.Name); err != nil && !named(given.Settings) {
		return nil, fmt.Errorf("%w: name the service with --name, as in --name shop", err)
	}
	return o, nil
}

// named reports whether a person has named the service.
func named(settings []string) bool {
	return slices.ContainsFunc(settings, func(s string) bool { return strings.HasPrefix(s, "name=") })
}

// nameOf is the name of a service in a directory: its letters and digits in lower case, with a
// hyphen for what stands between them. Where nothing is left, it is the directory's.
func nameOf(directory string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return ' '
	}, directory)
	name = strings.TrimLeft(strings.Join(strings.Fields(name), "-"), "-0123456789")
	if name = strings.TrimRight(name[:min(len(name), 50)], "-"); name == "" {
		return directory
	}
	return name
}

// compare finds what lies in the directory already. Files that hold what they shall are
// left alone.
func (n *NewService) compare(service *templates.Service, prefix string) error {
	root, err := os.OpenRoot(n.root)
	if err != nil {
		return fmt.Errorf("%s: %s", text.VisibleLine(n.root), disk.Reason(err))
	}
	defer root.Close()
	for _, f := range service.Files {
		change := engine.Change{Path: filepath.ToSlash(filepath.Join(prefix, filepath.FromSlash(f.Path))), After: f.Content}
		if at := link(root, change.Path); at != "" {
			return n.inTheWay(at, "a symbolic link is in the way, and is not followed")
		}
		_, err := root.Lstat(filepath.FromSlash(change.Path))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return n.inTheWay(change.Path, disk.Reason(err))
		default:
			before, skip := disk.Read(root, filepath.FromSlash(change.Path), discover.DefaultMaxBytes)
			if skip != nil {
				return n.inTheWay(change.Path, skip.Reason)
			}
			if string(before) == string(f.Content) {
				continue
			}
			change.Before = slices.Concat([]byte{}, before)
			n.exists = append(n.exists, change.Path)
		}
		n.Report.Changes = append(n.Report.Changes, change)
	}
	return nil
}

// inTheWay is the error of what lies where a file shall be.
func (n *NewService) inTheWay(file, reason string) error {
	return fmt.Errorf("%s: %s (nothing was written)", n.Paths().all([]string{file})[0], reason)
}

// link is the first symbolic link on the way to a file; "" for none.
func link(root *os.Root, file string) string {
	for k := range file + "/" {
		if k < len(file) && file[k] != '/' {
			continue
		}
		if info, err := root.Lstat(filepath.FromSlash(file[:k])); err != nil {
			return ""
		} else if info.Mode()&fs.ModeSymlink != 0 {
			return file[:k]
		}
	}
	return ""
}

// notesOn are what is true of the place of a service: platforms read their files at the top
// of a repository only.
func notesOn(service *templates.Service, root, prefix string, settings []string) []string {
	var notes []string
	directory := filepath.Base(filepath.Join(root, prefix))
	if name := service.Options.Name; name != directory && !named(settings) {
		notes = append(notes, fmt.Sprintf("the service is called %s after its directory %s: --name gives it another name", name, text.VisibleLine(directory)))
	}
	if prefix == "." || git.Top(root) == "" {
		return notes
	}
	var out []string
	for _, f := range service.Files {
		if strings.HasPrefix(f.Path, ".github/") || f.Path == ".gitlab-ci.yml" {
			out = append(out, f.Path)
		}
	}
	if len(out) == 0 {
		return notes
	}
	return append(notes, some(out)+agree(len(out), " is", " are")+" read only at the top of a repository: move them there, and name the directory of the service in them")
}

// Paths says what the files are called from where the person stands.
func (n *NewService) Paths() Paths { return NewPaths(n.root) }

// Conflict is the error of files that hold something else, nil where there are none. They
// are never overwritten.
func (n *NewService) Conflict() error {
	if len(n.exists) == 0 {
		return nil
	}
	return fmt.Errorf("%s already there, with other content: nothing was written. Take what you want from the difference, or choose another directory",
		some(n.Paths().all(n.exists))+agree(len(n.exists), " is", " are"))
}

// Write writes the files that are missing: all of them or none. It overwrites nothing.
func (n *NewService) Write(ctx context.Context) (*fixer.Receipt, error) {
	if err := n.Conflict(); err != nil {
		return nil, err
	}
	if err := workspace.Unclaimed(n.root); err != nil {
		return nil, err
	}
	receipt, err := commit(ctx, n.root, n.Report.Changes)
	if err != nil {
		return nil, n.Paths().refused(err)
	}
	n.Report.Written = n.Paths().all(receipt.Written)
	return receipt, nil
}

// pins are the rules whose fixes name images by digest.
const pins = "*/unpinned-image"

// check reads the files of a service from a directory of their own, as a scan does. Where
// registries may be asked, it pins the images in them.
func (n *NewService) check(ctx context.Context, service *templates.Service, o NewOptions) error {
	if err := n.refreshActions(ctx, service, o); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "oakum-new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, f := range service.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(name, f.Content, 0o600); err != nil {
			return err
		}
	}
	selection, err := Select(o.Rules, []string{pins}, nil)
	if err != nil {
		return err
	}
	p, err := Open(ctx, Options{Paths: []string{dir}, Selection: selection, Lookup: o.Lookup, Say: o.Say})
	if err != nil {
		return err
	}
	for _, note := range p.Notes {
		n.Notes = append(n.Notes, note.Text)
	}
	snap, found := p.session.Snapshot(), p.session.Baseline()
	if o.Lookup.Ask {
		if _, err := p.Accept(ctx, fixer.Review, nil); err != nil {
			return err
		}
		plan, err := Await(ctx, func() (*engine.Plan, error) { return p.session.Plan(), nil })
		if err != nil {
			return err
		}
		for _, c := range plan.Changes {
			inside, err := filepath.Rel(dir, filepath.Join(p.Root, filepath.FromSlash(c.Path)))
			k := slices.IndexFunc(service.Files, func(f templates.File) bool { return err == nil && f.Path == filepath.ToSlash(inside) })
			if k < 0 {
				return fmt.Errorf("%s: a fix is for a file that the service does not have", text.VisibleLine(c.Path))
			}
			service.Files[k].Content = c.After
		}
		snap, found = plan.After, plan.Final
	}
	n.Report.Scan = report.NewScan(p.Root, snap, found, report.Filter{})
	return nil
}

// NewStacks lists the stacks of new services.
func NewStacks() []report.NewStack {
	var out []report.NewStack
	for _, s := range templates.Stacks() {
		stack := report.NewStack{Name: s.Name, Also: s.Also, Title: s.Title(), Version: s.Version(), Images: s.Images()}
		for _, l := range s.Support() {
			stack.Support = append(stack.Support, report.NewSupport{Of: l.Of, End: l.End})
		}
		out = append(out, stack)
	}
	return out
}
