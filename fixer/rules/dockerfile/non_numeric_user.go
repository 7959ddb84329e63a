package dockerfile

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed non_numeric_user.md
var nonNumericUserDoc string

// NonNumericUser reports USER instructions with a name instead of a number.
var NonNumericUser = &fixer.Rule{
	Name:     "dockerfile/non-numeric-user",
	Title:    "USER is a name, not a number",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL3066"},
		{Source: fixer.KubernetesDocs, ID: "runAsNonRoot", Link: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"},
	},
	Params: []fixer.Param{paramAccountID},
	Doc:    nonNumericUserDoc,
	Check: func(p *fixer.Pass) {
		seen := map[*dockerfile.Instruction]bool{}
		for _, s := range build.Targets(p) {
			if last := s.User(); last.At != nil && !seen[last.At] && !s.Windows {
				seen[last.At] = true
				checkNamedUser(p, s, last)
			}
		}
	},
}

var paramAccountID = fixer.Param{Name: "uid", Meaning: "User id (uid), 1 to 59999", Validate: accountID}

func checkNamedUser(p *fixer.Pass, s *dockerfile.Stage, last dockerfile.Value) {
	name, group, grouped := strings.Cut(last.Text, ":")
	if _, err := strconv.Atoi(name); err == nil || name == "" || name == "root" || !last.Known {
		return
	}
	f := fixer.Finding{
		Message: fmt.Sprintf("USER %s is a name: with runAsNonRoot, the kubelet refuses to start the image", last.Text),
		Path:    stagePath(last.Stage) + ": USER",
	}
	if written := last.At.Args.Raw; strings.Contains(written, "$") {
		if !build.Of(p.File).SetByEnv(s, last.At, written) { // a build can give ARG a number
			f.Message = fmt.Sprintf("USER %s is the name %s by default: with runAsNonRoot, the kubelet refuses to start the image", written, last.Text)
			f.Advice = "Write the uid in USER, or a variable that holds it. Then `docker inspect --format '{{.Config.User}}' IMAGE` prints a number"
			report(p, last.At, f)
			return
		}
		f.Message = fmt.Sprintf("USER %s is the name %s: with runAsNonRoot, the kubelet refuses to start the image", written, last.Text)
	}
	file := p.File.Dockerfile
	n := namedAccount{name: name, group: group, grouped: grouped}
	switch why := n.prove(p, s); {
	case why != "":
		f.Advice = why
	case n.command != nil:
		f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: source(p, n.command.Step.Instruction), Text: "The command creates " + name + " without a fixed uid"}}
		f.Fixes = []fixer.Fix{n.numberFix(p, last.At)}
	default:
		f.Evidence = []fixer.Evidence{n.evidence}
		f.Fixes = []fixer.Fix{{
			ID: "number", Title: "Write USER " + n.numbers, Level: n.level,
			Breaks: "The image runs as another user if the uid in oakum's image table is wrong (not verified)",
			Verify: "docker run --rm --entrypoint id IMAGE\nprints " + name,
			Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return file.ReplaceWord(last.At, last.At.Args, n.numbers) }, dockerfile.FieldUser),
		}}
	}
	report(p, last.At, f)
}

// A namedAccount is a user written as a name, and what proves its number.
type namedAccount struct {
	name, group string
	grouped     bool

	numbers  string // as USER takes them
	level    fixer.Level
	joins    bool // it may be in further groups
	evidence fixer.Evidence
	command  *build.Numberless // that creates it without a number
}

