package cross

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed uid_mismatch.md
var uidMismatchDoc string

// UIDMismatch reports workloads that run an image of this repository as another
// user than its own.
var UIDMismatch = &fixer.Rule{
	Name:     "cross/uid-mismatch",
	Title:    "user differs from the USER of the image",
	Severity: fixer.Medium,
	Kind:     fixer.Manifests,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.1"},
		{Source: fixer.CISKubernetes, ID: "5.2.7"},
	},
	Doc: uidMismatchDoc,
	Check: func(p *fixer.Pass) {
		for _, m := range mismatches(p) {
			p.Report(m.finding())
		}
	},
}

// A mismatch is one place that runs an image as another user.
type mismatch struct {
	place
	build topology.Build
	image int  // the number in the Dockerfile
	ours  bool // a fix of this run has put it there
}

// A place is where a user is written: the value and how to change it.
type place struct {
	file string
	path string // for the key
	what string // for people, at the beginning of a sentence
	exec string // the command that runs another one in the container, for people
	logs string // the command that shows its logs
	doc  *yamldoc.Doc
	at   *yamldoc.Node
	set  yamldoc.Path
	uid  int
	text func(uid int) any // the new value, in the form of the old one
}

func mismatches(p *fixer.Pass) []mismatch {
	var out []mismatch
	add := func(pl place, b topology.Build) {
		if uid, ok := numericUser(b.Stage); ok && uid != 0 && pl.uid != 0 && uid != pl.uid {
			out = append(out, mismatch{pl, b, uid, container.UserIsNew(p, b)})
		}
	}
	for _, v := range p.Topology().Compose().Views(p.File.Path) {
		if b, ok := p.Topology().ServiceBuild(v); ok {
			if pl, ok := composeUser(v); ok {
				add(pl, b)
			}
		}
	}
	for _, pl := range kubeUsers(p.File) {
		if b, ok := p.Topology().ImageBuild(pl.image); ok && b.Certain {
			add(pl.place, b)
		}
	}
	return out
}

func composeUser(v compose.View) (place, bool) {
	s := v.Setting("user")
	if !s.Own || s.File != v.File {
		return place{}, false
	}
	user, group, grouped := strings.Cut(s.Node.Text(), ":")
	uid, err := strconv.Atoi(user)
	if err != nil {
		return place{}, false
	}
	return place{
		file: v.File, path: "services." + v.Name, what: fmt.Sprintf("Service %q", v.Name),
		exec: v.CLI() + " run --rm " + text.ShellWord(v.Name) + " ", logs: v.CLI() + " logs " + text.ShellWord(v.Name),
		doc: v.Doc, at: s.Node, set: v.Path.Join("user"), uid: uid,
		text: func(uid int) any {
			if !grouped {
				return strconv.Itoa(uid)
			}
			if group == user { // a private group moves with its user
				return fmt.Sprintf("%d:%d", uid, uid)
			}
			return strconv.Itoa(uid) + ":" + group
		},
	}, true
}

type kubePlace struct {
	place
	image string
}

func kubeUsers(f *fixer.File) []kubePlace {
	var out []kubePlace
	for _, o := range f.Objects {
		w := o.Workload()
		if w == nil || w.Partial {
			continue
		}
		for _, c := range w.Containers() {
			n, inherited := c.Security("runAsUser")
			uid, ok := n.Int()
			set := c.Path
			if inherited {
				if set = w.PodPath; len(w.Containers()) > 1 { // a choice for all its images
					continue
				}
			}
			if !ok {
				continue
			}
			out = append(out, kubePlace{image: c.Image, place: place{
				file: f.Path, path: c.FindingPath(), what: fmt.Sprintf("%s of %s", c.Subject(), w.ID()),
				exec: "kubectl exec POD -c " + text.ShellWord(c.Name) + " -- ", logs: "kubectl logs POD -c " + text.ShellWord(c.Name),
				doc: w.Doc, at: n, set: set.Join("securityContext", "runAsUser"), uid: int(uid),
				text: func(uid int) any { return uid },
			}})
		}
	}
	return out
}

// numericUser returns the number a stage ends with, when its file writes it as
// a plain number.
func numericUser(s *dockerfile.Stage) (int, bool) {
	v := s.User()
	if v.At == nil || !v.Known || s.Windows {
		return 0, false
	}
	user, _, _ := strings.Cut(v.Text, ":")
	n, err := strconv.Atoi(user)
	return n, err == nil && n >= 0
}

