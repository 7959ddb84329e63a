package build

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/image"
	"oakum/fixer/text"
)

// An AccountCommand is the one useradd or adduser that creates an account
// without saying its number.
type AccountCommand struct {
	Step    Step
	Command Command
	option  string // that says the number: --uid, or -u for BusyBox
}

// SetUID returns the edits that let the command give the account a number.
func (a *AccountCommand) SetUID(uid string) ([]text.Edit, error) {
	return a.Step.Script.InsertWord(a.Command.Command, a.Command.ProgramWord, a.option+" "+uid)
}

// uidOption matches what says the number already, or makes one be shared:
// -u, -ru, -u1000, --uid.
var uidOption = regexp.MustCompile(`^(-[A-Za-z]*[uo]|--uid|--non-unique)`)

// FindAccountCommand looks for the command that creates an account in a stage or those
// it starts from. It returns nil and the reason when a number cannot be added
// to it.
func FindAccountCommand(p *fixer.Pass, s *dockerfile.Stage, name string) (found *AccountCommand, why string) {
	base, known := BaseOf(p, s)
	for _, st := range Steps(p.File.Dockerfile, "RUN") {
		if !InChain(s, st.Stage) {
			continue
		}
		for _, c := range st.Commands {
			if c.Program != "useradd" && c.Program != "adduser" || !c.Has(name) {
				continue
			}
			option := "--uid"
			if c.Program == "adduser" {
				switch {
				case !known:
					return nil, "which adduser the base " + s.Root().Base + " has is not known"
				case base.Distribution == image.Alpine, base.Distribution == image.BusyBox:
					option = "-u"
				}
			}
			switch {
			case found != nil:
				return nil, fmt.Sprintf("lines %d and %d both speak of it", found.Command.Line, c.Line)
			case st.Script == nil:
				return nil, st.why
			}
			for _, w := range c.Args() {
				if uidOption.MatchString(w.Value) {
					return nil, fmt.Sprintf("line %d gives it a number that a variable decides", c.Line)
				}
			}
			found = &AccountCommand{Step: st, Command: c, option: option}
		}
	}
	if found == nil {
		return nil, "the command that does is not found"
	}
	return found, ""
}

// UIDByEnv reads the number of an account from the command that creates it,
// where ENV says what the command's variables hold. A build cannot change ENV,
// as it can ARG.
func UIDByEnv(f *dockerfile.File, s *dockerfile.Stage, name string) (uid int, at *dockerfile.Instruction) {
	for _, st := range Steps(f, "RUN") {
		if !InChain(s, st.Stage) {
			continue
		}
		for _, c := range st.Commands {
			if c.Program != "useradd" && c.Program != "adduser" {
				continue
			}
			speaks, number := false, ""
			args := c.Args()
			for k, w := range args {
				value, _ := envValue(s, w)
				speaks = speaks || value == name
				switch {
				case (value == "-u" || value == "--uid") && k+1 < len(args):
					number, _ = envValue(s, args[k+1])
				case strings.HasPrefix(value, "--uid="):
					number = strings.TrimPrefix(value, "--uid=")
				}
			}
			if n, err := strconv.Atoi(number); speaks && err == nil && n > 0 {
				if at != nil {
					return 0, nil
				}
				uid, at = n, st.Instruction
			}
		}
	}
	return uid, at
}

var oneVariable = regexp.MustCompile(`^"?\$(?:\{(\w+)\}|(\w+))"?$`)

// envValue is what a word of a command comes to, when it is plain or one
// variable that the file sets by ENV, once.
func envValue(s *dockerfile.Stage, w dockerfile.Word) (string, bool) {
	m := oneVariable.FindStringSubmatch(w.Raw)
	if m == nil {
		return w.Value, !w.Dynamic
	}
	key, times := m[1]+m[2], 0
	for _, stage := range s.Chain() {
		for _, i := range stage.Instructions {
			if _, ok := i.Pair(key); ok && (i.Keyword == "ENV" || i.Keyword == "ARG") {
				times++
			}
		}
	}
	v, ok := s.LookupEnv(key)
	if !ok || !v.Known || times != 1 {
		return "", false
	}
	return v.Text, true
}

func InChain(s, other *dockerfile.Stage) bool {
	for ; s != nil; s = s.Parent {
		if s == other {
			return true
		}
	}
	return false
}
