package dockerfile

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed login_enabled.md
var loginEnabledDoc string

// LoginEnabled reports users that can log in without a secret of their own.
var LoginEnabled = &fixer.Rule{
	Name:     "dockerfile/login-enabled",
	Title:    "user with a password",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_17"},
		{Source: fixer.Dockle, ID: "DKL-LI-0001"},
		{Source: fixer.CISDocker, ID: "4.10"},
		{Source: fixer.CWE, ID: "CWE-258"},
	},
	Doc: loginEnabledDoc,
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		for _, st := range build.Of(p.File).Steps("RUN") {
			if kept[st.Stage] && !build.ForDevelopment(p.File.Path, p.File.Dockerfile.Final()) {
				for k := range st.Commands {
					checkLogin(p, st, k)
				}
			}
		}
	},
}

const noLogin = "Leave the user without a valid password (the default of useradd; passwd -l restores it), and open a shell with docker exec or kubectl exec"

func checkLogin(p *fixer.Pass, st build.Step, k int) {
	c := st.Commands[k]
	f := fixer.Finding{Path: place(p.File.Dockerfile, st.At) + ": " + c.Program + c.Ordinal, Advice: noLogin}
	f.Start, f.End = st.Span(c)
	switch {
	case c.Program == "passwd" && c.Arguments().Has("-d", "--delete"):
		f.Message = "passwd -d deletes the password: every process in the container can switch to " + accountOf(c)
	case (c.Program == "useradd" || c.Program == "usermod") && emptyPassword(c):
		f.Message = c.Program + " sets an empty password: every process in the container can switch to " + accountOf(c)
	case c.Program == "chpasswd", c.Program == "passwd" && c.Has("--stdin"):
		if _, told := plainPassword(st, k); told {
			return // secret-in-run speaks of it
		}
		f.Severity = fixer.Low
		f.Message = c.Program + " sets a password for a user, which is the same in every container of the image"
	default:
		option := sshLogin().FindString(commandText(c))
		if option == "" || c.Program != "sed" && c.Program != "echo" && c.Program != "printf" {
			return
		}
		f.Path += " sshd"
		f.Message = fmt.Sprintf("%s allows password guessing over SSH", strings.Join(strings.Fields(option), " "))
		f.Advice = "Remove the SSH server, and open a shell with docker exec or kubectl exec"
	}
	report(p, st.At, f)
}

// sshLogin matches settings of sshd that let people in too easily, without the
// sign that makes one a comment.
var sshLogin = text.Regexp(`(?:PermitRootLogin|PermitEmptyPasswords|PasswordAuthentication)[=\s]+yes\b`)

// commandText is the text of a command as the shell reads it.
func commandText(c build.Command) string {
	words := make([]string, len(c.Words))
	for k, w := range c.Words {
		words[k] = w.Value
	}
	text := strings.Join(words, " ")
	if c.Program == "sed" { // the pattern that is replaced sets nothing
		if parts := strings.SplitN(text, "/", 3); len(parts) == 3 {
			return parts[2]
		}
	}
	return text
}

// emptyPassword reports whether -p or --password is given nothing.
func emptyPassword(c build.Command) bool {
	password, given := c.Arguments().Value("-p", "--password")
	return given && password == ""
}

// accountOf is the account that a command names last, or "the account".
func accountOf(c build.Command) string {
	list := c.Arguments().Names()
	if len(list) == 0 || list[len(list)-1] == "" || strings.ContainsAny(list[len(list)-1], "$`") {
		return "this user"
	}
	return list[len(list)-1]
}