func (m mismatch) finding() fixer.Finding {
	user := m.build.Stage.User()
	f := fixer.Finding{
		File: m.file, Path: m.path, Start: m.at.Start, End: m.at.End,
		Message: fmt.Sprintf("%s runs as user %d, but its image is built for user %d", m.what, m.uid, m.image),
		Evidence: []fixer.Evidence{
			{Kind: fixer.FromDockerfile, Place: fmt.Sprintf("%s:%d", m.build.Path, user.At.Line), Text: "USER " + user.Text},
			{Kind: fixer.FromRepository, Text: m.build.Why},
		},
		Fixes: []fixer.Fix{{
			ID:     "follow-image",
			Title:  fmt.Sprintf("Set the user to %d, as in the Dockerfile", m.image),
			Level:  fixer.Review,
			Breaks: fmt.Sprintf("Volumes with files of user %d are not writable until user %d owns the files", m.uid, m.image),
			Verify: m.verify(m.image),
			Edit: func(d *fixer.Draft) error {
				d.At(m.file).YAML(m.doc, yamldoc.Set(m.set, m.text(m.image)))
				return nil
			},
		}},
	}
	if m.ours { // the manifest was there first
		f.Fixes = nil
		f.Advice = fmt.Sprintf("Set USER %d in the Dockerfile: the manifest had this user before", m.uid)
	}
	if fix, ok := m.followPlace(); ok {
		f.Fixes = append(f.Fixes, fix)
	}
	return f
}

// verify is how to see that the container runs as a user and can still write.
func (m mismatch) verify(uid int) string {
	return fmt.Sprintf("%sid -u\nprints %d\n\n%s\nshows no `Permission denied`", m.exec, uid, m.logs)
}

// followPlace changes the Dockerfile instead, and with it every other place
// that runs the image as the Dockerfile's user: in all files or in none. It is
// offered where USER is a plain number and nothing else in the file gives
// files to that number.
func (m mismatch) followPlace() (fixer.Fix, bool) {
	user := m.build.Stage.User()
	if user.Stage != m.build.Stage || len(user.At.Words) != 1 || user.At.Words[0].Raw != user.Text || givesFilesTo(m.build.File, m.image) {
		return fixer.Fix{}, false
	}
	_, group, grouped := strings.Cut(user.Text, ":")
	value := strconv.Itoa(m.uid)
	switch {
	case grouped && group == strconv.Itoa(m.image):
		value += ":" + value
	case grouped:
		value += ":" + group
	}
	return fixer.Fix{
		ID:     "follow-manifest",
		Title:  fmt.Sprintf("Set USER %d in the Dockerfile, and the same user wherever the image runs", m.uid),
		Level:  fixer.Review,
		Breaks: fmt.Sprintf("Files that belong to user %d, in the image and on volumes, are no longer writable", m.image),
		Verify: m.verify(m.uid),
		Edit: func(d *fixer.Draft) error {
			edits, err := m.build.File.ReplaceWord(user.At, user.At.Words[0], value)
			if err != nil {
				return err
			}
			d.At(m.build.Path).Dockerfile([]text.Edit(edits), dockerfile.FieldUser)
			for _, other := range runAs(d.Snapshot, m) {
				d.At(other.file).YAML(other.doc, yamldoc.Set(other.set, other.text(m.uid)))
			}
			return nil
		},
	}, true
}

// runAs returns the places that run the image as its present user and have to
// follow when the image's user changes.
func runAs(snap *fixer.Snapshot, m mismatch) []place {
	topo := snap.Topology()
	var out []place
	for f := range snap.Files() {
		if f.Compose != nil {
			for _, v := range topo.Compose().Views(f.Path) {
				b, ok := topo.ServiceBuild(v)
				if pl, set := composeUser(v); ok && set && b.Stage == m.build.Stage && pl.uid == m.image {
					out = append(out, pl)
				}
			}
		}
		for _, pl := range kubeUsers(f) {
			if b, ok := topo.ImageBuild(pl.image); ok && b.Certain && b.Stage == m.build.Stage && pl.uid == m.image {
				out = append(out, pl.place)
			}
		}
	}
	return out
}

// givesFilesTo reports whether a Dockerfile speaks of the number elsewhere
// than in USER: in --chown, useradd or chown.
func givesFilesTo(f *dockerfile.File, uid int) bool {
	number := strconv.Itoa(uid)
	for _, i := range f.Instructions {
		if i.Keyword != "USER" && strings.Contains(string(f.Source[i.Start:i.End]), number) {
			return true
		}
	}
	return false
}
