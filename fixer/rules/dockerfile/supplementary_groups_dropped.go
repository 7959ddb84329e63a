package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
	"oakum/fixer/text"
)

//go:embed supplementary_groups_dropped.md
var supplementaryGroupsDroppedDoc string

// SupplementaryGroupsDropped reports USER instructions that drop supplementary groups.
var SupplementaryGroupsDropped = &fixer.Rule{
	Name:     "dockerfile/supplementary-groups-dropped",
	Title:    "USER gives up groups",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.DockerDocs, ID: "USER", Link: "https://docs.docker.com/reference/dockerfile/#user"},
		{Source: fixer.Tally, ID: "user-explicit-group-drops-supplementary-groups"},
	},
	Doc: supplementaryGroupsDroppedDoc,
	Check: func(p *fixer.Pass) {
		joined := joins(p.File.Dockerfile)
		build.Each(p.File.Dockerfile, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword != "USER" || i != at || s.Windows || len(i.Words) != 1 {
				return
			}
			user, group, grouped := strings.Cut(i.Words[0].Value, ":")
			if !grouped || i.Words[0].Dynamic {
				return
			}
			k := slices.IndexFunc(joined, func(j join) bool {
				return j.user == user && j.group != group && j.at.Start < i.Start && build.InChain(s, j.at.Stage)
			})
			if k >= 0 {
				reportLostGroup(p, i, joined[k], user, group, otherGroup(p.File.Dockerfile, i, s, user))
			}
		})
	},
}

func reportLostGroup(p *fixer.Pass, i *dockerfile.Instruction, j join, user, group string, other bool) {
	f := fixer.Finding{
		Message:  fmt.Sprintf("USER %s:%s is not in the group %s, which line %d puts it in", user, group, j.group, j.line),
		Evidence: []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: fmt.Sprintf("%s:%d", p.File.Path, j.line), Text: "puts " + user + " into " + j.group}},
		Start:    i.Args.Start, End: i.Args.End,
	}
	if group != user || other {
		f.Advice = fmt.Sprintf("write USER %s without a group if that is its own, or take the step out that puts it into %s; it is not done here because nothing in the file proves that %s is", user, j.group, group)
		report(p, i, f)
		return
	}
	file := p.File.Dockerfile
	f.Fixes = []fixer.Fix{{
		ID: "groups", Title: "write USER " + user, Level: fixer.Review,
		Breaks: "the process is in the group " + j.group + " as well, and may open what that group may; its first group is the one that the account was made with, should that not be " + group,
		Verify: "docker run --rm --entrypoint id IMAGE   names all groups",
		Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return file.ReplaceWord(i, i.Args, user) }, dockerfile.FieldUser),
	}}
	report(p, i, f)
}

// A join is a command that puts an account into a further group.
type join struct {
	user, group string
	at          *dockerfile.Instruction
	line        int
}

// joins reads the commands that put accounts into groups, in the order of the
// file. Names that a variable decides are left out.
func joins(f *dockerfile.File) []join {
	var out []join
	for _, st := range build.Steps(f, "RUN") {
		if st.Instruction != st.At {
			continue
		}
		for _, c := range st.Commands {
			user, groups := joinOf(c)
			for _, group := range strings.Split(groups, ",") {
				if user != "" && group != "" && !strings.ContainsAny(user+group, "$`") {
					out = append(out, join{user, group, st.At, max(c.Line, st.At.Line)})
				}
			}
		}
	}
	return out
}

// otherGroup reports whether a step before an instruction gives an account a
// first group that is not known to have its name: -g with another one, a group
// of that name made apart from it, or a kind of account that gets none of its own.
func otherGroup(f *dockerfile.File, before *dockerfile.Instruction, s *dockerfile.Stage, user string) bool {
	other := false
	for _, st := range build.Steps(f, "RUN") {
		if st.At.Start > before.Start || !build.InChain(s, st.Stage) {
			continue
		}
		for _, c := range st.Commands {
			plain, groups := c.Plain(), text.WordSet("groupadd addgroup")[c.Program]
			switch own, said := firstGroup(c); {
			case !slices.Contains(plain, user):
			case groups:
				other = other || len(plain) == 1 || plain[len(plain)-1] == user
			case text.WordSet("useradd adduser usermod")[c.Program] && said:
				other = own != user
			case c.Program == "useradd" || c.Program == "adduser" && len(plain) == 1:
				other = other || c.Has("-N", "--no-user-group") || c.Program == "adduser" && !c.Has("--group") && (c.Has("--system") || hasShort(c, 'S'))
			}
		}
	}
	return other
}

// firstGroup returns the group that a command says is an account's own.
func firstGroup(c build.Command) (group string, said bool) {
	args := c.Args()
	for k, w := range args {
		name, value, joined := strings.Cut(w.Value, "=")
		short := "g"
		if c.Program == "adduser" {
			short = "G" // of BusyBox
		}
		if name != "--gid" && name != "--ingroup" && (!shortOption.MatchString(w.Value) || !strings.HasSuffix(w.Value, short)) {
			continue
		}
		if !joined && k+1 < len(args) {
			value = args[k+1].Value
		}
		return value, true
	}
	return "", false
}

// joinOf returns the account and the groups, parted by commas, of a command
// that puts one into the others.
func joinOf(c build.Command) (user, groups string) {
	args := c.Args()
	if len(args) == 0 {
		return "", ""
	}
	last := args[len(args)-1].Value
	switch plain := c.Plain(); c.Program {
	case "usermod", "useradd":
		for k, w := range args[:len(args)-1] {
			if value, ok := strings.CutPrefix(w.Value, "--groups="); ok {
				return last, value
			}
			if w.Value == "--groups" || shortOption.MatchString(w.Value) && strings.HasSuffix(w.Value, "G") {
				return last, args[k+1].Value
			}
		}
	case "gpasswd":
		if len(args) == 3 && (args[0].Value == "-a" || args[0].Value == "--add") {
			return args[1].Value, args[2].Value
		}
	case "adduser", "addgroup": // with two names and no options that could take one
		if len(plain) == 2 && len(args) == 2 {
			return plain[0], plain[1]
		}
	}
	return "", ""
}
