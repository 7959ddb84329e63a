package build

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

// AccountVerb is what a command does with users and groups.
type AccountVerb int

const (
	CreatesUser AccountVerb = iota
	ChangesUser
	CreatesGroup
	JoinsGroup // it does nothing but put a user into a further group
)

// An AccountChange is one command that makes or changes a user or a group:
// useradd, usermod, groupadd, gpasswd, and adduser and addgroup of Debian and of
// BusyBox. Names and numbers are as written: a variable is not followed here.
type AccountChange struct {
	Step    Step
	Command Command
	Verb    AccountVerb

	User   string
	UID    string   // as given, "" when the tool chooses
	Group  string   // the group that is created, or the user's own as given
	GID    string   // of the group that is created
	Groups []string // further ones that the user is put into

	Arguments Arguments
}

// AccountChanges returns the account commands of a stage and of those it starts
// from, in the order in which a build runs them; those in text that is read from
// a copy (heredocs, ONBUILD) are among them, with a Step that has no Script. All
// stages count where s is nil.
func (b *Build) AccountChanges(s *dockerfile.Stage) []AccountChange {
	if s == nil {
		return b.accounts()
	}
	var out []AccountChange
	for _, a := range b.accounts() {
		if InChain(s, a.Step.Stage) {
			out = append(out, a)
		}
	}
	return out
}

func readAccounts(b *Build) []AccountChange {
	var out []AccountChange
	for _, st := range b.run() {
		for _, c := range st.Commands {
			if a, ok := readAccount(c); ok {
				a.Step = st
				out = append(out, a)
			}
		}
	}
	return out
}

// readAccount reads one command. Where two tools have a name in common, what
// only one of them takes tells: the two names of adduser USER GROUP have no
// options beside them.
func readAccount(c Command) (AccountChange, bool) {
	switch c.Program {
	case "useradd", "usermod", "adduser", "groupadd", "addgroup", "gpasswd":
	default:
		return AccountChange{}, false
	}
	args := c.Arguments()
	names := args.Names()
	a := AccountChange{Command: c, Arguments: args}
	if c.Program == "gpasswd" {
		user, ok := args.Value("-a", "--add")
		if !ok || len(names) != 1 || len(args.Options) != 1 {
			return a, false
		}
		a.Verb, a.User, a.Groups = JoinsGroup, user, names
		return a, true
	}
	if len(names) == 0 {
		return a, false
	}
	if (c.Program == "adduser" || c.Program == "addgroup") && len(names) == 2 && len(args.Options) == 0 {
		a.Verb, a.User, a.Groups = JoinsGroup, names[0], names[1:]
		return a, true
	}
	switch c.Program {
	case "groupadd", "addgroup":
		a.Verb, a.Group = CreatesGroup, names[0]
		a.GID, _ = args.Value("-g", "--gid")
		return a, true
	case "usermod":
		a.Verb = ChangesUser
	}
	a.User = names[0]
	a.UID, _ = args.Value("-u", "--uid")
	if c.Program == "adduser" {
		a.Group, _ = args.Value("--gid", "--ingroup", "-G") // -G of BusyBox, whose -g is the comment
		return a, true
	}
	a.Group, _ = args.Value("-g", "--gid")
	if groups, ok := args.Value("-G", "--groups"); ok {
		a.Groups = strings.Split(groups, ",")
	}
	return a, true
}

// CreatedAccounts returns the users that a stage, or a stage it starts from,
// creates. Numbers are known only where a command states them: which number a
// distribution picks next is not for us to guess. Triggers of ONBUILD do not
// count.
func (b *Build) CreatedAccounts(s *dockerfile.Stage) []image.Identity {
	var out []image.Identity
	groups := map[string]int{}
	for _, a := range b.AccountChanges(s) {
		if a.Step.Instruction.OnBuild {
			continue
		}
		switch a.Verb {
		case CreatesGroup:
			if n, ok := accountNumber(a.GID); ok {
				groups[a.Group] = n
			}
		case CreatesUser:
			id := image.Identity{Name: a.User}
			id.UID, id.KnownUID = accountNumber(a.UID)
			if n, err := strconv.Atoi(a.Group); err == nil {
				id.GID, id.KnownGID = n, true
			} else if n, ok := groups[a.Group]; ok {
				id.GID, id.KnownGID = n, true
			}
			out = append(out, id)
		}
	}
	return out
}

func accountNumber(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}

// AccountsFrom returns the stage whose list of users a stage copies in the place of its own,
// as images made of scratch do, nil where it copies none.
func AccountsFrom(f *dockerfile.File, s *dockerfile.Stage) *dockerfile.Stage {
	for _, stage := range s.Chain() {
		for _, i := range stage.Instructions {
			from, ok := i.Flag("from")
			if n := len(i.Words) - 1; !ok || i.Keyword != "COPY" || n < 1 || !strings.HasPrefix(i.Words[n].Value, "/etc") ||
				!slices.ContainsFunc(i.Words[:n], func(w dockerfile.Word) bool { return w.Value == "/etc/passwd" }) {
				continue
			}
			if source := StageNamed(f, from.Value); source != nil && source.Index < stage.Index {
				return source
			}
		}
	}
	return nil
}

// FirstGroupUnknown reports whether the commands before an instruction may give a
// user a first group that does not have its name: a group of that name is made
// apart from it, or it is a kind of account that gets none of its own, or
// another one is named. The last command that names one decides.
func (b *Build) FirstGroupUnknown(s *dockerfile.Stage, before *dockerfile.Instruction, user string) bool {
	unknown := false
	changes := b.accounts()
	for k := range changes { // not copied: the rules ask this of every USER
		a := &changes[k]
		if a.Step.At.Start > before.Start || !InChain(s, a.Step.Stage) {
			continue
		}
		args := a.Arguments
		switch {
		case a.Verb == CreatesGroup:
			unknown = unknown || a.Group == user
		case a.Verb == JoinsGroup:
			unknown = unknown || a.Command.Program == "addgroup" && a.Groups[0] == user
		case a.User != user:
		case a.Group != "":
			unknown = a.Group != user
		case a.Verb == CreatesUser:
			system := a.Command.Program == "adduser" && !args.Has("--group") && args.Has("--system", "-S")
			unknown = unknown || system || args.Has("-N", "--no-user-group")
		}
	}
	return unknown
}

// A GroupJoin puts a user into a further group.
type GroupJoin struct {
	User, Group string
	At          *dockerfile.Instruction
	Line        int
}

// GroupJoins returns what puts users into further groups, in a stage and those it
// starts from, or in all where s is nil. Names that a variable decides, and
// triggers of ONBUILD, are left out.
func (b *Build) GroupJoins(s *dockerfile.Stage) []GroupJoin {
	var out []GroupJoin
	changes := b.accounts()
	for k := range changes {
		a := &changes[k]
		if a.Step.Instruction != a.Step.At || s != nil && !InChain(s, a.Step.Stage) {
			continue
		}
		for _, group := range a.Groups {
			if a.User != "" && group != "" && !strings.ContainsAny(a.User+group, "$`") {
				out = append(out, GroupJoin{a.User, group, a.Step.At, max(a.Command.Line, a.Step.At.Line)})
			}
		}
	}
	return out
}
