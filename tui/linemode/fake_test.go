package linemode

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// dockerRule reports what finds returns for a Dockerfile.
func dockerRule(name, title string, severity fixer.Severity, check func(p *fixer.Pass, all []*dockerfile.Instruction)) *fixer.Rule {
	return &fixer.Rule{
		Name: "dockerfile/" + name, Title: title, Severity: severity, Kind: fixer.Dockerfile,
		References: []fixer.Reference{{Source: fixer.Hadolint, ID: "DL3002", Link: "https://example.org/DL3002"}},
		Doc: "# a/rule\n\nOne sentence.\n\n## What is reported\n\nLooks at every stage.\nLeaves heredocs alone.\n\n## Why\n\nIt matters\n\n" +
			"## What can break\n\nhardly anything\n\n## How to check\n\ndocker build .\n\n" + fixer.ExampleSection("", "FROM node\n", "FROM node\nUSER 1\n"),
		Check: func(p *fixer.Pass) { check(p, p.File.Dockerfile.Instructions) },
	}
}

func first(all []*dockerfile.Instruction, keyword string) *dockerfile.Instruction {
	for _, i := range all {
		if i.Keyword == keyword {
			return i
		}
	}
	return nil
}

func numeric(v string) error {
	if n, err := strconv.Atoi(v); err != nil || n < 1 {
		return errors.New("a number from 1 is needed")
	}
	return nil
}

// fakeRules bring up everything the talk has words for: alternatives with
// values, work by hand, safe fixes, one that closes a finding and one that
// opens one, one that is blocked and one that is refused.
func fakeRules() []*fixer.Rule {
	insert := func(p *fixer.Pass, at int, line string, alters ...dockerfile.Field) func(*fixer.Draft) error {
		return func(d *fixer.Draft) error {
			for name, v := range d.Params {
				line = strings.ReplaceAll(line, "$"+name, v)
			}
			d.Dockerfile([]text.Edit{text.Insert(at, line+text.EOL(p.File.Data))}, alters...)
			return nil
		}
	}
	runsAsRoot := dockerRule("runs-as-root", "runs as root", fixer.Critical, func(p *fixer.Pass, all []*dockerfile.Instruction) {
		cmd := first(all, "CMD")
		if cmd == nil || first(all, "USER") != nil {
			return
		}
		level := fixer.Review
		if _, known := p.Facts.Answers["docker.io/library/node:22"]; known {
			level = fixer.Safe
		}
		p.Report(fixer.Finding{
			Path: "stage run", Start: cmd.Start, End: cmd.End, Message: "the last stage has no USER, so its process is root",
			Evidence: []fixer.Evidence{{Kind: fixer.FromTable, Text: "node starts as root"}},
			Fixes: []fixer.Fix{
				{ID: "uid", Title: "add USER before CMD", Level: level, Breaks: "the app fails where it writes to files of root", Verify: "docker run --rm shop id -u",
					Params: []fixer.Param{{Name: "uid", Meaning: "any number from 1", Default: "65532", Validate: numeric}}, Edit: insert(p, cmd.Start, "USER $uid", "user")},
				{ID: "name", Title: "add a named USER before CMD", Level: fixer.Review, Breaks: "it fails where the image has no such user",
					Params: []fixer.Param{{Name: "name", Meaning: "a user of the image", Default: "node"}}, Edit: insert(p, cmd.Start, "USER $name", "user")},
			},
		})
	})
	rootHome := dockerRule("root-home", "uses the home of root", fixer.Low, func(p *fixer.Pass, all []*dockerfile.Instruction) {
		if cmd := first(all, "CMD"); cmd != nil && first(all, "USER") == nil {
			p.Report(fixer.Finding{Path: "stage run", Start: cmd.Start, End: cmd.End, Message: "the process has the home of root", Advice: "give it a user"})
		}
	})
	homeless := dockerRule("no-home", "no home", fixer.Low, func(p *fixer.Pass, all []*dockerfile.Instruction) {
		if user := first(all, "USER"); user != nil && first(all, "ENV") == nil {
			p.Report(fixer.Finding{Path: "stage run", Start: user.Start, End: user.End, Message: "the user has no HOME",
				Fixes: []fixer.Fix{{ID: "env", Title: "set HOME", Level: fixer.Review, Breaks: "a program that looks for its files elsewhere", Edit: insert(p, user.Start, "ENV HOME=/tmp", "env")}}})
		}
	})
	add := dockerRule("add", "ADD where COPY does", fixer.Medium, func(p *fixer.Pass, all []*dockerfile.Instruction) {
		for _, i := range all {
			if i.Keyword != "ADD" {
				continue
			}
			at := i.Start
			_, to, _ := strings.Cut(string(p.File.Data[i.Start:i.End]), "/")
			p.Report(fixer.Finding{Path: "ADD /" + to, Start: i.Start, End: i.End, Message: "ADD does more than COPY",
				Fixes: []fixer.Fix{{ID: "copy", Title: "use COPY", Level: fixer.Safe, Verify: "docker build .", Edit: func(d *fixer.Draft) error {
					d.Dockerfile([]text.Edit{{Start: at, End: at + 3, New: "COPY"}})
					return nil
				}}}})
		}
	})
	secret := dockerRule("secret", "secret in ARG", fixer.High, func(p *fixer.Pass, all []*dockerfile.Instruction) {
		if i := first(all, "ARG"); i != nil {
			p.Report(fixer.Finding{Path: "ARG", Start: i.Start, End: i.End, Message: "a token is passed as build argument", Advice: "move it to a build secret"})
		}
	})
	stubborn := dockerRule("stubborn", "stays", fixer.Low, func(p *fixer.Pass, all []*dockerfile.Instruction) {
		if i := first(all, "WORKDIR"); i != nil {
			p.Report(fixer.Finding{Path: "WORKDIR", Start: i.Start, End: i.End, Message: "this stays whatever is done",
				Fixes: []fixer.Fix{{ID: "x", Title: "try", Level: fixer.Review, Breaks: "nothing", Edit: insert(p, i.Start, "# tried")}}})
		}
	})
	refusing := dockerRule("refusing", "refuses", fixer.Low, func(p *fixer.Pass, all []*dockerfile.Instruction) {
		if i := first(all, "EXPOSE"); i != nil {
			p.Report(fixer.Finding{Path: "EXPOSE", Start: i.Start, End: i.End, Message: "the port is low",
				Fixes: []fixer.Fix{{ID: "x", Title: "move it", Level: fixer.Review, Breaks: "who calls it", Edit: func(*fixer.Draft) error {
					return fixer.Refuse("a variable decides the port")
				}}}})
		}
	})
	return []*fixer.Rule{runsAsRoot, rootHome, homeless, add, secret, stubborn, refusing}
}

