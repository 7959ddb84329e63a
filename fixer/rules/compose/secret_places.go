package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A secretPlace is one secret in the environment or a command of a service: a piece of the
// text of one variable or argument.
type secretPlace struct {
	view   compose.View
	name   string        // of the variable that holds it
	node   *yamldoc.Node // the entry, for its place in the file
	scalar *yamldoc.Node // where the text stands, which an anchor may put elsewhere
	also   []string      // other services that the same text stands for

	start, end int    // of the piece in the text
	value      string // what the piece comes to
	literal    secret.Literal
	host       string // of a password in a URL
	account    bool   // the name of the user stands before it
	nested     bool   // the piece is a variable whose default is another variable

	argument *argumentPlace // of a secret in a command
	follows  bool           // it is a secret only where the service that checks it has the same value
	variable string         // that gives the piece its value already, with a default; "" for none
	owner    bool           // the image takes this variable as the password it is started with
	software []string       // what the program of an owner is called, in words
}

// secretsInEnvironments returns the secrets that the environments of a file's services
// hold, each text once. find cuts one text into them.
func secretsInEnvironments(p *fixer.Pass, find func(at *secretPlace, text string) []secretPlace) []secretPlace {
	var out []secretPlace
	seen := map[*yamldoc.Node]int{} // index of the first place of a text
	for _, v := range p.Topology().Compose().Views(p.File.Path) {
		if v.Node == nil || windows(p, v) {
			continue
		}
		var profile *container.Profile
		for _, pair := range compose.PairsOf(v.Node.Get("environment"), v.File) {
			scalar := pair.Node.Resolve()
			if !pair.Given || scalar == nil || !scalar.Is(yamldoc.Scalar) {
				continue
			}
			if profile == nil {
				profile = container.OfService(p, v)
			}
			if first, ok := seen[scalar]; ok {
				out[first].sharedWith(v, pair, ownPassword(profile, pair.Name))
				continue
			}
			at := secretPlace{view: v, name: pair.Name, node: pair.Node, scalar: scalar}
			if at.owner = ownPassword(profile, pair.Name); at.owner && profile.ServesData() {
				at.software = softwareWords(profile)
			}
			found := find(&at, pair.Value)
			if len(found) == 0 {
				continue
			}
			if offset := len(scalar.Text()) - len(pair.Value); offset > 0 { // NAME= in a list
				for i := range found {
					found[i].start, found[i].end = found[i].start+offset, found[i].end+offset
				}
			}
			seen[scalar] = len(out)
			out = append(out, found...)
		}
	}
	return out
}

// sharedWith notes that another service has the same text, by an anchor. The service that
// checks the password is the one to name.
func (at *secretPlace) sharedWith(v compose.View, pair compose.Pair, owner bool) {
	other := v.Name
	if owner && !at.owner {
		other, at.view, at.name, at.node, at.owner = at.view.Name, v, pair.Name, pair.Node, true
	}
	if other != at.view.Name && !slices.Contains(at.also, other) {
		at.also = append(at.also, other)
	}
}

// ownPassword reports whether a variable gives the software of an image the password
// that it asks its clients for.
func ownPassword(profile *container.Profile, name string) bool {
	e := profile.Program()
	if e == nil {
		return false
	}
	_, known := e.SecretFile(name)
	words := secret.Words(name)
	if !known || slices.ContainsFunc(words, func(w string) bool { return slices.Contains(databaseWords, w) }) {
		return false
	}
	return profile.ServesData() || len(words) > 0 && slices.Contains(secret.Words(e.ID), words[0]) || strings.Contains(name, "ADMIN")
}

// softwareWords are what the program of an image is called, also as the user that it runs as.
func softwareWords(profile *container.Profile) []string {
	e := profile.Program()
	words := secret.Words(e.ID)
	if e.Service != nil {
		words = append(words, secret.Words(e.Service.Name)...)
	}
	return words
}

