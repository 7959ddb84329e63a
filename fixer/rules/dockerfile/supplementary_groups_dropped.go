package dockerfile

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed supplementary_groups_dropped.md
var supplementaryGroupsDroppedDoc string

// SupplementaryGroupsDropped reports USER instructions that drop supplementary
// groups.
var SupplementaryGroupsDropped = &fixer.Rule{
	Name:     "dockerfile/supplementary-groups-dropped",
	Title:    "USER drops supplementary groups",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.DockerDocs, ID: "USER", Link: "https://docs.docker.com/reference/dockerfile/#user"},
		{Source: fixer.Tally, ID: "user-explicit-group-drops-supplementary-groups"},
	},
	Doc: supplementaryGroupsDroppedDoc,
	Check: func(p *fixer.Pass) {
		b := build.Of(p.File)
		build.Each(p.File.Dockerfile, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword != "USER" || i != at || s.Windows || len(i.Words) != 1 {
				return
			}
			user, group, grouped := strings.Cut(i.Words[0].Value, ":")
			if !grouped || i.Words[0].Dynamic {
				return
			}
			for _, j := range b.GroupJoins(s) {
				if j.User == user && j.Group != group && j.At.Start < i.Start {
					lost := lostGroup{GroupJoin: j, own: group, other: b.FirstGroupUnknown(s, i, user)}
					lost.report(p, i)
					return
				}
			}
		})
	},
}

// A lostGroup is a group that a user is put into, and that USER drops.
type lostGroup struct {
	build.GroupJoin
	own   string // the group in USER
	other bool   // the user's own group may be another one
}

func (l lostGroup) report(p *fixer.Pass, i *dockerfile.Instruction) {
	user, group := l.User, l.own
	f := fixer.Finding{
		Message:  fmt.Sprintf("USER %s:%s drops the group %s, to which line %d adds the user", user, group, l.Group, l.Line),
		Evidence: []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: fmt.Sprintf("%s:%d", p.File.Path, l.Line), Text: "The command adds " + user + " to " + l.Group}},
		Start:    i.Args.Start, End: i.Args.End,
	}
	if group != user || l.other {
		f.Advice = fmt.Sprintf("Write USER %[1]s without a group if %[3]s is the primary group of the user, or remove the step that adds the user to %[2]s. Not fixed automatically: the primary group is unknown", user, l.Group, group)
		report(p, i, f)
		return
	}
	file := p.File.Dockerfile
	f.Fixes = []fixer.Fix{{
		ID: "groups", Title: "Write USER " + user, Level: fixer.Review,
		Breaks: "The process gets the permissions of group " + l.Group + ", and the primary group of the user if that is not " + group,
		Verify: "docker run --rm --entrypoint id IMAGE\nprints all groups of the user",
		Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return file.ReplaceWord(i, i.Args, user) }, dockerfile.FieldUser),
	}}
	report(p, i, f)
}
