package secret

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

type form struct {
	what          string
	requiredWords string // words separated by spaces, of which every match has one: searching for them is cheap
	pattern       *regexp.Regexp
}

// forms are texts that are a secret whatever they are called; those of the
// table of [tokenForms] come after them.
var forms = sync.OnceValue(func() []form {
	return []form{
		{"a private key", "KEY-----", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
		{"an AWS access key", "AKIA ASIA", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
		{"a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{22,}`)},
		{"a GitLab token", "glpat- gldt- glrt-", regexp.MustCompile(`\bgl(pat|dt|rt)-[\w-]{20,}`)},
		{"a Slack token", "xox slack", regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T\w+/B\w+/\w+`)},
		{"a Stripe key", "k_live_", regexp.MustCompile(`\b[rs]k_live_[A-Za-z0-9]{16,}`)},
		{"a Google API key", "AIza", regexp.MustCompile(`\bAIza[\w-]{35}`)},
		{"a signed token (JWT)", "eyJ", regexp.MustCompile(`\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*`)},
		{"an npm token", "npm_", regexp.MustCompile(`\bnpm_[A-Za-z0-9]{36}\b`)},
		{"a PyPI token", "pypi-", regexp.MustCompile(`\bpypi-AgE[\w-]{20,}`)},
		{"a SendGrid key", "SG.", regexp.MustCompile(`\bSG\.[\w-]{16,}\.[\w-]{16,}`)},
		{"a Hugging Face token", "hf_", regexp.MustCompile(`\bhf_[A-Za-z]{30,}\b`)},
		{"a DigitalOcean token", "_v1_", regexp.MustCompile(`\bdo[opr]_v1_[a-f0-9]{64}\b`)},
		{"an API key", "sk-", regexp.MustCompile(`\bsk-(ant-|proj-)?[\w-]{32,}`)},
	}
})

// maxText is how much of a text is searched: scripts and files can be long.
const maxText = 64 << 10

func truncate(s string) string { return s[:min(len(s), maxText)] }

// Forms names the known forms of secrets that a text holds, as a whole or as
// words in it, each form once: "a GitHub token". The texts that documentation
// uses for tokens are not reported.
func Forms(text string) []string {
	text = truncate(text)
	var out []string
	var known [][]int // the matches of the forms, examples too
	for _, f := range forms() {
		if !f.mayMatch(text) {
			continue
		}
		all := f.pattern.FindAllStringIndex(text, -1)
		known = append(known, all...)
		if slices.ContainsFunc(all, func(m []int) bool { return !isExample(text[m[0]:m[1]]) }) {
			out = append(out, f.what)
		}
	}
	for _, what := range tokens(text, known) {
		if !slices.Contains(out, what) {
			out = append(out, what)
		}
	}
	return out
}

func (f form) mayMatch(text string) bool {
	for mark := range strings.FieldsSeq(f.requiredWords) {
		if strings.Contains(text, mark) {
			return true
		}
	}
	return false
}

// isExample knows the texts that documentation uses for tokens.
func isExample(token string) bool {
	return strings.HasSuffix(token, "EXAMPLE") || strings.Contains(strings.ToLower(token), "xxxxxx") ||
		strings.Contains(token, "00000000") || strings.Contains(token, "12345678")
}

// A URLPassword is a password in a URL, and the host it is for.
type URLPassword struct{ Password, Host string }

var userInfo = expression(`\b[a-z][a-z0-9+.-]*://[^/\s:@]*:([^/\s:@]+)@([^/\s:?]*)`)

// URLPasswords returns the passwords in the URLs of a text, but for variables
// and placeholders in their place.
func URLPasswords(text string) []URLPassword {
	return urlPasswords(text, func(password string) bool { return !Placeholder(password) })
}

// URLPlaceholders returns the placeholders in the URLs of a text that a service would take
// for a password.
func URLPlaceholders(text string) []URLPassword { return urlPasswords(text, Accepted) }

func urlPasswords(text string, wanted func(password string) bool) []URLPassword {
	if !strings.Contains(text, "://") {
		return nil
	}
	var out []URLPassword
	for _, m := range userInfo().FindAllStringSubmatch(truncate(text), -1) {
		if !strings.Contains(m[1], "$") && !Reference(m[1]) && wanted(m[1]) {
			out = append(out, URLPassword{m[1], m[2]})
		}
	}
	return out
}

// InURL is what a password in a URL is called.
const InURL = "a password in a URL"
