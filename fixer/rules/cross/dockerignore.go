package cross

import (
	"cmp"
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed dockerignore.md
var dockerignoreDoc string

// Dockerignore reports COPY of a directory that holds files no image should
// have.
var Dockerignore = &fixer.Rule{
	Name:     "cross/dockerignore",
	Title:    "secrets or local files copied into the image",
	Severity: fixer.Medium,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.10"},
		{Source: fixer.OWASPDocker, ID: "rule 13"},
		{Source: fixer.DockerDocs, ID: ".dockerignore", Link: "https://docs.docker.com/build/concepts/context/#dockerignore-files"},
		{Source: fixer.CWE, ID: "CWE-538"},
	},
	Doc: dockerignoreDoc,
	Check: func(p *fixer.Pass) {
		repository := readBuilds(p)
		for _, b := range repository.all {
			if !b.file.Context {
				b.report(p, repository.exposed(b))
			}
		}
	},
}

// report makes at most three findings of a build: the secrets that can be kept
// out, those that a person must see to, and what is merely not needed.
func (b *contextBuild) report(p *fixer.Pass, found []exposure) {
	var secrets, wanted, clutter []exposure
	for _, e := range found {
		switch {
		case !e.secret:
			clutter = append(clutter, e)
		case e.kept != "":
			wanted = append(wanted, e)
		default:
			secrets = append(secrets, e)
		}
	}
	if len(secrets) > 0 {
		b.reportFixable(p, "context: secrets", secrets, secretBreaks(secrets))
	}
	if len(clutter) > 0 {
		b.reportFixable(p, "context: not needed", clutter, clutterBreaks(clutter))
	}
	if len(wanted) > 0 {
		f := b.finding("context: secrets that may be used", wanted)
		f.Advice = fmt.Sprintf("Check whether the image needs %s. If not, add it to %s and pass it with RUN --mount=type=secret or when the container starts. Not excluded automatically: %s",
			nameSome(wanted), b.ctx.IgnorePath, wanted[0].kept)
		p.Report(f)
	}
}

func (b *contextBuild) finding(path string, list []exposure) fixer.Finding {
	at := list[0].at
	where := "into the image"
	severity := fixer.Low
	for _, e := range list {
		severity = max(severity, e.severity)
	}
	if !slices.ContainsFunc(list, func(e exposure) bool { return e.shipped }) {
		where = "into an intermediate stage, which stays in the build cache"
		severity = min(severity, fixer.Medium)
		if !list[0].secret {
			severity = fixer.Low
		}
	}
	miss := "not excluded by " + b.ctx.IgnorePath
	if b.ctx.Ignore == nil {
		miss = b.ctx.IgnorePath + " does not exist"
	}
	f := fixer.Finding{
		File: b.file.Path, Path: path, Severity: severity, Start: at.Start, End: at.End,
		Message:  fmt.Sprintf("%s %s copies %s %s: %s", at.Keyword, shownSource(at), nameSome(list), where, miss),
		Evidence: []fixer.Evidence{{Kind: fixer.FromRepository, Text: b.ctx.Why}},
	}
	for _, e := range list[:min(len(list), maxNamed)] {
		if e.secret {
			fact := "The name of " + e.path + " suggests " + e.what
			switch e.git {
			case buildcontext.GitUntracked:
				fact += ". Git does not track the file, so a fresh clone does not have it"
			case buildcontext.GitTracked:
				fact += ". Git tracks the file"
			}
			f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: fact})
		}
	}
	return f
}

// shownSource is what an instruction copies, for a message.
func shownSource(i *dockerfile.Instruction) string {
	const most = 60
	text := strings.Join(strings.Fields(i.Text()), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func (b *contextBuild) reportFixable(p *fixer.Pass, path string, list []exposure, breaks string) {
	f := b.finding(path, list)
	patterns, ok := b.patterns(list)
	switch {
	case len(patterns) > maxLines:
		f.Advice = "Add patterns for the directories or file name extensions to " + b.ctx.IgnorePath + ". Not fixed automatically: many files would need one line each"
		p.Report(f)
		return
	case !ok:
		f.Advice = "Add the paths to " + b.ctx.IgnorePath + ". Not fixed automatically: every pattern would also exclude files that the build needs"
		p.Report(f)
		return
	}
	title := "Add " + strings.Join(short(patterns), ", ") + " to " + b.ctx.IgnorePath
	if b.ctx.Ignore == nil {
		title = "Create " + b.ctx.IgnorePath + " with " + strings.Join(short(patterns), ", ")
	}
	f.Fixes = []fixer.Fix{{
		ID: "exclude", Title: title, Level: fixer.Review,
		Breaks: breaks, Verify: b.check(list),
		Edit: func(d *fixer.Draft) error {
			d.Exclude(b.ctx.IgnorePath, patterns)
			return nil
		},
	}}
	p.Report(f)
}

// check is how to see that a build works and no longer copies a secret. What else
// is excluded may well be in the image, where a step puts it.
func (b *contextBuild) check(list []exposure) string {
	build := "docker build -t check -f " + text.ShellWord(b.file.Path) + " " + text.ShellWord(b.ctx.Dir) + "\nsucceeds"
	if !list[0].secret {
		return build
	}
	return build + "\n\ndocker export $(docker create check) | tar -t | grep " + text.ShellWord(path.Base(list[0].path)) + "\nprints nothing"
}

func secretBreaks(list []exposure) string {
	out := "Applications and build steps that read " + nameSome(list) + " no longer find it. Provide it with env_file, a mounted secret or RUN --mount=type=secret"
	if slices.ContainsFunc(list, func(e exposure) bool { return e.git != buildcontext.GitUntracked }) {
		return out
	}
	return out + ". Builds from a fresh clone never had it"
}

func clutterBreaks(list []exposure) string {
	if slices.ContainsFunc(list, func(e exposure) bool { return e.what == history }) {
		return "Build steps that ask git for a version (a script, a Makefile, setuptools-scm) find no repository, and Go binaries no longer record their commit"
	}
	return "Builds that rely on " + nameSome(list) + " from this machine have to install the contents themselves"
}

// maxLines bounds how many lines a fix writes: nobody would read more of them,
// and a person knows the pattern behind them.
const maxLines = 20

// maxNamed bounds how many paths a sentence names.
const maxNamed = 3

// nameSome lists paths for people.
func nameSome(list []exposure) string {
	var names []string
	for _, e := range list {
		names = append(names, e.path)
	}
	return strings.Join(short(names), ", ")
}

func short(names []string) []string {
	if len(names) <= maxNamed {
		return names
	}
	return append(slices.Clone(names[:maxNamed-1]), fmt.Sprintf("%d more", len(names)-maxNamed+1))
}

// compareExposures puts the worst first.
func compareExposures(a, b exposure) int {
	return cmp.Or(cmp.Compare(b.severity, a.severity), strings.Compare(a.path, b.path))
}
