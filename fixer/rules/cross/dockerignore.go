package cross

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

//go:embed dockerignore.md
var dockerignoreDoc string

// Dockerignore reports COPY of a directory that holds files no image should
// have.
var Dockerignore = &fixer.Rule{
	Name:     "cross/dockerignore",
	Title:    "copied folder holds what no image should",
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
		f.Advice = fmt.Sprintf("see whether %s has to be in the image; if not, name it in %s and give it to the build with RUN --mount=type=secret or to the container when it starts; it is not done here because %s",
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
		where = "into a stage that is thrown away but stays in the build cache"
		severity = min(severity, fixer.Medium)
		if !list[0].secret {
			severity = fixer.Low
		}
	}
	miss := b.ctx.IgnorePath + " does not exclude it"
	if b.ctx.Ignore == nil {
		miss = "there is no " + b.ctx.IgnorePath
	}
	f := fixer.Finding{
		File: b.file.Path, Path: path, Severity: severity, Start: at.Start, End: at.End,
		Message:  fmt.Sprintf("%s %s takes %s %s: %s", at.Keyword, shownSource(at), nameSome(list), where, miss),
		Evidence: []fixer.Evidence{{Kind: fixer.FromRepository, Text: b.ctx.Why}},
	}
	for _, e := range list[:min(len(list), maxNamed)] {
		if e.secret {
			text := e.path + " is by its name " + e.what
			switch e.git {
			case buildcontext.GitUntracked:
				text += "; git does not hold it, so a build from a clone does without"
			case buildcontext.GitTracked:
				text += "; git holds it"
			}
			f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromRepository, Text: text})
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
		f.Advice = "write the patterns that fit into " + b.ctx.IgnorePath + ", for folders or endings; it is not done here because it would take a line for each of many files"
		p.Report(f)
		return
	case !ok:
		f.Advice = "name it in " + b.ctx.IgnorePath + "; it is not done here because no pattern excludes it and nothing that is needed"
		p.Report(f)
		return
	}
	verb := "complete "
	if b.ctx.Ignore == nil {
		verb = "make "
	}
	f.Fixes = []fixer.Fix{{
		ID: "exclude", Title: fmt.Sprintf("%s%s with %s", verb, b.ctx.IgnorePath, strings.Join(short(patterns), ", ")), Level: fixer.Review,
		Breaks: breaks, Verify: "the image builds, starts and no longer holds " + nameSome(list),
		Edit: func(d *fixer.Draft) error {
			d.Exclude(b.ctx.IgnorePath, patterns)
			return nil
		},
	}}
	p.Report(f)
}

func secretBreaks(list []exposure) string {
	out := "a program that reads " + nameSome(list) + " in the container or while the image is built no longer finds it: give it with env_file, a mounted secret or RUN --mount=type=secret"
	if slices.ContainsFunc(list, func(e exposure) bool { return e.git != buildcontext.GitUntracked }) {
		return out
	}
	return out + " (builds from a fresh clone never had it)"
}

func clutterBreaks(list []exposure) string {
	if slices.ContainsFunc(list, func(e exposure) bool { return e.what == history }) {
		return "what asks git for a version while the image is built (a script, a Makefile, setuptools-scm) finds no repository, and programs of Go no longer name their commit"
	}
	return "a build that relies on " + nameSome(list) + " of this machine has to install what is in it"
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
