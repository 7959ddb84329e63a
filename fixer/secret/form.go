package secret

import (
	"regexp"
	"strings"
	"sync"
)

type form struct {
	what    string
	pattern *regexp.Regexp
}

// forms are texts that are a secret whatever they are called.
var forms = sync.OnceValue(func() []form {
	return []form{
		{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`)},
		{"an AWS access key", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
		{"a GitHub token", regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{22,}`)},
		{"a GitLab token", regexp.MustCompile(`\bgl(pat|dt|rt)-[\w-]{20,}`)},
		{"a Slack token", regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T\w+/B\w+/\w+`)},
		{"a Stripe key", regexp.MustCompile(`\b[rs]k_live_[A-Za-z0-9]{16,}`)},
		{"a Google API key", regexp.MustCompile(`\bAIza[\w-]{35}`)},
		{"a signed token (JWT)", regexp.MustCompile(`\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*`)},
		{"an npm token", regexp.MustCompile(`\bnpm_[A-Za-z0-9]{36}\b`)},
		{"a PyPI token", regexp.MustCompile(`\bpypi-AgE[\w-]{20,}`)},
		{"a SendGrid key", regexp.MustCompile(`\bSG\.[\w-]{16,}\.[\w-]{16,}`)},
		{"a Hugging Face token", regexp.MustCompile(`\bhf_[A-Za-z]{30,}\b`)},
		{"a DigitalOcean token", regexp.MustCompile(`\bdo[opr]_v1_[a-f0-9]{64}\b`)},
		{"an API key", regexp.MustCompile(`\bsk-(ant-|proj-)?[\w-]{32,}`)},
	}
})

// maxText is how much of a text is searched: scripts and files can be long.
const maxText = 64 << 10

func clip(s string) string { return s[:min(len(s), maxText)] }

// Forms names the known forms of secrets that a text holds, as a whole or as
// words in it, each form once: "a GitHub token". The texts that documentation
// uses for tokens are none.
func Forms(text string) []string {
	text = clip(text)
	var out []string
	for _, f := range forms() {
		if m := f.pattern.FindString(text); m != "" && !isExample(m) {
			out = append(out, f.what)
		}
	}
	return out
}

// isExample knows the texts that documentation uses for tokens.
func isExample(token string) bool {
	return strings.HasSuffix(token, "EXAMPLE") || strings.Contains(strings.ToLower(token), "xxxxxx") ||
		strings.Contains(token, "00000000") || strings.Contains(token, "12345678")
}

// A URLPassword is a password in a URL, and the host it is for.
type URLPassword struct{ Password, Host string }

var userInfo = regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://[^/\s:@]*:([^/\s:@]+)@([^/\s:?]*)`)

// URLPasswords returns the passwords in the URLs of a text, but for variables
// and placeholders in their place.
func URLPasswords(text string) []URLPassword {
	var out []URLPassword
	for _, m := range userInfo.FindAllStringSubmatch(clip(text), -1) {
		if !strings.Contains(m[1], "$") && !Reference(m[1]) && !Placeholder(m[1]) {
			out = append(out, URLPassword{m[1], m[2]})
		}
	}
	return out
}

// InURL is what a password in a URL is called.
const InURL = "a password in a URL"