// prove looks for the number. It returns what a person can do where there is
// none to be had.
//
// The group is written only where that changes nothing: USER with a group gives
// up the further groups that an account may be in.
func (n *namedAccount) prove(p *fixer.Pass, s *dockerfile.Stage) (why string) {
	if from := build.AccountsFrom(p.File.Dockerfile, s); from != nil && s.Root().Image == "scratch" {
		return n.proveCopied(p, from)
	}
	if line := n.changesAccounts(p.File.Dockerfile, s); line > 0 {
		return fmt.Sprintf("Write the uid that `docker run --rm --entrypoint id IMAGE` prints in USER: line %d changes users, so the uid of %s is uncertain", line, n.name)
	}
	for _, id := range build.Of(p.File).CreatedAccounts(s) {
		if id.Name != n.name {
			continue
		}
		if !id.KnownUID {
			n.command, why = build.NumberlessAccount(p, s, n.name)
			return n.give(p, s, why)
		}
		n.evidence = fixer.Evidence{Kind: fixer.FromDockerfile, Place: p.File.Path, Text: "The file creates " + id.String()}
		return n.take(id, fixer.Safe)
	}
	if uid, at := build.Of(p.File).UIDByEnv(s, n.name); at != nil {
		n.evidence = fixer.Evidence{Kind: fixer.FromDockerfile, Place: source(p, at), Text: fmt.Sprintf("The command creates %s with uid %d, from ENV", n.name, uid)}
		return n.take(image.Identity{Name: n.name, UID: uid, KnownUID: true}, fixer.Safe)
	}
	if n.command, _ = build.NumberlessAccount(p, s, n.name); n.command != nil { // by a variable
		return n.give(p, s, "")
	}
	if why, ok := n.takeOfBase(p, s); ok {
		return why
	}
	return fmt.Sprintf("Write the uid of %s in USER: `docker run --rm --entrypoint id IMAGE %s` prints the number", n.name, n.name)
}

// proveCopied looks for the number where the list of users comes from another stage.
func (n *namedAccount) proveCopied(p *fixer.Pass, from *dockerfile.Stage) (why string) {
	if line := n.changesAccounts(p.File.Dockerfile, from); line > 0 {
		return fmt.Sprintf("Find the uid of %s in %s, from which /etc/passwd is copied, and write it in USER: line %d changes users, so the uid is uncertain", n.name, stagePath(from), line)
	}
	for _, id := range build.Of(p.File).CreatedAccounts(from) {
		if id.Name == n.name && id.KnownUID {
			n.evidence = fixer.Evidence{Kind: fixer.FromDockerfile, Place: p.File.Path, Text: text.Capital(stagePath(from)) + ", from which /etc/passwd is copied, creates " + id.String()}
			return n.take(id, fixer.Safe)
		}
		if id.Name == n.name {
			return fmt.Sprintf("Create %s with a fixed uid in %s, from which /etc/passwd is copied, and write the uid in USER", n.name, stagePath(from))
		}
	}
	if why, ok := n.takeOfBase(p, from); ok {
		return why
	}
	return fmt.Sprintf("Find the uid of %s in %s, from which /etc/passwd is copied, and write it in USER", n.name, stagePath(from))
}

// takeOfBase takes the number that the base of a stage is known to have for the account.
func (n *namedAccount) takeOfBase(p *fixer.Pass, s *dockerfile.Stage) (why string, ok bool) {
	base, ok := build.BaseOf(p, s)
	if !ok {
		return "", false
	}
	a, ok := base.Account(n.name)
	if !ok {
		return "", false
	}
	level := fixer.Review
	if base.Verified(image.BaseAccounts) {
		level = fixer.Safe
	}
	n.evidence = fixer.Evidence{Kind: fixer.FromTable, Text: base.Image + " has the user " + a.Name + " with uid:gid " + strconv.Itoa(a.UID) + ":" + strconv.Itoa(a.GID)}
	return n.take(image.Identity{Name: a.Name, UID: a.UID, GID: a.GID, KnownUID: true, KnownGID: true}, level), true
}

