// Package secret tells secrets from what only looks like them: by the name a
// value is given, by the form it has, and by what it is instead (a reference,
// a placeholder, a switch). It is the one place where that is decided, for
// Dockerfiles, Compose files and manifests alike.
//
//	secret.Find("DB_PASSWORD", "q7Rk2pX9").What  // "a secret in plain text"
//	secret.Find("DB_PASSWORD", "$(OTHER)").What  // ""
//	secret.Find("TOKEN_EXPIRY", "q7Rk2pX9").What // ""
//
// Nothing that it returns for people holds a value or a part of one; a value's
// length is the most that is told. All of it is text in and judgement out,
// without a look at the disk or the network, and in time that grows with the
// text alone.
//
// A judgement by name is a guess, and the word lists are what makes it a good
// one: each word in them stands for names in real files. Languages other than
// English are not known.
package secret
