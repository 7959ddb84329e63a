package secret

import (
	"slices"
	"strings"
)

// Named reports whether the name of a variable or a key says that it holds a
// secret. A name is read as words: DB_PASSWORD, dbPassword and db-password are
// the same. Names of something about a secret (TOKEN_EXPIRY, PASSWORD_FILE,
// AWS_ACCESS_KEY_ID) and of public things (PUBLIC_KEY) are not such names.
func Named(name string) bool {
	words := Words(name)
	for len(words) > 1 && strings.Trim(words[len(words)-1], "0123456789") == "" { // copies are counted: API_KEY_2
		words = words[:len(words)-1]
	}
	last := len(words) - 1
	if last > 0 && words[last] == "COOKIE" && words[last-1] == "ERLANG" { // what nodes of Erlang let each other in by
		return true
	}
	if last < 0 || describing[words[last]] || slices.ContainsFunc(words, func(w string) bool { return public[w] }) {
		return false
	}
	if last > 0 && words[last] == "SECRET" && ofCluster[words[last-1]] { // the name of an object
		return false
	}
	if forBrowsers(words) {
		return isPasswordName(name) || slices.Contains(words, "SECRET") || slices.Contains(words, "PRIVATE")
	}
	for i, w := range words {
		switch {
		case w == "PWD" && last == 0: // the working directory
		case holders[w], strings.HasSuffix(w, "PASSWORD"), strings.HasSuffix(w, "PASSWD"), i == last && endings[w]:
			return true
		case w == "KEY" && i > 0 && keyOwners[words[i-1]] && !strings.HasSuffix(words[0], "PG"): // of GPG the public keys are meant
			return true
		}
	}
	return false
}

var (
	// holders name a secret by themselves, endings only at the end of a name
	// (PASS_THROUGH is none), and keyOwners say which keys are one.
	holders = wordSet(`PASSWORDS PASSWRD PASSPHRASE SECRET SECRETS TOKEN APIKEY APITOKEN APISECRET ACCESSKEY ACCESSTOKEN
		SECRETKEY PRIVATEKEY AUTHKEY ENCRYPTIONKEY SIGNINGKEY AUTHTOKEN DBPASS CREDENTIAL CREDENTIALS`)
	endings   = wordSet(`PASS PWD PW PAT SALT PSK`)
	keyOwners = wordSet(`API ACCESS SECRET PRIVATE ENCRYPTION ENCRYPT SIGNING SIGN MASTER DEPLOY SSH LICENSE LICENCE APP JWT
		SESSION AUTH ACCOUNT STORAGE SERVICE RSA AES HMAC SERVER CTF PRESHARED`)

	// describing words at the end of a name say that it holds something about a
	// secret; public ones anywhere in it that the thing is no secret.
	describing = wordSet(`FILE FILES PATH DIR DIRECTORY FOLDER URL URLS URI ENDPOINT HOST HOSTNAME PORT EXPIRY EXPIRES EXPIRATION
		EXPIRATIONS EXPIRE TTL TTLS LIFETIME AGE DAYS HOURS MINUTES SECONDS MS LENGTH LENGTHS LEN SIZE MIN MAX LIMIT COUNT TYPE
		NAME NAMES NAMESPACE ID IDS KEYS ALGORITHM ALG ISSUER AUDIENCE HEADER PREFIX SUFFIX POLICY POLICIES ENABLED DISABLED
		ENABLE DISABLE REQUIRED OPTIONAL RESET VERSION TIMEOUT INTERVAL FORMAT STORE KEYSTORE LABEL FIELD SERVER METHOD PROVIDER
		ROUNDS COST MANAGER SERVICE BACKEND DRIVER REGEX PATTERN PLUGIN MODE ENV VAR VARIABLE LOCATION SOURCE REF ARN SCOPE SCOPES
		REALM DOMAIN USER USERNAME EMAIL FINGERPRINT CHECKSUM SHA SHA1 SHA256 SHA512 CLASS MODULE AUTH COOKIE LOGIN PAGE TEMPLATE
		ROTATION HINT REVIEW ENCRYPTION HASHER HISTORY VALIDATION STRENGTH AUTHENTICATION
		SERVERS HOSTS PORTS ADDRESS PROTOCOL PROTOCOLS MECHANISM MECHANISMS FACTOR HANDLER
		PROJECT REGION ZONE ENGINE MOUNT ROLE BUCKET ALPHABET CHARSET ATTEMPTS RETRIES THRESHOLD COLUMN TABLE CLAIM CLAIMS`)
	ofCluster = wordSet(`KUBE KUBERNETES K8S`)
	public    = wordSet(`PUBLIC PUB PUBLISHABLE KNOWN ALLOW EMPTY NO DISABLE ENABLE USE SKIP IS HAS REQUIRE FINGERPRINT HOSTKEY
		SITEKEY RANDOM REVIEW RESET`)
)

// forBrowsers reports whether build tools write the variable into what every visitor
// downloads, as the name asks for. A key there is one that may be seen; a password is not.
func forBrowsers(words []string) bool {
	if len(words) < 2 {
		return false
	}
	switch words[0] {
	case "VITE", "GATSBY", "PREACT", "STORYBOOK":
		return true
	case "REACT", "VUE", "NG":
		return words[1] == "APP"
	}
	return false
}

func wordSet(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

var camelCaseBoundary = expression(`([a-z0-9])([A-Z])`)

// Words splits a name at everything that is no letter or digit and where lower
// case turns to upper case, and gives its words in upper case.
func Words(name string) []string {
	return strings.FieldsFunc(strings.ToUpper(camelCaseBoundary().ReplaceAllString(name, "${1}_${2}")), func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

// isPasswordName reports whether the name is that of a password, which may be short
// and a number, where a token or a key is not.
func isPasswordName(name string) bool {
	return slices.ContainsFunc(Words(name), func(w string) bool { return strings.Contains(w, "PASS") || w == "PWD" || w == "PW" })
}
