package dockerfile

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

// secretReader looks through one instruction and reports each thing once.
type secretReader struct {
	pass  *fixer.Pass
	i, at *dockerfile.Instruction
	said  []string
}

const (
	secretMounted = "Pass the secret to the step with `RUN --mount=type=secret,id=NAME,env=NAME` and `docker build --secret id=NAME`, and write \"$NAME\" here. If the running container needs the secret, pass a variable or mount a file"
	secretRotate  = ". Rotate the secret: it can be read from this file and from every image built from it"
	secretLeft    = "Mount the whole file for this step instead: `RUN --mount=type=secret,id=NAME,target=PATH`, or `RUN --mount=type=ssh` for Git over SSH"
)

// report speaks of one thing. The place is the keyword, or the program's name,
// never the text around the secret.
func (r *secretReader) report(what string, c *build.Command, f fixer.Finding) {
	for _, said := range r.said {
		if said == what {
			return
		}
	}
	r.said = append(r.said, what)
	f.Path = place(r.pass.File.Dockerfile, r.at) + ": " + what
	f.Start, f.End = r.at.Name.Start, r.at.Name.End
	if c != nil && c.Start >= r.i.Start && c.End <= r.i.End && len(c.Words) > c.ProgramWord {
		f.Start, f.End = c.Words[c.ProgramWord].Start, c.Words[c.ProgramWord].End
	}
	report(r.pass, r.at, f)
}

// forms looks for texts that are a secret wherever they stand.
func (r *secretReader) forms() {
	text := string(r.pass.File.Dockerfile.Source[r.i.Start:r.i.End])
	for _, form := range secret.Forms(text) {
		r.report(form, nil, fixer.Finding{Message: r.i.Keyword + " contains " + form, Advice: secretMounted + secretRotate})
	}
	if passwordInURL(text) {
		r.report(secret.InURL, nil, fixer.Finding{Message: r.i.Keyword + " contains " + secret.InURL, Advice: secretMounted + secretRotate})
	}
}

// passwordOption is an option of a program that takes a password.
type passwordOption struct {
	programs map[string]bool
	option   func() *text.Pattern // of a word; its group is the value in the same word
	next     bool                 // else the value is the next word
}

var passwordOptions = []passwordOption{
	{nil, text.Regexp(`^--(?:[a-z]+-)*(?:password|passwd|token|secret|api-key|apikey|auth-token|access-token)=(.+)$`), false},
	{nil, text.Regexp(`^--(?:[a-z]+-)*(?:password|passwd)$`), true},
	{text.WordSet("curl"), text.Regexp(`^(?:-u|--user)$`), true},
	{text.WordSet("curl"), text.Regexp(`^--user=(.+)$`), false},
	{text.WordSet("mysql mysqldump mysqladmin mariadb mariadb-admin mariadb-dump"), text.Regexp(`^-p(.+)$`), false},
	{text.WordSet("sshpass docker podman skopeo crane buildah helm az"), text.Regexp(`^-p$`), true},
	{text.WordSet("sshpass"), text.Regexp(`^-p(.+)$`), false},
	{text.WordSet("useradd usermod"), text.Regexp(`^-p$`), true},
	{text.WordSet("redis-cli"), text.Regexp(`^-a$`), true},
}

// bearer matches a header with a token in it.
var bearer = text.Regexp(`(?i)\b(?:authorization:\s*(?:bearer|basic|token)|private-token:|x-api-key:|x-jfrog-art-api:)\s+([^\s"']+)`)

// npmToken matches a token for a registry of npm.
var npmToken = text.Regexp(`(?i)(?:^|[:\s"'])_(?:authToken|auth|password)\s*[= ]\s*["']?([^\s"';&|>]+)`)

// commands looks at the words of commands.
func (r *secretReader) commands(st build.Step) {
	for k := range st.Commands {
		c := &st.Commands[k]
		r.options(c)
		r.assignments(c)
		r.chpasswd(st, k)
		r.leftBehind(st, c)
		for _, w := range c.Args() {
			if m := bearer().FindStringSubmatch(w.Value); m != nil && isSecretText(m[1]) {
				r.report("a token in a header", c, fixer.Finding{Message: c.Program + " sends a plain-text token in a header", Advice: secretMounted + secretRotate})
			}
			if m := npmToken().FindStringSubmatch(w.Value); m != nil && isSecretText(m[1]) {
				r.report("a token for a registry", c, fixer.Finding{Message: c.Program + " configures a registry token in plain text", Advice: secretMounted + secretRotate})
			}
		}
	}
}

// isSecretText reports whether a word is a value of its own that may be a
// secret, and not a variable, a placeholder, a switch or a path.
func isSecretText(value string) bool {
	value = strings.Trim(value, `"'`)
	return len(value) > 2 && !strings.ContainsAny(value, "$`<>{}*%") && !commonWord[strings.ToLower(value)] && !harmlessValue("password", value)
}

func (r *secretReader) options(c *build.Command) {
	args := c.Args()
	for k, w := range args {
		for _, o := range passwordOptions {
			m := o.option().FindStringSubmatch(w.Value)
			if m == nil || o.programs != nil && !o.programs[c.Program] || notAboutPasswords[c.Program] {
				continue
			}
			value := ""
			switch {
			case !o.next && len(m) > 1:
				value = m[1]
			case o.next && k+1 < len(args) && !args[k+1].Dynamic && !strings.HasPrefix(args[k+1].Value, "-"):
				value = args[k+1].Value
			}
			if c.Program == "curl" { // user:password
				_, value, _ = strings.Cut(value, ":")
			}
			if c.Program == "docker" && !c.Has("login") || w.Dynamic && !o.next {
				continue
			}
			if isSecretText(value) {
				name, _, _ := strings.Cut(m[0], "=")
				if strings.HasPrefix(name, "-p") {
					name = "-p"
				}
				r.report(c.Program+" "+name, c, fixer.Finding{Message: fmt.Sprintf("%s receives a password or token in plain text through %s", c.Program, name), Advice: secretMounted + secretRotate})
			}
		}
	}
}

