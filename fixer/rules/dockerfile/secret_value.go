package dockerfile

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

// secretForm names the form of a secret that a value has, or gives "". Random
// text counts under any name that does not explain it.
func secretForm(name, value string) string {
	if forms := secret.Forms(value); len(forms) > 0 {
		return forms[0]
	}
	if passwordInURL(value) {
		return secret.InURL
	}
	if c := secret.ConnectionPasswords(value); slices.ContainsFunc(c, func(c secret.ConnectionPassword) bool {
		return !nowhere().MatchString(c.Host) && !commonWord[strings.ToLower(c.Password)]
	}) {
		return secret.InConnection
	}
	if secret.Random(value) && !slices.ContainsFunc(secret.Words(name), func(w string) bool { return notRandom[w] }) {
		return "what looks like a random key"
	}
	return ""
}

// passwordInURL reports whether a text has a password in a URL that leads
// somewhere: builds often want any value.
func passwordInURL(text string) bool {
	return slices.ContainsFunc(secret.URLPasswords(text), func(u secret.URLPassword) bool {
		return !strings.ContainsAny(u.Password, "{*") && !nowhere().MatchString(u.Host) && !commonWord[strings.ToLower(u.Password)]
	})
}

// nowhere matches hosts that a container cannot reach anything at, so that a
// URL with them only stands for one to come.
var nowhere = text.Regexp(`^(localhost|127\.0\.0\.1|dummy|placeholder|example|host|hostname|.*\.example|example\..*)$`)

// commonWord are passwords that only stand for one, or that hold nothing back.
var commonWord = text.WordSet("pass password passwd user username token secret test x-oauth-basic x-token-auth oauth2 git anonymous guest foo bar xxx")

// notRandom words in a name explain random text that is no secret.
var notRandom = text.WordSet(`SHA SHA1 SHA256 SHA384 SHA512 SUM SUMS CHECKSUM CHECKSUMS DIGEST HASH INTEGRITY VERSION VERSIONS COMMIT REVISION
	REV REF TAG URL URI PATH FILE FILENAME CLASSPATH OPTS OPTIONS ARGS FLAGS GPG PUBLIC FINGERPRINT BUILD ID UUID GUID IMAGE`)

// harmlessValue reports whether what is written for a variable named like a
// secret is none. A variable of the build is no reference to a secret store: it
// brings the secret into the image.
func harmlessValue(name, value string) bool {
	return secret.Harmless(name, value) || !strings.Contains(value, "$") && secret.Reference(value)
}
