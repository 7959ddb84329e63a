package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/detect"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/templates"
)

// maxSource bounds the size of a source file that is looked through.
const maxSource = 256 << 10

// asked is a Dockerfile that sends all files to its build, so that their names are read.
const asked = "FROM scratch\nCOPY . .\n"

// A found project is one that was read, with what its image is made of.
type foundProject struct {
	app     *detect.Application
	loaded  *fixer.Loaded // as if the Dockerfile was there
	file    string        // path of the Dockerfile
	content []byte        // of it, after the fixes
	uid     int
	port    int
	breaks  string   // what can stop working in the image; "" for nothing that is known
	ignores bool     // it has a .dockerignore
	leftOut []string // its files that the new .dockerignore leaves out, and that something may read
}

// contain reads a project that is there and makes its container files. Its own files stay as
// they are.
func contain(ctx context.Context, o NewOptions) (*NewService, error) {
	root, prefix, err := placeOf(o.Dir)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(filepath.Join(root, prefix)); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s: there is no project to read", text.VisibleLine(o.Dir))
	}
	choice, err := choiceOf(o)
	if err != nil {
		return nil, err
	}
	found, err := find(ctx, root, filepath.ToSlash(prefix), choice, o.Rules)
	if refusal := (*detect.Refusal)(nil); errors.As(err, &refusal) {
		return nil, fmt.Errorf("%s: %s (%s). %s", text.VisibleLine(o.Dir), refusal.Text, refusal.Reason, refusal.Possible)
	}
	if err != nil {
		return nil, err
	}
	s, err := templates.Named(found.app.Like)
	if err != nil {
		return nil, err
	}
	settings, err := optionsOf(s, root, prefix, o)
	if err != nil {
		return nil, err
	}
	if settings.UID != templates.Defaults(s).UID && settings.UID != found.uid {
		return nil, fmt.Errorf("uid: the image of the application runs as %d", found.uid)
	}
	settings.UID, settings.Port = found.uid, found.port
	if len(found.leftOut) > 0 {
		found.breaks = strings.TrimPrefix(found.breaks+". A build or an application that reads "+text.VisibleLine(some(found.leftOut))+", left out by .dockerignore", ". ")
	}
	service, err := templates.Contain(s, settings, &templates.Application{Dockerfile: found.content, Ignored: found.ignores, ReadsPort: found.app.ReadsPort, Checked: found.app.Check != ""})
	if err != nil {
		return nil, err
	}
	n := &NewService{root: root, Notes: notesOn(service, root, prefix, o.Settings)}
	title := found.app.Stack
	if found.app.Version != "" {
		title += " " + found.app.Version
	}
	n.Report = &report.New{Stack: s.Name, Title: title, Name: settings.Name, Directory: o.Dir, Detected: true, Facts: found.app.Facts, Assumes: append(found.app.Assumes, "the application writes only to /tmp"), Breaks: found.breaks}
	if err := n.check(ctx, service, o); err != nil {
		return nil, err
	}
	n.Report.Scan = found.scan(service, o.Rules)
	for _, f := range service.Files {
		n.Report.Files = append(n.Report.Files, report.NewFile{Path: f.Path, Content: f.Content})
	}
	return n, n.compare(service, prefix)
}

// choiceOf is what a person says of the project itself.
func choiceOf(o NewOptions) (detect.Choice, error) {
	c := detect.Choice{Start: strings.Fields(o.Start), Tools: templates.Tools()}
	if len(c.Start) == 0 {
		c.Start = nil
	}
	if o.Stack != "" {
		s, err := templates.Named(o.Stack)
		if err != nil {
			return c, fmt.Errorf("%w%s", err, report.DidYouMean(o.Stack, templates.Names()))
		}
		c.Stack = s.Name
	}
	for _, set := range o.Settings {
		if port, ok := strings.CutPrefix(set, "port="); ok {
			if err := templates.Defaults(templates.Stacks()[0]).Set("port", port); err != nil {
				return c, err
			}
			c.Port, _ = strconv.Atoi(port)
		}
	}
	return c, nil
}

// find reads a project and has the rules make the image that ships of its Dockerfile. The
// error is a [*detect.Refusal] where the project is not understood.
func find(ctx context.Context, root, prefix string, choice detect.Choice, rules []*fixer.Rule) (*foundProject, error) {
	f := &foundProject{file: path.Join(prefix, "Dockerfile")}
	dir := filepath.Join(root, filepath.FromSlash(prefix))
	first, err := discover.Load(ctx, []string{dir}, discover.Options{Drafts: map[string][]byte{f.file: []byte(asked)}})
	if err != nil {
		return nil, err
	}
	opened, err := os.OpenRoot(first.Root)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", text.VisibleLine(first.Root), disk.Reason(err))
	}
	defer opened.Close()
	project := &detect.Project{Names: discover.Sources(first.Names, prefix)}
	project.Read = func(name string) []byte {
		if _, ok := slices.BinarySearch(project.Names, name); !ok {
			return nil
		}
		data, skip := disk.Read(opened, filepath.FromSlash(path.Join(prefix, name)), maxSource)
		if skip != nil {
			return nil
		}
		return data
	}
	if f.app, err = detect.Of(project, choice); err != nil {
		return nil, err
	}
	if f.loaded, err = discover.Load(ctx, []string{dir}, discover.Options{Drafts: map[string][]byte{f.file: f.app.Dockerfile}}); err != nil {
		return nil, err
	}
	if _, f.ignores = slices.BinarySearch(project.Names, ".dockerignore"); !f.ignores {
		f.leftOut = leftOut(project.Names)
	}
	return f, f.convert(rules)
}

