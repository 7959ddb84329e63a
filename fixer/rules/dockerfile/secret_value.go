package dockerfile

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
)

type tokenForm struct {
	what    string
	pattern *regexp.Regexp
}

// tokenForms are texts that are a secret whatever they are called. They are
// matched as whole values or as words in one.
var tokenForms = sync.OnceValue(func() []tokenForm {
	return []tokenForm{
		{"an AWS access key", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
		{"a GitHub token", regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}\b`)},
		{"a GitLab token", regexp.MustCompile(`\bgl(pat|dt|rt)-[A-Za-z0-9_-]{20,}`)},
		{"a Slack token", regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T\w+/B\w+/\w+`)},
		{"a Stripe key", regexp.MustCompile(`\b[rs]k_live_[A-Za-z0-9]{16,}\b`)},
		{"a Google API key", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`)},
		{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
		{"a signed token (JWT)", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*`)},
		{"an npm token", regexp.MustCompile(`\bnpm_[A-Za-z0-9]{36}\b`)},
		{"a PyPI token", regexp.MustCompile(`\bpypi-AgE[A-Za-z0-9_-]{20,}`)},
		{"a SendGrid key", regexp.MustCompile(`\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`)},
		{"a Hugging Face token", regexp.MustCompile(`\bhf_[A-Za-z]{30,}\b`)},
		{"a DigitalOcean token", regexp.MustCompile(`\bdo[opr]_v1_[a-f0-9]{64}\b`)},
		{"an API key", regexp.MustCompile(`\bsk-(ant-|proj-)?[A-Za-z0-9_-]{32,}\b`)},
	}
})

// userInfo matches a password in a URL.
var userInfo = regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://([^/\s:@]*):([^/\s:@]+)@([^/\s:?]*)`)

// nowhere matches hosts that a container cannot reach anything at, so that a
// URL with them only stands for one to come: builds often want any value.
var nowhere = regexp.MustCompile(`^(localhost|127\.0\.0\.1|dummy|placeholder|example|host|hostname|.*\.example|example\..*)$`)

// secretForm names the form of a secret that a value has, or gives "".
func secretForm(name, value string) string {
	if len(value) > 8<<10 {
		value = value[:8<<10]
	}
	for _, f := range tokenForms() {
		if m := f.pattern.FindString(value); m != "" && !isExample(m) {
			return f.what
		}
	}
	if m := userInfo.FindStringSubmatch(value); m != nil && !strings.Contains(m[2], "$") && !placeholder(m[2]) && !nowhere.MatchString(m[3]) &&
		!slices.Contains([]string{"pass", "password", "user"}, m[2]) {
		return "a password in a URL"
	}
	if looksRandom(value) && !slices.ContainsFunc(nameWords(name), func(w string) bool { return notRandom[w] }) {
		return "what looks like a random key"
	}
	return ""
}

// isExample knows the texts that documentation uses for tokens.
func isExample(token string) bool {
	return strings.HasSuffix(token, "EXAMPLE") || strings.Contains(strings.ToLower(token), "xxxxxx") ||
		strings.Contains(token, "00000000") || strings.Contains(token, "12345678")
}

// notRandom words in a name explain random text that is no secret.
var notRandom = set(`SHA SHA1 SHA256 SHA384 SHA512 SUM SUMS CHECKSUM CHECKSUMS DIGEST HASH INTEGRITY VERSION VERSIONS COMMIT REVISION
	REV REF TAG URL URI PATH FILE FILENAME CLASSPATH OPTS OPTIONS ARGS FLAGS GPG PUBLIC FINGERPRINT BUILD ID UUID GUID IMAGE`)

// looksRandom reports whether a value is long, mixed and even enough that a
// person did not make it up. Hexadecimal text is not counted: it is a checksum
// more often than a key.
func looksRandom(value string) bool {
	if len(value) < 24 || len(value) > 256 {
		return false
	}
	var lower, upper, digit int
	counts := map[byte]float64{}
	for i := range len(value) {
		c := value[i]
		switch {
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= '0' && c <= '9':
			digit++
		case c == '+' || c == '=' || c == '_' || c == '-':
		default:
			return false
		}
		counts[c]++
	}
	if lower < 3 || upper < 3 || digit < 3 {
		return false
	}
	entropy := 0.0
	for c := range 256 {
		if n := counts[byte(c)]; n > 0 {
			share := n / float64(len(value))
			entropy -= share * math.Log2(share)
		}
	}
	return entropy >= 4
}

// harmlessValue reports whether what a variable named like a secret holds is
// none: nothing, a placeholder, a switch, or where the secret is found.
func harmlessValue(name, value string) bool {
	lower := strings.ToLower(value)
	switch {
	case value == "", placeholder(value), strings.EqualFold(value, name):
		return true
	case slices.Contains([]string{"true", "false", "yes", "no", "on", "off"}, lower):
		return true
	case strings.HasPrefix(value, "/"), strings.HasPrefix(value, "./"), strings.HasPrefix(value, "~/"), strings.HasPrefix(value, "${HOME}/"):
		return strings.Count(value, "/") > 1 || strings.HasPrefix(value, "/")
	case strings.Contains(value, "://"):
		return true // one with a password in it was told by its form
	case strings.Trim(value, "0123456789") == "" && len(value) < 6:
		return !isPassword(name) // a limit or a number of seconds
	}
	return false
}

func isPassword(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(w string) bool { return strings.HasPrefix(w, "PASS") || w == "PWD" || w == "PW" })
}

// placeholder reports whether a value only stands for one to come.
func placeholder(value string) bool {
	lower := strings.ToLower(strings.Trim(value, `"'`))
	if strings.ContainsAny(lower, "<>") || strings.HasPrefix(lower, "{{") || strings.HasPrefix(lower, "%") && strings.HasSuffix(lower, "%") {
		return true
	}
	if lower != "" && strings.Trim(lower, "x*.-_0") == "" {
		return true
	}
	return placeholderText().MatchString(lower)
}

var placeholderText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(dummy|placeholder|example|fake|sample|none|null|nil|undefined|unset|not[-_ ]?set|unused|empty|todo|tbd|fixme|redacted|notused|build|buildtime|ignored)\b` +
		`|^(change|replace|set|override|insert|enter|put|fill)[-_ ]?(me|it|this|this_?in_?production|here|with|your)` +
		`|^(your|my|some|the)[-_ ].*(here|key|token|secret|password|value|id)$|if_you_see_this|_here$|changeme|[-_ ]placeholder|^dummy|[-_]dummy$|^not[-_ ]?a[-_ ]?real`)
})
