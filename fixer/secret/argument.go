package secret

import (
	"path"
	"slices"
	"strings"
)

// An Argument is a place in a command where a secret may stand: a value that an option, a
// variable or its place makes one, or any other word, which may be a URL.
type Argument struct {
	Text       int  // which of the texts of the command
	Start, End int  // in it
	Whole      bool // the bytes there are the value as the program gets it, without quotes in between

	Name   string // what the value is, as a variable would be called; "" for any word
	Option string // what says so, for people: "--requirepass", "PGPASSWORD"; "" for any word
	Root   bool   // the command speaks of the user root
	Client bool   // the program is one that connects to a server
}

// A Command is the words of one command line.
type Command struct {
	Texts []string // one word each; or one text, which is split
	Split bool     // Texts is one text, which is split into words
	Shell bool     // a shell reads the (last) text
}

// Arguments returns the places of a command in which secrets may stand, in their order.
func Arguments(c Command) []Argument {
	var words []placedWord
	for i, text := range c.Texts {
		var list []shellWord
		switch {
		case c.Split:
			list = shellWords(text, c.Shell)
		case c.Shell && i == len(c.Texts)-1:
			list = shellWords(text, true)
		default:
			list = []shellWord{{value: text, at: span(len(text)), end: len(text), first: i == 0}}
		}
		for _, w := range list {
			words = append(words, placedWord{shellWord: w, text: i})
		}
	}
	var out []Argument
	for _, w := range opened(words) {
		out = append(out, w...)
	}
	return out
}