// literalSecrets finds the secrets that a value spells out.
func literalSecrets(at *secretPlace, raw string) []secretPlace {
	value, certain := compose.Expand(raw)
	if urls := passwordsInURLs(at, raw, secret.URLPasswords(raw)); len(urls) > 0 {
		return append(urls, placeholdersInURLs(at, raw)...)
	}
	if settings := passwordsInConnections(at, raw, secret.ConnectionPasswords(raw)); len(settings) > 0 {
		return append(settings, placeholdersInConnections(at, raw)...)
	}
	if user, password := secret.Account(at.name, raw); password != "" && certain {
		place := *at
		place.start, place.end, place.value, place.account = len(user)+1, len(raw), password, true
		if place.literal = secret.Find(at.name, value); place.literal.What == "" {
			if !at.owner || !secret.Accepted(password) {
				return nil
			}
			place.literal = acceptedPlaceholder(password)
		}
		return []secretPlace{place}
	}
	urls := append(placeholdersInURLs(at, raw), placeholdersInConnections(at, raw)...)
	if !certain {
		return urls
	}
	place := *at
	if place.literal = literalOf(at, at.name, value); place.literal.What == "" {
		if len(urls) > 0 {
			return urls
		}
		if !secret.Named(at.name) || secret.Reference(value) || !secret.Accepted(value) {
			return nil
		}
		place.follows, place.literal = true, acceptedPlaceholder(value)
	}
	if other := at.sameAs(raw); other != "" && !place.literal.WellKnown {
		place.literal = secret.Literal{What: "the same as " + other, WellKnown: true, Evidence: "The password equals " + other + ", which everybody tries first"}
	}
	place.start, place.end, place.value = 0, len(raw), value
	return []secretPlace{place}
}

// sameAs returns a variable beside a password that has the same value: the name of the
// user or of the database.
func (at *secretPlace) sameAs(raw string) string {
	for _, pair := range compose.PairsOf(at.view.Node.Get("environment"), at.view.File) {
		if pair.Value == raw && pair.Name != at.name && secret.Named(at.name) && !secret.Named(pair.Name) {
			return pair.Name
		}
	}
	return ""
}

// literalOf classifies a value as what it is for the service that it is given to.
func literalOf(at *secretPlace, name, value string) secret.Literal {
	switch l := secret.Find(name, value); {
	case l.What != "":
		return l
	case secret.Reference(value) || value == "":
	case secret.Interim(name, value), at.owner && secret.Named(name) && secret.Accepted(value):
		return acceptedPlaceholder(value)
	}
	return secret.Literal{}
}

func acceptedPlaceholder(value string) secret.Literal {
	return secret.Literal{What: "a placeholder that works as a password", WellKnown: true, Evidence: fmt.Sprintf("The value is a placeholder of %d characters", len(value))}
}

// passwordsInURLs finds passwords that a value spells out in URLs, whatever else in it
// comes from variables.
func passwordsInURLs(at *secretPlace, raw string, urls []secret.URLPassword) []secretPlace {
	var out []secretPlace
	from := 0
	for _, u := range urls {
		mark := ":" + u.Password + "@"
		i := strings.Index(raw[from:], mark)
		if i < 0 {
			continue
		}
		place := *at
		place.start = from + i + 1
		place.end = place.start + len(u.Password)
		place.value, place.host = u.Password, u.Host
		from = place.end
		place.literal = secret.ByForm(secret.InURL, u.Password)
		place.literal.Evidence = fmt.Sprintf("The password in the URL has %d characters", len(u.Password))
		place.literal.WellKnown = secret.IsWellKnown(at.name, u.Password) || strings.Contains(raw, "://"+u.Password+mark)
		out = append(out, place)
	}
	return out
}

// placeholdersInURLs finds placeholders in the URLs of a value that are a password only
// where the service that checks it has the same.
func placeholdersInURLs(at *secretPlace, raw string) []secretPlace {
	out := passwordsInURLs(at, raw, secret.URLPlaceholders(raw))
	for i := range out {
		out[i].follows, out[i].literal = true, acceptedPlaceholder(out[i].value)
	}
	return out
}