// A fakeBackend keeps the repository in memory.
type fakeBackend struct {
	disk    map[string]string
	skipped map[string]string
	states  map[string]fixer.FileState
	kept    engine.Decisions
	facts   chan fixer.News

	keepErr, commitErr, patchErr error
	patch                        string
}

func (b *fakeBackend) sources() []fixer.Source {
	var out []fixer.Source
	for p, data := range b.disk {
		out = append(out, fixer.Source{Path: p, Kind: fixer.Dockerfile, Data: []byte(data)})
	}
	for p, why := range b.skipped {
		out = append(out, fixer.Source{Path: p, Kind: fixer.Kubernetes, Skip: &fixer.Skip{Code: fixer.SkipTemplate, Reason: why}})
	}
	return out
}

func (b *fakeBackend) Load(ctx context.Context, _ func(fixer.Progress)) (*fixer.Loaded, error) {
	return &fixer.Loaded{Sources: b.sources()}, ctx.Err()
}

func (b *fakeBackend) Facts(context.Context, *fixer.Snapshot, *fixer.Facts) <-chan fixer.News {
	return b.facts
}

func (b *fakeBackend) States([]string) map[string]fixer.FileState { return b.states }

func (b *fakeBackend) Commit(_ context.Context, changes []engine.Change) (*fixer.Receipt, error) {
	if b.commitErr != nil {
		return nil, b.commitErr
	}
	r := &fixer.Receipt{Undo: "oakum undo"}
	for _, c := range changes {
		if b.disk[c.Path] != string(c.Before) {
			return nil, &fixer.RefusedError{Refusals: []fixer.FileRefusal{{Path: c.Path, Reason: "it holds other bytes than were read", Code: fixer.RefusedChanged}}}
		}
	}
	for _, c := range changes {
		b.disk[c.Path] = string(c.After)
		r.Written = append(r.Written, c.Path)
	}
	return r, nil
}

func (b *fakeBackend) SavePatch(changes []engine.Change) (string, error) {
	for _, c := range changes {
		b.patch += text.Unified(c.Path, c.Before, c.After, 3)
	}
	return "oakum.patch", b.patchErr
}

func (b *fakeBackend) SaveDecisions(d engine.Decisions) error {
	if b.keepErr == nil {
		b.kept = maps.Clone(d)
	}
	return b.keepErr
}

func (b *fakeBackend) LoadDecisions() (engine.Decisions, error) { return maps.Clone(b.kept), nil }
