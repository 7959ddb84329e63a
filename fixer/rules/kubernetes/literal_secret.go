package kubernetes

import (
	"encoding/base64"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A literalSecret is what a name and a value written next to it tell of a
// secret. It never holds the value.
type literalSecret struct {
	what     string // "a secret in plain text", "a password in a URL"; "" for none
	guessed  bool   // the value is one that everybody tries first
	evidence string
}

// findSecret judges a value by the name it has. Values that only refer to a
// secret, stand for one to come, or are something about one are none.
func findSecret(name, value string) literalSecret {
	value = strings.TrimSpace(value)
	if value == "" || reference(value) {
		return literalSecret{}
	}
	if form := tokenForm(value); form != "" {
		return literalSecret{what: form, evidence: fmt.Sprintf("the value, of %d characters, has that form", len(value))}
	}
	if !secretName(name) || harmless(name, value) {
		return literalSecret{}
	}
	s := literalSecret{what: "a secret in plain text", evidence: fmt.Sprintf("the name says so, and the value has %d characters", len(value))}
	if s.guessed = guessed(name, value); s.guessed {
		s.what, s.evidence = "a secret that anybody guesses", "the value is a well-known default"
	}
	return s
}

var (
	// secretWords in a name say that it holds a secret; those in lastWords
	// only at its end, and keyOwners say which keys are one.
	secretWords = wordSet(`PASSWORD PASSWORDS PASSWD PASSPHRASE SECRET SECRETS TOKEN APIKEY APITOKEN SECRETKEY PRIVATEKEY
		ACCESSTOKEN AUTHTOKEN CREDENTIAL CREDENTIALS`)
	lastWords = wordSet(`PASS PWD PW PAT SALT`)
	keyOwners = wordSet(`API ACCESS SECRET PRIVATE ENCRYPTION SIGNING MASTER LICENSE APP JWT SESSION AUTH ACCOUNT STORAGE HMAC`)

	// aboutWords at the end of a name say that it holds something about a
	// secret; publicWords anywhere that there is no secret in it.
	aboutWords = wordSet(`FILE FILES PATH DIR FOLDER URL URI ENDPOINT HOST PORT EXPIRY EXPIRES EXPIRATION EXPIRE TTL LIFETIME AGE DAYS HOURS
		MINUTES SECONDS MS LENGTH SIZE MIN MAX LIMIT COUNT TYPE NAME NAMES ID IDS ALGORITHM ALG ISSUER AUDIENCE HEADER PREFIX SUFFIX
		POLICY ENABLED DISABLED REQUIRED TIMEOUT INTERVAL FORMAT STORE LABEL FIELD METHOD PROVIDER ROUNDS COST MANAGER SERVICE BACKEND
		REGEX PATTERN MODE VERSION LOCATION SOURCE REF ARN SCOPE SCOPES REALM DOMAIN USER USERNAME EMAIL NAMESPACE KEYS COOKIE TTLS`)
	publicWords = wordSet(`PUBLIC PUB PUBLISHABLE ALLOW EMPTY NO DISABLE ENABLE USE SKIP IS HAS REQUIRE RANDOM REVIEW RESET`)
)

func wordSet(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

var humps = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// secretName reports whether a variable's or a key's name says that it holds a
// secret: DB_PASSWORD, dbPassword and db-password alike.
func secretName(name string) bool {
	list := strings.FieldsFunc(strings.ToUpper(humps.ReplaceAllString(name, "${1}_${2}")), func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	for len(list) > 1 && strings.Trim(list[len(list)-1], "0123456789") == "" { // copies are counted: API_KEY_2
		list = list[:len(list)-1]
	}
	if len(list) == 0 || aboutWords[list[len(list)-1]] || slices.ContainsFunc(list, func(w string) bool { return publicWords[w] }) {
		return false
	}
	for i, w := range list {
		last := i == len(list)-1
		if secretWords[w] || last && i > 0 && lastWords[w] || last && i > 0 && w == "KEY" && keyOwners[list[i-1]] {
			return true
		}
	}
	return false
}

type tokenShape struct {
	what    string
	pattern *regexp.Regexp
}

// tokens are texts that are a secret whatever they are called.
var tokens = sync.OnceValue(func() []tokenShape {
	return []tokenShape{
		{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
		{"an AWS access key", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
		{"a GitHub token", regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{22,}`)},
		{"a GitLab token", regexp.MustCompile(`\bgl(pat|dt|rt)-[\w-]{20,}`)},
		{"a Slack token", regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T\w+/B\w+/\w+`)},
		{"a Stripe key", regexp.MustCompile(`\b[rs]k_live_[A-Za-z0-9]{16,}`)},
		{"a Google API key", regexp.MustCompile(`\bAIza[\w-]{35}`)},
		{"a signed token (JWT)", regexp.MustCompile(`\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*`)},
		{"an API key", regexp.MustCompile(`\bsk-(ant-|proj-)?[\w-]{32,}`)},
		{"a SendGrid key", regexp.MustCompile(`\bSG\.[\w-]{16,}\.[\w-]{16,}`)},
	}
})

var userInfo = regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://[^/\s:@]*:([^/\s:@]+)@`)

func tokenForm(value string) string {
	value = clip(value)
	for _, t := range tokens() {
		if m := t.pattern.FindString(value); m != "" && !strings.HasSuffix(m, "EXAMPLE") && !strings.Contains(strings.ToLower(m), "xxxxxx") {
			return t.what
		}
	}
	if m := userInfo.FindStringSubmatch(value); m != nil && !reference(m[1]) && !placeholder(m[1]) {
		return "a password in a URL"
	}
	return ""
}

// reference reports whether a value only says where a secret is found: another
// variable, a template's field, or the address of a secret store.
func reference(value string) bool {
	for _, sign := range []string{"$(", "${", "{{", "<path:", "ENC["} {
		if strings.Contains(value, sign) {
			return true
		}
	}
	for _, scheme := range []string{"vault:", "ref+", "op://", "arn:", "sm://", "secret://", "secretref:", "awssm:", "gcpsm:", "file:", "projects/"} {
		if strings.HasPrefix(strings.ToLower(value), scheme) {
			return true
		}
	}
	return strings.HasPrefix(value, "$")
}

// harmless reports whether what a name calls a secret is none: a placeholder,
// a switch, a path, an address, or a number of seconds.
func harmless(name, value string) bool {
	lower := strings.ToLower(value)
	switch {
	case placeholder(value), strings.Contains(lower, strings.ToLower(name)), secretWords[value]: // DB_PASSWORD=INSERT_DB_PASSWORD, TOKEN=SECRET
		return true
	case slices.Contains([]string{"true", "false", "yes", "no", "on", "off", "none", "null"}, lower):
		return true
	case strings.HasPrefix(value, "/"), strings.HasPrefix(value, "./"), strings.Contains(value, "://"):
		return true
	case strings.Contains(strings.ToUpper(name), "PASS"):
		return false
	}
	return len(value) < 6 && strings.Trim(value, "0123456789smhd") == "" // a time or a limit
}

var placeholderText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(dummy|placeholder|example|fake|sample|undefined|unset|not[-_ ]?set|unused|empty|todo|tbd|fixme|redacted)\b` +
		`|^(change|replace|set|override|insert|enter|put|fill|add)[-_ ]?(me|it|this|here|with|your)|^(your|my|some|the)[-_ ].*(here|key|token|secret|password|value|id)$` +
		`|_here$|changeme|placeholder|not[-_ ]?a[-_ ]?real|^<.*>$|^\[.*\]$|^%.*%$|^@.*@$|^__.*__$`)
})

// placeholder reports whether a value only stands for one to come.
func placeholder(value string) bool {
	lower := strings.ToLower(strings.Trim(value, `"' `))
	return strings.ContainsAny(lower, "<>") || strings.Trim(lower, "x*.-_") == "" || placeholderText().MatchString(lower)
}

// guessed reports whether a value is among those everybody tries first.
func guessed(name, value string) bool {
	lower := strings.ToLower(value)
	if slices.Contains([]string{
		"password", "passw0rd", "pass", "secret", "admin", "root", "toor", "user", "test", "guest", "default", "postgres", "mysql", "mongo",
		"mongodb", "redis", "rabbitmq", "minio", "minioadmin", "sa", "123456", "12345678", "1234", "12345", "qwerty", "letmein", "demo", "admin123", "root123", "password123",
	}, lower) {
		return true
	}
	return len(lower) > 2 && strings.HasPrefix(strings.ToLower(name), lower+"_") // FOO_PASSWORD=foo
}

// random reports whether a value is long and even enough that a program made
// it, in the base64 or hexadecimal that keys are written in.
func random(value string) bool {
	if len(value) < 20 || len(value) > 4096 || strings.ContainsAny(value, " \n\t:,") {
		return false
	}
	counts := map[byte]float64{}
	for i := range len(value) {
		counts[value[i]]++
	}
	entropy := 0.0
	for c := range 256 {
		if n := counts[byte(c)]; n > 0 {
			share := n / float64(len(value))
			entropy -= share * math.Log2(share)
		}
	}
	return entropy >= 3.5 && strings.ContainsAny(value, "0123456789") && strings.ToLower(value) != strings.ToUpper(value)
}

// decoded returns the text that a value of a Secret's data stands for, and the
// value itself where it is no base64.
func decoded(value string) string {
	plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
	if err != nil {
		return value
	}
	return string(plain)
}

// clip bounds what is searched of a text: scripts and files can be long.
func clip(s string) string { return s[:min(len(s), 64<<10)] }
