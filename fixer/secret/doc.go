// Package secret distinguishes secrets from what only looks like them: by the name a
// value is given, by the form it has, and by what it is instead (a reference,
// a placeholder, a switch). It is the one place where that is decided, for
// Dockerfiles, Compose files and manifests alike.
//
//	secret.Find("DB_PASSWORD", "q7Rk2pX9").What  // "a secret in plain text"
//	secret.Find("DB_PASSWORD", "$(OTHER)").What  // ""
//	secret.Find("TOKEN_EXPIRY", "q7Rk2pX9").What // ""
//
// Nothing that it returns for people holds a value or a part of one; a value's
// length is the most that is shown. All of it is text in and decision out,
// without a look at the disk or the network, and in time that grows with the
// text alone.
//
// Forms of tokens are of two kinds: those written here, and the table in
// tokenforms.go, which is generated from the rules of gitleaks (MIT, its notice
// is in the file). Of these, the table holds the rules whose pattern is enough
// without the name a value has; entropy, allowlists and keywords are taken
// over. Patterns are compiled when a text holds a keyword of theirs. gitleaks
// itself is not linked: it reads files and repositories, and brings a
// configuration and a logging library along. To take over a newer version:
//
//	go test ./fixer/secret -run TestWriteTokenForms -gitleaks DIR -gitleaks-version v8.30.1
//
// A decision by name is a guess, and the word lists are what makes it a good
// one: each word in them occurs in names in real files. Languages other than
// English are not known.
package secret