// leftOut are the names of settings and keys that the new .dockerignore leaves out.
func leftOut(names []string) []string {
	ignore := fixer.NewSnapshot([]fixer.Source{{Path: ".dockerignore", Kind: fixer.Dockerignore, Data: templates.Ignored()}}).File(".dockerignore").Ignore
	var out []string
	for _, name := range names {
		base := path.Base(name)
		read := base == ".env" || strings.HasPrefix(base, ".env.") || slices.Contains([]string{".pem", ".key", ".p12"}, path.Ext(base))
		if read && !strings.Contains("/"+name, "/node_modules/") && !slices.Contains([]string{".example", ".sample", ".template", ".dist"}, path.Ext(base)) && ignore.Excludes(name) {
			out = append(out, name)
		}
	}
	return out
}

// sources are the files that decide about the image: not those that run it, which a
// person may have for another one.
func (f *foundProject) sources() []fixer.Source {
	return slices.DeleteFunc(slices.Clone(f.loaded.Sources), func(s fixer.Source) bool {
		return s.Path != f.file && s.Kind != fixer.Project && s.Kind != fixer.Dockerignore
	})
}

// convert makes every fix of the Dockerfile, and reads what its image is then.
func (f *foundProject) convert(rules []*fixer.Rule) error {
	snap := fixer.NewSnapshot(f.sources(), f.loaded.Names...)
	if beside := path.Join(path.Dir(f.file), ".dockerignore"); snap.File(beside) == nil {
		snap = snap.With(beside, fixer.Dockerignore, templates.Ignored())
	}
	session := engine.NewSession(snap, &fixer.Facts{}, rules)
	if _, err := session.AcceptWhere("detect", fixer.Review, func(found *fixer.Finding) (fixer.Params, bool) {
		return nil, found.File == f.file && !strings.HasSuffix(found.Rule, "/unpinned-image")
	}); err != nil {
		return err
	}
	plan := session.Plan()
	for _, found := range plan.Final.Findings {
		if found.File == f.file && found.Rule == "dockerfile/single-stage" {
			return &detect.Refusal{Reason: "unknown-output", Text: "no image without build tools is known for it: " + found.Message, Possible: found.Advice}
		}
	}
	for _, o := range plan.Outcomes {
		for _, fix := range o.Finding.Fixes {
			if o.Finding.Rule == "dockerfile/single-stage" && fix.ID == o.Fix {
				f.breaks = fix.Breaks
			}
		}
	}
	after := plan.After.File(f.file)
	f.content = after.Data
	final := after.Dockerfile.Final()
	user, _, _ := strings.Cut(final.User().Text, ":")
	uid, err := strconv.Atoi(user)
	if err != nil || uid == 0 {
		return &detect.Refusal{Reason: "unknown-command", Text: "no user other than root is known to work in its image", Possible: "Write the Dockerfile by hand, with a USER"}
	}
	f.uid, f.port = uid, f.app.Port
	for _, i := range final.Instructions {
		if i.Keyword == "EXPOSE" {
			number, _, _ := strings.Cut(strings.TrimSpace(i.Text()), "/")
			if port, err := strconv.Atoi(number); err == nil {
				f.port = port
			}
		}
	}
	return nil
}

// scan checks the files of a service beside those of the project.
func (f *foundProject) scan(service *templates.Service, rules []*fixer.Rule) *report.Scan {
	sources := slices.DeleteFunc(f.sources(), func(s fixer.Source) bool { return s.Path == f.file })
	snap := fixer.NewSnapshot(sources, f.loaded.Names...)
	for _, file := range service.Files {
		if kind := kindOf(file.Path); kind != "" {
			snap = snap.With(path.Join(path.Dir(f.file), file.Path), kind, file.Content)
		}
	}
	return report.NewScan(f.loaded.Root, snap, engine.Check(snap, &fixer.Facts{Source: service.Options.Source}, rules), report.Filter{})
}

// kindOf is the kind of a file of a service.
func kindOf(name string) fixer.Kind {
	switch base := path.Base(name); {
	case base == "Dockerfile":
		return fixer.Dockerfile
	case base == ".dockerignore":
		return fixer.Dockerignore
	case base == "compose.yaml":
		return fixer.Compose
	case base == "kustomization.yaml":
		return fixer.Kustomize
	case strings.HasPrefix(name, "deploy/"):
		return fixer.Kubernetes
	case strings.HasPrefix(name, ".github/workflows/"), base == ".gitlab-ci.yml":
		return fixer.Workflow
	case base == "renovate.json", base == "dependabot.yml":
		return fixer.Updates
	}
	return ""
}
