package dockerfile

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
func findAccount(p *fixer.Pass, s *dockerfile.Stage, name string) (found *accountCommand, why string) {
	base, known := baseOf(p, s)
	for _, st := range steps(p.File.Dockerfile, "RUN") {
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

// numberByEnv reads the number of an account from the command that creates it,
// where ENV says what the command's variables hold. A build cannot change ENV,
// as it can ARG.
func numberByEnv(f *dockerfile.File, s *dockerfile.Stage, name string) (uid int, at *dockerfile.Instruction) {
	for _, st := range steps(f, "RUN") {
		if !inChain(s, st.stage) {
			continue
		}
		for _, c := range st.commands {
			if c.name != "useradd" && c.name != "adduser" {
				continue
			}
			speaks, number := false, ""
			args := c.args()
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
				uid, at = n, st.i
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

func inChain(s, other *dockerfile.Stage) bool {
	for ; s != nil; s = s.Parent {
		if s == other {
			return true
		}
	}
	return false
}
