package dockerfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// account is the user chosen for an image.
type account struct {
	uid, gid int
	group    bool   // gid is known
	free     bool   // nothing in the file speaks for the number: it is one that nobody has
	name     string // "" when the image has no account of that number
	evidence fixer.Evidence
	breaks   string // what the choice itself may break

	// command creates the account without a number, which the fix adds; nil
	// when the number is known.
	command *build.Numberless
}

func (a account) numbers() string {
	if a.group {
		return fmt.Sprintf("%d:%d", a.uid, a.gid)
	}
	return strconv.Itoa(a.uid)
}

// freeUID is the user for images in which no account is known: outside of what
// distributions hand out, and what distroless images use.
const freeUID = 65532

func unknownAccount(evidence string) account {
	return account{
		uid: freeUID, gid: freeUID, group: true, free: true,
		evidence: fixer.Evidence{Kind: fixer.FromNothing, Text: evidence},
		breaks:   "The user has no name and no home directory in the image",
	}
}

// account chooses the user the image runs as: the one its files are given to,
// else the one account the file creates, else the one that the repository runs it
// as, else the one its base brings, else a free number. Where the file names several accounts and does not say which, a
// person has to.
func (s *imageCheck) account() (account, string) {
	created := slices.DeleteFunc(build.Of(s.pass.File).CreatedAccounts(s.stage), func(id image.Identity) bool { return id.IsRoot() })
	if i := s.unreadAccounts(); i != nil {
		return account{}, fmt.Sprintf("Add USER with the uid of the user that line %d creates, if the application runs as that user. Not fixed automatically: the commands on that line cannot be parsed", i.Line)
	}
	if owner, at := s.owner(created); at != nil {
		if serverAccounts[owner.Name] && !s.brought(owner.Name) {
			return account{}, fmt.Sprintf("Check which process starts, then add USER with a uid. Line %d gives files to %s, the user of a server's workers, and the main process of such servers may need root", at.Line, owner.Name)
		}
		if !owner.KnownUID {
			return s.numbered(owner.Name, fixer.Evidence{Kind: fixer.FromDockerfile, Place: source(s.pass, at), Text: "Files belong to " + owner.Name + ", whose uid is unknown"})
		}
		return account{
			uid: owner.UID, gid: owner.GID, group: owner.KnownGID, name: owner.Name,
			evidence: fixer.Evidence{Kind: fixer.FromDockerfile, Place: source(s.pass, at), Text: "Files belong to " + owner.String()},
		}, ""
	}
	switch {
	case len(created) == 1 && created[0].KnownUID:
		id := created[0]
		return account{
			uid: id.UID, gid: id.GID, group: id.KnownGID, name: id.Name,
			evidence: fixer.Evidence{Kind: fixer.FromDockerfile, Place: s.pass.File.Path, Text: "The file creates the user " + id.String() + " and never uses that user"},
		}, ""
	case len(created) == 1 && s.numberable(created[0].Name):
		return s.numbered(created[0].Name, fixer.Evidence{Kind: fixer.FromDockerfile, Place: s.pass.File.Path, Text: "The file creates the user " + created[0].Name + " and never uses that user"})
	case len(created) > 1:
		return account{}, fmt.Sprintf("Add USER with the uid of the user that the application needs: the file creates the users %s", names(created))
	}
	if b, here := s.pass.Topology().BaseBuild(s.pass.File.Path, s.stage.Root()); here && b.Certain {
		if base, ok := build.BaseOf(s.pass, s.stage); ok && base.Default.IsNonRoot() && base.Default.KnownUID {
			id := base.Default
			return account{uid: id.UID, gid: id.GID, group: id.KnownGID, name: id.Name,
				evidence: fixer.Evidence{Kind: fixer.FromRepository, Place: b.Path, Text: "The base image runs as " + id.String()}}, ""
		}
	}
	if acc, ok := s.runAs(); ok {
		return acc, ""
	}
	if e := s.profile.Entry; e != nil && e.Service != nil && e.Service.IsNonRoot() {
		return account{
			uid: e.Service.UID, gid: e.Service.GID, group: e.Service.KnownGID, name: e.Service.Name,
			evidence: fixer.ImageEvidence(e.Evidence(image.FieldService)),
		}, ""
	}
	return unknownAccount("No user for applications is known in " + s.base), ""
}