func span(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

type placedWord struct {
	shellWord
	text int
}

// opened returns the places of the commands that words are, and of those in scripts that
// a shell among them gets.
func opened(words []placedWord) [][]Argument {
	var out [][]Argument
	var command []placedWord
	for i, w := range words {
		if w.first && len(command) > 0 {
			out, command = append(out, inCommand(command)), nil
		}
		if ofShell(words[:i]) {
			var inside []placedWord
			for _, in := range w.inner() {
				inside = append(inside, placedWord{in, w.text})
			}
			out = append(append(out, inCommand(command)), opened(inside)...)
			command = nil
			continue
		}
		command = append(command, w)
	}
	return append(out, inCommand(command))
}

// ofShell reports whether what comes after words is a script: sh -e -c.
func ofShell(words []placedWord) bool {
	i := len(words) - 1
	if i < 1 || !scriptOption().MatchString(words[i].value) {
		return false
	}
	for i > 0 && strings.HasPrefix(words[i].value, "-") {
		i--
	}
	return shells[path.Base(words[i].value)]
}

var (
	scriptOption = expression(`^-[a-z]*c$`)
	shells       = wordSet("sh bash ash dash zsh ksh busybox")
	longOption   = expression(`^--?([A-Za-z][\w.:-]+)(=?)`)
	fileName     = expression(`^[\w./-]+\.(pem|key|crt|cer|json|txt|ya?ml|env|conf|ini|toml)$`)
	headerOption = expression(`^(?:-H|--header=?)`)
	headerSecret = expression(`^([A-Za-z][\w-]*)\s*:\s*(?:(?i:bearer|basic|token)\s+)?`)
	assignment   = expression(`^([A-Za-z_][\w.]*)=`)

	// loginAmongFlags matches options of curl without a value in one word, before that of a login.
	loginAmongFlags = expression(`^-[#01346GIJLNOSafgijklnpqsv]+u$`)
)

// inCommand returns the places of one simple command.
func inCommand(words []placedWord) []Argument {
	var out []Argument
	var options programOptions
	root := slices.ContainsFunc(words, func(w placedWord) bool { return w.value == "root" || w.value == "-uroot" || w.value == "--user=root" })
	add := func(w placedWord, from int, name, option string) {
		if from >= len(w.value) || name != "" && w.computed {
			return
		}
		if value := w.value[from:]; name != "" && (fileName().MatchString(value) || name == "SECRET" && strings.ContainsAny(value, "=,")) {
			name, option = "", ""
		}
		a := Argument{Text: w.text, Start: w.at[from], End: w.at[len(w.at)-1] + 1, Name: name, Option: option, Root: root, Client: options.client}
		a.Whole = a.End-a.Start == len(w.value)-from
		out = append(out, a)
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		if known, ok := programs[path.Base(w.value)]; ok {
			options = known
		}
		next := func(name, option string) {
			if i+1 < len(words) && !strings.HasPrefix(words[i+1].value, "-") {
				i++
				add(words[i], options.after(words[i].value, option), name, option)
			}
		}
		if option := headerOption().FindString(w.value); option != "" {
			header, at := i, len(option)
			if at == len(w.value) && i+1 < len(words) {
				header, at = i+1, 0
			}
			if name, from := inHeader(words[header].value[at:]); name != "" {
				i = header
				add(words[i], at+from, name, "-H")
				continue
			}
		}
		switch m := longOption().FindStringSubmatch(w.value); {
		case options.attached != "" && strings.HasPrefix(w.value, options.attached) && len(w.value) > len(options.attached):
			add(w, len(options.attached), "PASSWORD", options.attached)
		case m != nil && givesSecret(m[1]) && m[2] != "":
			add(w, len(m[0]), passwordIn(m[1]), strings.TrimSuffix(m[0], "="))
		case m != nil && givesSecret(m[1]) && (strings.HasPrefix(w.value, "--") || len(m[0]) == len(w.value)) && endsAsSecret(m[1]):
			next(passwordIn(m[1]), m[0])
		case slices.Contains(options.separate, w.value), slices.Contains(options.login, w.value):
			next("PASSWORD", w.value)
		case slices.Contains(options.login, "-u") && loginAmongFlags().MatchString(w.value):
			next("PASSWORD", "-u")
		case m != nil && m[2] != "" && slices.Contains(options.login, m[0][:len(m[0])-1]):
			add(w, len(m[0])+loginEnd(w.value[len(m[0]):]), "PASSWORD", m[0][:len(m[0])-1])
		case options.positional && setsAlias(words[:i]) && !strings.HasPrefix(w.value, "-"):
			add(w, 0, "SECRET_KEY", "mc alias set")
		default:
			if m := assignment().FindStringSubmatch(w.value); m != nil && (Named(m[1]) || m[1] == "REDISCLI_AUTH") {
				add(w, len(m[0]), passwordIn(m[1]), m[1])
				continue
			}
			add(w, 0, "", "")
		}
	}
	return out
}

// inHeader returns where in a header of a request its secret begins, and what that is called;
// "" where it has none.
func inHeader(header string) (name string, from int) {
	switch m := headerSecret().FindStringSubmatch(header); {
	case m == nil:
	case strings.HasSuffix(strings.ToLower(m[1]), "authorization"):
		return "TOKEN", len(m[0])
	case Named(m[1]):
		return passwordIn(m[1]), len(m[0])
	}
	return "", 0
}

// programOptions are how a program is given a password, besides by an option that says so.
type programOptions struct {
	separate   []string // options before it
	attached   string   // an option that it follows without a blank
	login      []string // options before USER:PASSWORD
	client     bool     // the program connects to a server
	positional bool     // mc alias set NAME URL ACCESS-KEY SECRET-KEY
}

var programs = func() map[string]programOptions {
	out := map[string]programOptions{}
	add := func(o programOptions, names string) {
		for _, name := range strings.Fields(names) {
			o.client = !strings.HasSuffix(name, "-server") && name != "redis-sentinel" && name != "celery" && name != "flower"
			out[name] = o
		}
	}
	add(programOptions{separate: []string{"-a", "--pass"}}, "redis-cli valkey-cli keydb-cli redis-benchmark")
	add(programOptions{separate: []string{"--requirepass", "--masterauth"}}, "redis-server valkey-server keydb-server redis-sentinel")
	add(programOptions{attached: "-p"}, `mysql mysqladmin mysqldump mysqlcheck mysqlshow mysqlimport mysqlbinlog mariadb mariadb-admin
		mariadb-dump mariadb-check mariadb-show mariadb-import`)
	add(programOptions{separate: []string{"-p"}}, "mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat cqlsh sshpass rabbitmqadmin")
	add(programOptions{separate: []string{"-P"}}, "sqlcmd bcp mosquitto_pub mosquitto_sub")
	add(programOptions{separate: []string{"-w"}}, "ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd")
	add(programOptions{login: []string{"-u", "--user", "--proxy-user"}}, "curl")
	add(programOptions{login: []string{"--basic-auth", "--basic_auth"}}, "celery flower")
	add(programOptions{positional: true}, "mc mcli")
	return out
}()

// after returns where the password begins in the value of an option.
func (o programOptions) after(value, option string) int {
	if slices.Contains(o.login, option) {
		return loginEnd(value)
	}
	return 0
}

// loginEnd returns where the password of USER:PASSWORD begins; the end where there is none.
func loginEnd(value string) int {
	depth := 0 // of ${NAME:-default}
	for i := range len(value) {
		switch {
		case value[i] == '{':
			depth++
		case value[i] == '}':
			depth--
		case value[i] == ':' && depth == 0:
			if strings.HasPrefix(value[i:], "://") {
				return len(value)
			}
			return i + 1
		}
	}
	return len(value)
}

// setsAlias reports whether the secret key of mc alias set, or of mc config host add as it
// was called before, comes after words.
func setsAlias(words []placedWord) bool {
	var plain []string // the last ones, from the end
	for i := len(words) - 1; i >= 0 && len(plain) < 5; i-- {
		if !strings.HasPrefix(words[i].value, "-") {
			plain = append(plain, words[i].value)
		}
	}
	if len(plain) < 5 {
		return false
	}
	before := plain[4] + " " + plain[3]
	return before == "alias set" || before == "host add"
}

// givesSecret reports whether an option's name says that its value is a secret. One that
// asks for a secret, or makes one, is given none.
func givesSecret(name string) bool {
	if secretOptions[strings.ToLower(name)] {
		return true
	}
	return Named(name) && !slices.ContainsFunc(Words(name), func(w string) bool { return asking[w] })
}

var (
	secretOptions = wordSet("requirepass masterauth rootpass adminpass userpass dbpass pass")
	asking        = wordSet("ASK PROMPT STDIN CREATE GENERATE CHECK WITH SHOW PRINT GET READ FROM")
	secretEnds    = wordSet("PASSPHRASE SECRET TOKEN APIKEY KEY CREDENTIALS SALT PWD PW PAT")
)

// endsAsSecret reports whether the last word of an option's name is the secret, so that the
// word after the option is most likely its value.
func endsAsSecret(name string) bool {
	words := Words(name)
	last := words[len(words)-1]
	return secretOptions[strings.ToLower(name)] || strings.Contains(last, "PASS") || secretEnds[last] || holders[last]
}

// passwordIn is the name of a variable for what an option or a variable gives.
func passwordIn(name string) string {
	if secretOptions[strings.ToLower(name)] || name == "REDISCLI_AUTH" {
		return "PASSWORD"
	}
	return strings.Join(Words(name), "_")
}