// give holds the command that creates the account without a number to what giving it one needs. why
// says why there is none.
func (n *namedAccount) give(p *fixer.Pass, s *dockerfile.Stage, why string) string {
	if n.command == nil {
		return fmt.Sprintf("Create %s with a fixed uid (useradd --uid %d), and write the uid in USER. Not fixed automatically: %s", n.name, appUID, why)
	}
	if kept := keptFiles(p, s); kept != "" {
		return fmt.Sprintf("Create %s with the uid that `docker run --rm --entrypoint id IMAGE` prints (useradd --uid), and write it in USER. Existing files belong to the current uid: %s", n.name, kept)
	}
	if volumes := s.Volumes(); len(volumes) > 0 {
		at := volumes[len(volumes)-1]
		return fmt.Sprintf("Create %s with the uid that `docker run --rm --entrypoint id IMAGE` prints (useradd --uid), and write it in USER. Files in existing volumes at %s (line %d) belong to the current uid", n.name, at.Text, at.At.Line)
	}
	if n.grouped && n.group != n.name {
		return fmt.Sprintf("Create %s with a fixed uid (useradd --uid %d), find the gid of group %s, and write both in USER", n.name, appUID, n.group)
	}
	return ""
}

func (n *namedAccount) take(id image.Identity, level fixer.Level) (why string) {
	n.numbers, n.level = strconv.Itoa(id.UID), level
	if id.UID == 0 {
		return fmt.Sprintf("Give %s another uid: the user has the uid of root", n.name)
	}
	if !n.grouped {
		if id.KnownGID && !n.joins {
			n.numbers += ":" + strconv.Itoa(id.GID)
		}
		return ""
	}
	if gid, err := strconv.Atoi(n.group); err == nil {
		n.numbers += ":" + strconv.Itoa(gid)
		return ""
	}
	if n.group != n.name || !id.KnownGID { // groups of another name are not in the table
		return fmt.Sprintf("Find the gid of group %s, and write USER %d with that gid", n.group, id.UID)
	}
	n.numbers += ":" + strconv.Itoa(id.GID)
	return ""
}

// numberFix gives the account a number where it is created and writes it in
// USER, without the group: the account has the one it is created with.
func (n *namedAccount) numberFix(p *fixer.Pass, user *dockerfile.Instruction) fixer.Fix {
	file := p.File.Dockerfile
	return fixer.Fix{
		ID: "number-account", Title: fmt.Sprintf("Set the uid of %s to %d and write the uid in USER", n.name, appUID), Level: fixer.Review,
		Breaks: "Files in volumes that belong to the previous uid need a new owner. The build fails if the uid is taken",
		Verify: "docker build -t IMAGE . && docker run --rm --entrypoint id IMAGE\nprints " + n.name,
		Params: []fixer.Param{paramAccountID.With(strconv.Itoa(appUID))},
		Edit: func(d *fixer.Draft) error {
			edits, err := n.command.SetUID(d.Param("uid"))
			if err != nil {
				return err
			}
			written, err := file.ReplaceWord(user, user.Args, d.Param("uid"))
			if err != nil {
				return err
			}
			d.Dockerfile(append(edits, written...), dockerfile.FieldUser)
			return nil
		},
	}
}

// accountChange matches tools that give accounts other numbers or take them
// away, and files that replace the lists of them.
var accountChange = text.Regexp(`\b(usermod|groupmod|userdel|deluser|groupdel|delgroup|vipw|fixuid)\b|/etc/(passwd|group)\b`)

// accountJoin matches what may put an account in a group besides its own, which
// Debian's adduser does unasked.
var accountJoin = text.Regexp(`\b(gpasswd|adduser)\b|\baddgroup\s+(-\S+\s+)*[a-z_][\w-]*\s+[a-z_]|\s(-\w*G|--groups)\b`)

// changesAccounts returns the line of the first step of a stage, or of those it
// starts from, by which the account may differ from what its creation says, 0
// for none. It notes whether a step may put the account in further groups.
func (n *namedAccount) changesAccounts(f *dockerfile.File, s *dockerfile.Stage) int {
	for _, stage := range s.Chain() {
		for _, i := range stage.Instructions {
			text := string(f.Source[i.Start:i.End])
			if i.Keyword != "RUN" && i.Keyword != "COPY" && i.Keyword != "ADD" {
				continue
			}
			n.joins = n.joins || accountJoin().MatchString(text)
			if accountChange().MatchString(text) && (strings.Contains(text, "/etc/") || strings.Contains(text, n.name) || strings.Contains(text, "$")) {
				return i.Line
			}
		}
	}
	return 0
}