// notAboutPasswords are programs whose options of these names are switches or
// take something else.
var notAboutPasswords = text.WordSet("adduser configure cmake meson chown chmod test [ grep sed awk")

func (r *secretReader) assignments(c *build.Command) {
	words := c.Assigns
	if c.Program == "export" || c.Program == "declare" || c.Program == "readonly" {
		words = c.Args()
	}
	for _, w := range words {
		name, value, ok := strings.Cut(w.Raw, "=")
		if ok && secret.Named(name) && isSecretText(value) && !harmlessValue(name, strings.Trim(value, `"'`)) {
			r.report("variable "+name, nil, fixer.Finding{Message: fmt.Sprintf("%s sets %s to a secret in plain text", r.i.Keyword, name), Advice: secretMounted + secretRotate})
		}
	}
}

// chpasswd looks for a password that is piped to chpasswd or passwd.
func (r *secretReader) chpasswd(st build.Step, k int) {
	if user, ok := plainPassword(st, k); ok {
		r.report("password of "+user, &st.Commands[k], fixer.Finding{
			Message: fmt.Sprintf("The password of %s is set in plain text", user),
			Advice:  "Lock the password (passwd -l) and use docker exec, or SSH keys that are mounted at run time" + secretRotate,
		})
	}
}

// plainPassword reports whether a command sets a password that is written in
// front of the pipe before it, and of which account.
func plainPassword(st build.Step, k int) (user string, ok bool) {
	c := &st.Commands[k]
	if c.Program != "chpasswd" && (c.Program != "passwd" || !c.Has("--stdin")) || !c.PipedInto || k == 0 {
		return "", false
	}
	for _, w := range st.Commands[k-1].Args() {
		user, value, ok := strings.Cut(w.Value, ":")
		if c.Program == "passwd" {
			user, value, ok = strings.Join(c.Plain(), " "), w.Value, true
		}
		if ok && !w.Dynamic && !strings.HasPrefix(w.Value, "-") && value != "" && !strings.Contains(value, "$") {
			return user, true
		}
	}
	return "", false
}

// cloneURL matches a URL in which a variable is the password or the token.
var cloneURL = text.Regexp(`https?://(?:[^\s/@"']*:)?[^\s/@"':]*\$[({]?[^\s/@"']*@`)

// settingsFile matches the files that programs take credentials from.
var settingsFile = text.Regexp(`(?:^|[\s/"'>])(\.npmrc|\.netrc|\.git-credentials|\.pypirc|\.yarnrc(?:\.yml)?)\b`)

// leftBehind looks for a secret that the build is given and a command keeps.
func (r *secretReader) leftBehind(st build.Step, c *build.Command) {
	if r.i.Keyword != "RUN" {
		return
	}
	r.stored(st, c)
	sub, _ := c.Subcommand()
	switch {
	case c.Program == "git" && sub == "clone":
		for _, w := range c.Args() {
			if cloneURL().MatchString(w.Raw) && !keptNowhere(st) {
				r.report("git clone", c, fixer.Finding{Severity: fixer.Medium,
					Message: "git clone stores the token of the URL in .git/config, and the image history may contain the URL",
					Advice:  "Clone without a credential in the URL: `RUN --mount=type=secret,id=TOKEN,env=TOKEN git -c http.extraheader=\"Authorization: Bearer $TOKEN\" clone URL`, or `RUN --mount=type=ssh` with an SSH URL"})
			}
		}
	case c.Program == "git" && sub == "config":
		for _, w := range c.Args() {
			if strings.HasPrefix(w.Value, "url.") && cloneURL().MatchString(w.Raw) && !deletedInStep(st, ".gitconfig") {
				r.report("git config", c, fixer.Finding{Severity: fixer.Medium,
					Message: "git config writes a token to .gitconfig, which stays in the image layer",
					Advice:  secretLeft})
			}
		}
	case c.Program == "echo", c.Program == "printf":
		text := string(r.pass.File.Dockerfile.Source[max(r.i.Start, min(c.Start, r.i.End)):max(r.i.Start, min(c.End, r.i.End))])
		if st.Script == nil {
			return
		}
		m := settingsFile().FindStringSubmatch(text)
		if m == nil || !strings.Contains(text, ">") || !strings.Contains(text, "$") || deletedInStep(st, m[1]) {
			return
		}
		if low := strings.ToLower(text); strings.Contains(low, "_auth") || strings.Contains(low, "password") || strings.Contains(low, "token") || strings.Contains(low, "://") {
			r.report("token in "+m[1], c, fixer.Finding{Severity: fixer.Medium,
				Message: c.Program + " writes a token to " + m[1] + ", which stays in the image layer",
				Advice:  secretLeft})
		}
	}
}

// deletedInStep reports whether the same step deletes the file again.
func deletedInStep(st build.Step, name string) bool {
	for _, c := range st.Commands {
		if c.Program != "rm" && c.Program != "unlink" && c.Program != "shred" {
			continue
		}
		for _, w := range c.Args() {
			if strings.HasSuffix(strings.Trim(w.Raw, `"'`), name) {
				return true
			}
		}
	}
	return false
}

// keptNowhere reports whether the step deletes the folder of Git, or the clone.
func keptNowhere(st build.Step) bool {
	for _, c := range st.Commands {
		if c.Program == "rm" && (c.Has("-rf") || c.Has("-fr") || c.Has("-r")) || c.Program == "git" && c.Has("set-url", "remove") {
			return true
		}
	}
	return false
}