// numberable reports whether the command that creates an account can be told its
// number. Where it cannot, and a stage for development makes it, no files are
// given to it and another account does as well: it is the developer's.
func (s *imageCheck) numberable(name string) bool {
	if command, _ := build.NumberlessAccount(s.pass, s.stage, name); command != nil {
		return true
	}
	return !slices.ContainsFunc(build.Of(s.pass.File).AccountChanges(s.stage), func(a build.AccountChange) bool {
		return a.Verb == build.CreatesUser && a.User == name && a.Command.Copied && build.ForDevelopment("", a.Step.Stage)
	})
}

// numbered chooses an account that the file creates without a number.
func (s *imageCheck) numbered(name string, evidence fixer.Evidence) (account, string) {
	command, why := build.NumberlessAccount(s.pass, s.stage, name)
	if command == nil {
		return account{}, fmt.Sprintf("Create the user %s with a fixed uid (useradd --uid %d), and add USER with that uid. Not fixed automatically: %s", name, appUID, why)
	}
	return account{uid: appUID, name: name, evidence: evidence, command: command,
		breaks: "Files in volumes that belong to the previous uid need a new owner"}, ""
}

// serverAccounts belong to servers that start as root and serve as another
// user, so that files of theirs do not say what the first process runs as.
var serverAccounts = text.WordSet("www-data nginx apache http httpd daemon")

// brought reports whether the base has the account for what it is made to run.
func (s *imageCheck) brought(name string) bool {
	e := s.profile.Entry
	return e != nil && e.Service != nil && e.Service.Name == name
}

// unreadAccounts returns a RUN that creates an account in commands that
// are not understood.
func (s *imageCheck) unreadAccounts() *dockerfile.Instruction {
	for _, stage := range s.stage.Chain() {
		for _, i := range stage.Instructions {
			if i.Keyword != "RUN" {
				continue
			}
			if build.Of(s.pass.File).Step(i).Unread && accountTool().Match(s.file.Source[i.Start:i.End]) {
				return i
			}
		}
	}
	return nil
}

var accountTool = text.Regexp(`\b(useradd|adduser)\b`)

func names(ids []image.Identity) string {
	var out []string
	for _, id := range ids {
		out = append(out, id.Name)
	}
	return strings.Join(out, ", ")
}

// owner returns the one user that files are given to by --chown or chown, with
// the first instruction that does; none when there are several.
func (s *imageCheck) owner(created []image.Identity) (image.Identity, *dockerfile.Instruction) {
	var found image.Identity
	var first *dockerfile.Instruction
	several := false
	add := func(text string, i *dockerfile.Instruction) {
		id, ok := s.resolve(text, created)
		switch {
		case !ok || id.IsRoot():
		case first == nil:
			found, first = id, i
		case id.Name != found.Name || id.KnownUID != found.KnownUID || id.UID != found.UID:
			several = true
		}
	}
	for _, stage := range s.stage.Chain() {
		for _, i := range stage.Instructions {
			if flag, ok := i.Flag("chown"); ok {
				add(flag.Value, i)
			}
			if i.Keyword != "RUN" {
				continue
			}
			for _, c := range build.Of(s.pass.File).Step(i).Commands {
				if names := c.Plain(); c.Program == "chown" && len(names) > 0 {
					add(names[0], i)
				}
			}
		}
	}
	if several {
		return image.Identity{}, nil
	}
	return found, first
}

// resolve reads USER or USER:GROUP as --chown takes it. A name counts only when
// the file creates it or the base is known to have it.
func (s *imageCheck) resolve(text string, created []image.Identity) (image.Identity, bool) {
	user, group, _ := strings.Cut(text, ":")
	if n, err := strconv.Atoi(user); err == nil && n >= 0 {
		id := image.Identity{UID: n, KnownUID: true, Numeric: true}
		if g, err := strconv.Atoi(group); err == nil && g >= 0 {
			id.GID, id.KnownGID = g, true
		}
		return id, true
	}
	for _, id := range created {
		if id.Name == user {
			return id, true
		}
	}
	if base, ok := build.BaseOf(s.pass, s.stage); ok {
		if a, ok := base.Account(user); ok && a.Name != "nobody" {
			return image.Identity{Name: a.Name, UID: a.UID, GID: a.GID, KnownUID: true, KnownGID: true}, true
		}
	}
	return image.Identity{}, false
}
