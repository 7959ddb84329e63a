package dockerfile

import (
	"regexp"
	"slices"
	"strings"
)

// secretName reports whether the name of a variable says that it holds a
// secret. A name is read as words: DB_PASSWORD and dbPassword are DB PASSWORD.
func secretName(name string) bool {
	words := nameWords(name)
	n := len(words)
	if n == 0 || slices.ContainsFunc(words, func(w string) bool { return publicWords[w] }) {
		return false
	}
	// What stands last is what the variable holds: a password file is a file,
	// a token's expiry is a time. Numbers count copies: API_KEY_2.
	for n > 1 && strings.Trim(words[n-1], "0123456789") == "" {
		n--
	}
	words = words[:n]
	if describing[words[n-1]] {
		return false
	}
	for k, w := range words {
		switch {
		case w == "PWD" && n == 1: // the working directory
		case secretWords[w], strings.HasSuffix(w, "PASSWORD"), strings.HasSuffix(w, "PASSWD"), k == n-1 && secretEndings[w]:
			return true
		case w == "KEY" && k > 0 && keyOwners[words[k-1]]:
			return true
		}
	}
	return false
}

// secretWords name a secret by themselves, secretEndings only at the end of a
// name (PASS_THROUGH is none), and keyOwners say which keys are one.
var (
	secretWords = set(`PASSWORD PASSWORDS PASSWD PASSWRD PASSPHRASE SECRET SECRETS TOKEN APIKEY APITOKEN APISECRET
		ACCESSKEY SECRETKEY PRIVATEKEY AUTHTOKEN DBPASS CREDENTIAL CREDENTIALS`)
	secretEndings = set(`PASS PWD PW PAT`)
	keyOwners     = set(`API ACCESS SECRET PRIVATE ENCRYPTION ENCRYPT SIGNING SIGN MASTER DEPLOY SSH LICENSE LICENCE APP JWT SESSION
		AUTH ACCOUNT STORAGE SERVICE RSA AES HMAC SERVER CTF`)
)

// describing words at the end of a name say that it holds something about a
// secret; publicWords anywhere in it say that the thing is no secret.
var (
	describing = set(`FILE FILES PATH DIR DIRECTORY FOLDER URL URLS URI ENDPOINT HOST HOSTNAME PORT EXPIRY EXPIRES EXPIRATION
		EXPIRATIONS EXPIRE TTL LIFETIME AGE DAYS HOURS MINUTES SECONDS LENGTH LEN SIZE MIN MAX LIMIT COUNT TYPE NAME ID IDS
		ALGORITHM ALG ISSUER AUDIENCE HEADER PREFIX SUFFIX POLICY ENABLED DISABLED ENABLE DISABLE REQUIRED OPTIONAL RESET VERSION
		TIMEOUT INTERVAL FORMAT STORE KEYSTORE LABEL FIELD SERVER METHOD PROVIDER ROUNDS COST MANAGER SERVICE BACKEND DRIVER
		REGEX PATTERN PLUGIN MODE ENV VAR VARIABLE LOCATION SOURCE REF ARN SCOPE SCOPES REALM DOMAIN USER USERNAME EMAIL
		FINGERPRINT CHECKSUM SHA SHA1 SHA256 SHA512 CLASS MODULE AUTH COOKIE LOGIN PAGE TEMPLATE ROTATION LENGTHS HINT POLICIES`)
	publicWords = set(`PUBLIC PUB GPG PGP KNOWN ALLOW EMPTY NO DISABLE ENABLE USE SKIP IS HAS REQUIRE FINGERPRINT HOSTKEY SITEKEY
		RANDOM PUBLISHABLE`)
)

var camel = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// nameWords cuts a name at everything that is no letter or digit and where
// lower case turns to upper case.
func nameWords(name string) []string {
	name = camel.ReplaceAllString(name, "${1}_${2}")
	return strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}