// placeholdersInConnections finds placeholders in a connection string, as placeholdersInURLs
// does.
func placeholdersInConnections(at *secretPlace, raw string) []secretPlace {
	out := passwordsInConnections(at, raw, secret.ConnectionPlaceholders(raw))
	for i := range out {
		out[i].follows, out[i].literal = true, acceptedPlaceholder(out[i].value)
	}
	return out
}

// passwordsInConnections finds the passwords that a connection string spells out.
func passwordsInConnections(at *secretPlace, raw string, list []secret.ConnectionPassword) []secretPlace {
	var out []secretPlace
	for _, c := range list {
		place := *at
		place.start, place.end = c.Start, c.Start+len(c.Password)
		place.value, place.host = c.Password, c.Host
		place.literal = secret.ByForm(secret.InConnection, c.Password)
		place.literal.Evidence = fmt.Sprintf("The password in the connection string has %d characters", len(c.Password))
		place.literal.WellKnown = secret.IsWellKnown(at.name, c.Password)
		out = append(out, place)
	}
	return out
}

// defaulted matches a variable with a default that is plain text.
var defaulted = text.Regexp(`\$\{([A-Za-z_]\w*):?-([^${}]+)\}`)

// defaultSecrets finds variables of a value whose default is a secret.
func defaultSecrets(at *secretPlace, raw string) []secretPlace {
	var out []secretPlace
	for _, m := range defaulted().FindAllStringSubmatchIndex(raw, -1) {
		if m[0] > 0 && raw[m[0]-1] == '$' { // $$ is no variable
			continue
		}
		place := *at
		place.start, place.end = m[0], m[1]
		place.variable, place.value = raw[m[2]:m[3]], raw[m[4]:m[5]]
		name := place.variable
		whole := m[0] == 0 && m[1] == len(raw)
		if whole && !secret.Named(name) {
			name = at.name
		}
		place.owner = place.owner && whole
		if place.literal = literalOf(&place, name, place.value); place.literal.What == "" {
			place.asDefaultOf(raw)
		}
		if place.literal.What != "" {
			out = append(out, place)
		}
	}
	return out
}

// asDefaultOf takes the default of a variable for that of the one whose default the variable
// is, where that has the name of a secret: ${TOKEN:-${OTHER:-s3cret}}.
func (at *secretPlace) asDefaultOf(raw string) {
	for at.literal.What == "" {
		m := defaultBefore().FindStringSubmatchIndex(raw[:at.start])
		if m == nil || !strings.HasPrefix(raw[at.end:], "}") || m[0] > 0 && raw[m[0]-1] == '$' {
			return
		}
		at.start, at.end, at.nested = m[0], at.end+1, true
		at.variable = raw[m[2]:m[3]]
		name := at.variable
		if at.start == 0 && at.end == len(raw) && !secret.Named(name) {
			name = at.name
		}
		at.literal = literalOf(at, name, at.value)
	}
}

// defaultBefore matches where the default of a variable begins.
var defaultBefore = text.Regexp(`\$\{([A-Za-z_]\w*):?-$`)

// plain reports whether the text of a scalar is what a container gets: YAML readers
// differ about numbers that begin with 0.
func plain(n *yamldoc.Node) bool {
	if n.Tag == "!!str" {
		return true
	}
	return decimal().MatchString(n.Text())
}

var decimal = text.Regexp(`^[1-9][0-9]*$`)

// path is the place of the finding.
func (at *secretPlace) path() string {
	if at.argument != nil {
		return at.view.Service.Path.String() + " " + at.argument.line.key + "[" + at.argument.Option + "]"
	}
	return at.view.Service.Path.String() + " env[" + at.name + "]"
}

// subject names the place for people, within a sentence.
func (at *secretPlace) subject() string {
	if at.argument != nil {
		return fmt.Sprintf("%s of service %q", at.argument.where(), at.view.Name)
	}
	return fmt.Sprintf("%s of service %q", at.name, at.view.Name)
}

// title is the subject as a sentence begins with it.
func (at *secretPlace) title() string {
	if at.argument != nil && at.argument.Option == "" {
		return text.Capital(at.subject())
	}
	return at.subject()
}
