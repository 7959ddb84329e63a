package build

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Numberless is the one useradd or adduser that creates an account without
// saying its number, and how to say it.
type Numberless struct {
	AccountChange
	option string // that says the number: --uid, or -u for BusyBox
}

// SetUID returns the edits that let the command give the account a number.
func (a *Numberless) SetUID(uid string) ([]text.Edit, error) {
	return a.Step.Script.InsertWord(a.Command.Command, a.Command.ProgramWord, a.option+" "+uid)
}

// NumberlessAccount looks for the command that creates an account in a stage or
// those it starts from. It returns nil and the reason when a number cannot be
// added to it.
func NumberlessAccount(p *fixer.Pass, s *dockerfile.Stage, name string) (found *Numberless, why string) {
	base, known := BaseOf(p, s)
	for _, a := range Of(p.File).AccountChanges(s) {
		if a.Verb != CreatesUser || a.User != name && envText(s, a.User) != name {
			continue
		}
		option := "--uid"
		if a.Command.Program == "adduser" {
			switch {
			case !known:
				return nil, "the variant of adduser in " + s.Root().Base + " is unknown"
			case base.Distribution == image.Alpine, base.Distribution == image.BusyBox:
				option = "-u"
			}
		}
		switch {
		case found != nil:
			return nil, fmt.Sprintf("lines %d and %d both create the user", found.Command.Line, a.Command.Line)
		case a.Step.Script == nil:
			return nil, a.Step.Why
		case a.Command.Copied:
			return nil, dockerfile.CopiedReason
		case a.Arguments.Has("-u", "--uid", "-o", "--non-unique"):
			return nil, fmt.Sprintf("a variable sets the uid on line %d", a.Command.Line)
		}
		found = &Numberless{a, option}
	}
	if found == nil {
		return nil, "the command that creates the user was not found"
	}
	return found, ""
}

// UIDByEnv reads the number of an account from the command that creates it,
// where ENV says what the command's variables hold. A build cannot change ENV,
// as it can ARG.
func (b *Build) UIDByEnv(s *dockerfile.Stage, name string) (uid int, at *dockerfile.Instruction) {
	for _, a := range b.AccountChanges(s) {
		if a.Verb != CreatesUser || envText(s, a.User) != name {
			continue
		}
		if n, ok := accountNumber(envText(s, a.UID)); ok && n > 0 {
			if at != nil {
				return 0, nil
			}
			uid, at = n, a.Step.Instruction
		}
	}
	return uid, at
}
