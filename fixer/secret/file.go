package secret

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A FileForm is a kind of file that holds secrets, known by its name.
type FileForm struct {
	What     string // for people, as in "a private SSH key"
	Settings bool   // it often holds settings only
	KeyStore bool   // a password of its own protects it
	Use      FileUse
}

// FileUse says what such a file is for, and so how it can be had without
// lying in an image.
type FileUse string

const (
	UsedByBuild FileUse = ""    // a step of the build reads it
	UsedBySSH   FileUse = "ssh" // ssh reads it, which can use an agent instead
	UsedAtRun   FileUse = "run" // the container reads it
)

// File looks a file up by the path it is read from and, where it is copied, the
// path it is written to; to may be empty. What is public, an example, or kept to
// check others by (the keys of package sources) holds no secret.
func File(name, to string) (FileForm, bool) {
	name = strings.TrimSuffix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "*")
	if !mayMatch(name) {
		return FileForm{}, false
	}
	if publicFile().MatchString(path.Base(name)) || strings.HasSuffix(to, ".pub") || forTrust().MatchString(to) {
		return FileForm{}, false
	}
	forms := fileForms()
	k := slices.IndexFunc(forms, func(f namedFile) bool { return f.pattern.MatchString(name) })
	if k < 0 {
		return FileForm{}, false
	}
	return forms[k].FileForm, true
}

// fileMarks are what the names of secret files have in common: one of them
// stands, in lower case, in the last two parts of every path that a form
// matches. Most names have none, and are not held against the forms at all.
var fileMarks = []string{
	"id_", ".ssh", "ssh_host_", "netrc", "credentials", ".pypirc", ".docker", "kube", ".aws", ".azure", ".boto", ".s3cfg",
	"gcloud", "account", "client_secret", "gcp", "secret", ".vault", ".pgpass", ".my.cnf", ".key", "tfstate", ".tfvars",
	".p12", ".pfx", ".jks", ".keystore", ".ppk", ".pem", ".npmrc", ".yarnrc", ".env",
}

func mayMatch(name string) bool {
	tail := name
	if i := strings.LastIndexByte(name, '/'); i > 0 {
		tail = name[strings.LastIndexByte(name[:i], '/')+1:]
	}
	tail = strings.ToLower(tail)
	return slices.ContainsFunc(fileMarks, func(mark string) bool { return strings.Contains(tail, mark) })
}

type namedFile struct {
	FileForm
	pattern *regexp.Regexp
}

// fileForms are matched, in order, against the last part of a path, some
// against the last two.
var fileForms = sync.OnceValue(func() []namedFile {
	return []namedFile{
		{FileForm{What: "a private SSH key", Use: UsedBySSH}, regexp.MustCompile(`(^|/)(id_(rsa|dsa|ecdsa|ed25519)[\w.-]*|\.ssh|ssh_host_[a-z0-9]+_key)$`)},
		{FileForm{What: "passwords for Git and HTTP"}, regexp.MustCompile(`(^|/)([._]netrc|\.git-credentials)$`)},
		{FileForm{What: "credentials for PyPI"}, regexp.MustCompile(`(^|/)\.pypirc$`)},
		{FileForm{What: "credentials for registries"}, regexp.MustCompile(`(^|/)(\.dockercfg|\.docker/config\.json)$`)},
		{FileForm{What: "credentials for a cluster"}, regexp.MustCompile(`(^|/)(kube-?config([._-][\w-]+)*|\.kube/config|\.kube|[\w-]+\.kubeconfig)$`)},
		{FileForm{What: "credentials for a cloud"}, regexp.MustCompile(`(?i)(^|/)(\.aws/credentials|\.aws|\.azure|\.boto|\.s3cfg|gcloud[\w-]*key[\w-]*\.json|service[-_]?account([-_][\w-]*)?\.json|client_secrets?[\w-]*\.json|application_default_credentials\.json|gcp-?(key|creds|credentials)\.json)$`)},
		{FileForm{What: "credentials", Use: UsedAtRun}, regexp.MustCompile(`(?i)(^|/)(credentials(\.json|\.ya?ml|\.yml\.enc)?|secrets?\.(json|ya?ml|toml|env|txt)|\.vault[-_]token|\.vault[-_]?pass(word)?|\.pgpass|\.my\.cnf|master\.key)$`)},
		{FileForm{What: "Terraform state or variables, which hold secrets in plain text"}, regexp.MustCompile(`(^|/)(terraform\.tfstate(\.backup)?|[\w.-]*\.tfvars)$`)},
		{FileForm{What: "a key store", KeyStore: true, Use: UsedAtRun}, regexp.MustCompile(`(?i)\.(p12|pfx|jks|keystore)$`)},
		{FileForm{What: "a private key", Use: UsedAtRun}, regexp.MustCompile(`(?i)\.(key|ppk)$|(^|/)[\w.-]*(key|priv|private)[\w-]*\.pem$`)},
		{FileForm{What: "npm settings, which often include a token", Settings: true}, regexp.MustCompile(`(^|/)\.(npmrc|yarnrc\.yml)$`)},
		{FileForm{What: "environment variables, which often include passwords", Settings: true, Use: UsedAtRun}, regexp.MustCompile(`(^|/)([\w-]*\.env|\.env(\.(local|prod|production|dev|development|stage|staging|test|secret|secrets|docker)){1,2})$`)},
	}
})

// publicFile matches what is public, or a placeholder for a file to come.
var publicFile = expression(`(?i)\.pub$|(^|[._/-])(example|examples|sample|template|tpl|dist|default|defaults|public|pub|pubkey|publickey|dummy|fake)([._-]|$)|` +
	`(gpg|archive|apt|repo|repository|release|signing|packages?|rpm)[-_.]?(key)?\.key$|snakeoil|dhparam`)

// forTrust matches the directories that hold keys and certificates to check
// others by.
var forTrust = expression(`/etc/apt/|keyrings|/etc/pki/rpm-gpg|ca-certificates|/etc/apk/keys|trusted|/etc/ssl/certs/?$|cacerts`)
