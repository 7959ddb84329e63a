package dockerfile

import (
	_ "embed"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed copy_after_user.md
var copyAfterUserDoc string

// CopyAfterUser reports COPY without --chown into a directory of the non-root
// user.
var CopyAfterUser = &fixer.Rule{
	Name:     "dockerfile/copy-after-user",
	Title:    "files copied as root for a non-root user",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.DockerDocs, ID: "COPY --chown", Link: "https://docs.docker.com/reference/dockerfile/#copy---chown---chmod"},
	},
	Doc: copyAfterUserDoc,
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		for _, s := range p.File.Dockerfile.Stages {
			if kept[s] && !s.Windows {
				checkCopies(p, s)
			}
		}
	},
}

func checkCopies(p *fixer.Pass, s *dockerfile.Stage) {
	given := map[string]string{} // folder → user it was given to, as written
	volumes := map[string]bool{}
	for _, v := range s.Volumes() {
		if v.Known && path.IsAbs(v.Text) && path.Clean(v.Text) != "/" {
			volumes[path.Clean(v.Text)] = true
		}
	}
	for _, i := range s.Instructions {
		user := s.UserAt(i)
		name, _, _ := strings.Cut(user.Text, ":")
		switch {
		case i.Keyword == "RUN":
			noteOwners(p, s, i, given)
		case i.Keyword != "COPY" && i.Keyword != "ADD", user.At == nil, !user.Known, name == "root", name == "0", len(i.Words) == 0:
		default:
			if _, ok := i.Flag("chown"); ok {
				continue
			}
			to := i.Words[len(i.Words)-1].Value
			if dir := s.WorkdirAt(i); !path.IsAbs(to) {
				if !dir.Known {
					continue
				}
				to = path.Join(dir.Text, to)
			}
			to = path.Clean(to)
			if why := writtenBy(to, name, given, volumes); why != "" && !strings.Contains(to, "$") {
				reportCopy(p, s, i, user, why)
			}
		}
	}
}

// noteOwners notes the folders that a step gives to a user.
func noteOwners(p *fixer.Pass, s *dockerfile.Stage, i *dockerfile.Instruction, given map[string]string) {
	st := build.Of(p.File).Step(i)
	dir := s.WorkdirAt(i)
	for _, c := range st.Commands {
		if c.Program == "cd" || c.Program == "pushd" {
			return
		}
		list := c.Plain()
		if c.Program != "chown" || len(list) < 2 {
			continue
		}
		owner, _, _ := strings.Cut(list[0], ":")
		for _, to := range list[1:] {
			if !path.IsAbs(to) {
				if !dir.Known {
					continue
				}
				to = path.Join(dir.Text, to)
			}
			if to = path.Clean(to); to != "/" && !strings.ContainsAny(to, "*?[${") {
				given[to] = owner
			}
		}
	}
}

// writtenBy says why a place is the user's to write, or gives "".
func writtenBy(to, user string, given map[string]string, volumes map[string]bool) string {
	for at := to; at != "/" && at != "."; at = path.Dir(at) {
		switch {
		case given[at] == user:
			return at + " belongs to " + user
		case given[at] != "": // to somebody else, which is another intention
			return ""
		case volumes[at]:
			return at + " is a volume"
		}
	}
	return ""
}

func reportCopy(p *fixer.Pass, s *dockerfile.Stage, i *dockerfile.Instruction, user dockerfile.Value, why string) {
	f := fixer.Finding{
		Message:  fmt.Sprintf("%s after USER %s creates files owned by root, although %s", i.Keyword, user.Text, why),
		Evidence: []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: source(p, user.At), Text: "USER " + user.Text}},
	}
	owner := owner(p, s, user.Text)
	if link, ok := i.Flag("link"); ok && link.Value != "false" && strings.Trim(owner, "0123456789:") != "" {
		f.Advice = "Add --chown with the uid of " + user.Text + ": COPY --link cannot resolve user names"
		report(p, i, f)
		return
	}
	file := p.File.Dockerfile
	f.Fixes = []fixer.Fix{{
		ID: "chown", Title: "Add --chown=" + owner, Level: fixer.Review,
		Breaks: "The application, and an attacker who controls it, can change these files",
		Verify: "docker build -t IMAGE . && docker run --rm --entrypoint ls IMAGE -ln DIRECTORY\nshows the uid of the user as owner",
		Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return file.AddFlag(i, "--chown="+owner) }),
	}}
	report(p, i, f)
}

// owner writes a user for --chown: by number where it is known, else as USER
// has it.
func owner(p *fixer.Pass, s *dockerfile.Stage, user string) string {
	name, _, _ := strings.Cut(user, ":")
	if _, err := strconv.Atoi(name); err == nil {
		return user
	}
	for _, id := range build.Of(p.File).CreatedAccounts(s) {
		if id.Name == name {
			return inNumbers(id, user)
		}
	}
	if base, ok := build.BaseOf(p, s); ok {
		if a, ok := base.Account(name); ok {
			return inNumbers(image.Identity{UID: a.UID, GID: a.GID, KnownUID: true, KnownGID: true}, user)
		}
	}
	return user
}

func inNumbers(id image.Identity, user string) string {
	name, group, grouped := strings.Cut(user, ":")
	if !id.KnownUID || !id.KnownGID || grouped && group != name {
		return user
	}
	return fmt.Sprintf("%d:%d", id.UID, id.GID)
}
