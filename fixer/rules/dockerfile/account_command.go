package dockerfile

import (
	"fmt"
	"regexp"

	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
	"oakum/fixer/text"
)

// An accountCommand is the one useradd or adduser that creates an account
// without saying its number.
type accountCommand struct {
	step    step
	command command
	option  string // that says the number: --uid, or -u for BusyBox
}

// number returns the edits that let the command give the account a number.
func (a *accountCommand) number(uid string) ([]text.Edit, error) {
	return a.step.script.InsertWord(a.command.Command, a.command.first, a.option+" "+uid)
}

// uidOption matches what says the number already, or makes one be shared:
// -u, -ru, -u1000, --uid.
var uidOption = regexp.MustCompile(`^(-[A-Za-z]*[uo]|--uid|--non-unique)`)

// findAccount looks for the command that creates an account in a stage or those
// it starts from. It returns nil and the reason when a number cannot be added
// to it.
func findAccount(f *dockerfile.File, s *dockerfile.Stage, name string) (found *accountCommand, why string) {
	base, known := baseOf(s)
	for _, st := range steps(f, "RUN") {
		if !inChain(s, st.stage) {
			continue
		}
		for _, c := range st.commands {
			if c.name != "useradd" && c.name != "adduser" || !c.has(name) {
				continue
			}
			option := "--uid"
			if c.name == "adduser" {
				switch {
				case !known:
					return nil, "which adduser the base " + s.Root().Base + " has is not known"
				case base.Distribution == image.Alpine, base.Distribution == image.BusyBox:
					option = "-u"
				}
			}
			switch {
			case found != nil:
				return nil, fmt.Sprintf("lines %d and %d both speak of it", found.command.Line, c.Line)
			case st.script == nil:
				return nil, st.why
			}
			for _, w := range c.args() {
				if uidOption.MatchString(w.Value) {
					return nil, fmt.Sprintf("line %d gives it a number that a variable decides", c.Line)
				}
			}
			found = &accountCommand{step: st, command: c, option: option}
		}
	}
	if found == nil {
		return nil, "the command that does is not found"
	}
	return found, ""
}

func inChain(s, other *dockerfile.Stage) bool {
	for ; s != nil; s = s.Parent {
		if s == other {
			return true
		}
	}
	return false
}
