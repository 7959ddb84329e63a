package dockerfile

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"

	"oakum/fixer"
)

//go:embed login_enabled.md
var loginEnabledDoc string

// LoginEnabled reports users that can log in without a secret of their own.
var LoginEnabled = &fixer.Rule{
	Name:     "dockerfile/login-enabled",
	Title:    "account that can log in",
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
		kept := shipped(p)
		for _, st := range steps(p.File.Dockerfile, "RUN") {
			if kept[st.stage] && !forWork(p, p.File.Dockerfile.Final()) {
				for k := range st.commands {
					checkLogin(p, st, k)
				}
			}
		}
	},
}

const noLogin = "leave the account without a password (useradd makes it so, and passwd -l puts it back), and enter the container with docker exec or kubectl exec"

func checkLogin(p *fixer.Pass, st step, k int) {
	c := st.commands[k]
	f := fixer.Finding{Path: place(p.File.Dockerfile, st.at) + ": " + c.name + c.again, Advice: noLogin}
	f.Start, f.End = st.span(c)
	switch {
	case c.name == "passwd" && (c.has("--delete") || hasShort(c, 'd')):
		f.Message = "passwd -d lets everybody in the container become " + accountOf(c) + " without a password"
	case (c.name == "useradd" || c.name == "usermod") && emptyPassword(c):
		f.Message = c.name + " with an empty password lets everybody in the container become " + accountOf(c)
	case c.name == "chpasswd", c.name == "passwd" && c.has("--stdin"):
		if _, told := plainPassword(st, k); told {
			return // secret-in-run speaks of it
		}
		f.Severity = fixer.Low
		f.Message = c.name + " gives an account a password, the same in every container of the image"
	default:
		option := sshLogin.FindString(commandText(c))
		if option == "" || c.name != "sed" && c.name != "echo" && c.name != "printf" {
			return
		}
		f.Path += " sshd"
		f.Message = fmt.Sprintf("%s opens the ssh server to people who guess", strings.Join(strings.Fields(option), " "))
		f.Advice = "take the ssh server out, and enter the container with docker exec or kubectl exec"
	}
	report(p, st.at, f)
}

// sshLogin matches settings of sshd that let people in too easily, without the
// sign that makes one a comment.
var sshLogin = regexp.MustCompile(`(?:PermitRootLogin|PermitEmptyPasswords|PasswordAuthentication)[=\s]+yes\b`)

// commandText is the text of a command as the shell reads it.
func commandText(c command) string {
	words := make([]string, len(c.Words))
	for k, w := range c.Words {
		words[k] = w.Value
	}
	text := strings.Join(words, " ")
	if c.name == "sed" { // the pattern that is replaced sets nothing
		if parts := strings.SplitN(text, "/", 3); len(parts) == 3 {
			return parts[2]
		}
	}
	return text
}

func hasShort(c command, letter rune) bool {
	for _, w := range c.args() {
		if shortOption.MatchString(w.Value) && strings.ContainsRune(w.Value, letter) {
			return true
		}
	}
	return false
}

// emptyPassword reports whether -p or --password is given nothing.
func emptyPassword(c command) bool {
	args := c.args()
	for k, w := range args {
		if w.Raw == `--password=` || w.Raw == `--password=""` || w.Raw == `--password=''` {
			return true
		}
		if (w.Value == "-p" || w.Value == "--password") && k+1 < len(args) && args[k+1].Value == "" && !args[k+1].Dynamic {
			return true
		}
	}
	return false
}

// accountOf is the account that a command names last, or "the account".
func accountOf(c command) string {
	list := c.plain()
	if len(list) == 0 || list[len(list)-1] == "" || strings.ContainsAny(list[len(list)-1], "$`") {
		return "the account"
	}
	return list[len(list)-1]
}
