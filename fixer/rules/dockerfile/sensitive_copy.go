package dockerfile

import (
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
)

//go:embed sensitive_copy.md
var sensitiveCopyDoc string

// SensitiveCopy reports COPY of files that hold secrets.
var SensitiveCopy = &fixer.Rule{
	Name:     "dockerfile/sensitive-copy",
	Title:    "file with secrets copied",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.10"},
		{Source: fixer.Trivy, ID: "DS-0031"},
		{Source: fixer.CWE, ID: "CWE-538"},
	},
	Doc: sensitiveCopyDoc,
	Check: func(p *fixer.Pass) {
		kept := shipped(p)
		each(p.File.Dockerfile, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if (i.Keyword == "COPY" || i.Keyword == "ADD") && len(i.Words) > 1 {
				checkSensitive(p, i, at, kept[s] || i.OnBuild)
			}
		})
	},
}

func checkSensitive(p *fixer.Pass, i, at *dockerfile.Instruction, kept bool) {
	to := i.Words[len(i.Words)-1].Value
	for n, w := range i.Words[:len(i.Words)-1] {
		form, ok := sensitiveFile(w.Value, to)
		if !ok || linkIn.MatchString(w.Value) || strings.HasPrefix(w.Value, "<<") || !kept && form.settings {
			continue
		}
		f := fixer.Finding{
			Path:     fmt.Sprintf("%s word %d", place(p.File.Dockerfile, at), n),
			Severity: form.severity,
			Message:  fmt.Sprintf("%s puts %s into the image: %s", i.Keyword, w.Value, form.what),
			Advice:   form.advice(w.Value),
			Start:    w.Start, End: w.End,
		}
		if !kept {
			f.Severity = fixer.Low
			f.Message = fmt.Sprintf("%s puts %s into a stage that is thrown away but stays in the build cache: %s", i.Keyword, w.Value, form.what)
		}
		report(p, at, f)
	}
}

// A sensitiveForm is a kind of file known by its name.
type sensitiveForm struct {
	what     string
	severity fixer.Severity
	settings bool // it often holds no secret at all
	use      string
	pattern  *regexp.Regexp
}

// advice says how the file can be had without being copied.
func (s sensitiveForm) advice(name string) string {
	out := "leave it out and name it in .dockerignore; "
	switch s.use {
	case "ssh":
		out += "RUN --mount=type=ssh lends the build an agent instead, with docker build --ssh default"
	case "run":
		out += "give it to the container when it starts, as a mounted secret or as variables"
	default:
		id := strings.Trim(path.Base(name), ".*")
		out += fmt.Sprintf("RUN --mount=type=secret,id=%s,target=PATH lends it to one step, with docker build --secret id=%s,src=FILE, and a container takes it as a mounted secret", id, id)
	}
	if !s.settings {
		out += "; what was in a pushed image has to be replaced"
	}
	return out
}

// sensitiveForms are matched, in order, against the last part of a path, some
// against the last two.
var sensitiveForms = []sensitiveForm{
	{"a private SSH key", fixer.High, false, "ssh", regexp.MustCompile(`(^|/)(id_(rsa|dsa|ecdsa|ed25519)[\w.-]*|\.ssh|ssh_host_[a-z0-9]+_key)$`)},
	{"passwords for Git and HTTP", fixer.High, false, "", regexp.MustCompile(`(^|/)([._]netrc|\.git-credentials)$`)},
	{"credentials for PyPI", fixer.High, false, "", regexp.MustCompile(`(^|/)\.pypirc$`)},
	{"credentials for registries", fixer.High, false, "", regexp.MustCompile(`(^|/)(\.dockercfg|\.docker/config\.json)$`)},
	{"credentials for a cluster", fixer.High, false, "", regexp.MustCompile(`(^|/)(kube-?config([._-][\w-]+)*|\.kube/config|\.kube|[\w-]+\.kubeconfig)$`)},
	{"credentials for a cloud", fixer.High, false, "", regexp.MustCompile(`(?i)(^|/)(\.aws/credentials|\.aws|\.azure|\.boto|\.s3cfg|gcloud[\w-]*key[\w-]*\.json|service[-_]?account([-_][\w-]*)?\.json|client_secrets?[\w-]*\.json|application_default_credentials\.json|gcp-?(key|creds|credentials)\.json)$`)},
	{"credentials", fixer.High, false, "run", regexp.MustCompile(`(?i)(^|/)(credentials(\.json|\.ya?ml|\.yml\.enc)?|secrets?\.(json|ya?ml|toml|env|txt)|\.vault[-_]token|\.vault[-_]?pass(word)?|\.pgpass|\.my\.cnf|master\.key)$`)},
	{"Terraform's state or variables, which hold secrets in plain text", fixer.High, false, "", regexp.MustCompile(`(^|/)(terraform\.tfstate(\.backup)?|[\w.-]*\.tfvars)$`)},
	{"a key store", fixer.Medium, false, "run", regexp.MustCompile(`(?i)\.(p12|pfx|jks|keystore)$`)},
	{"a private key", fixer.High, false, "run", regexp.MustCompile(`(?i)\.(key|ppk)$|(^|/)[\w.-]*(key|priv|private)[\w-]*\.pem$`)},
	{"settings of npm, which often hold a token", fixer.Medium, true, "", regexp.MustCompile(`(^|/)\.(npmrc|yarnrc\.yml)$`)},
	{"variables, which often hold passwords", fixer.Medium, true, "run", regexp.MustCompile(`(^|/)([\w-]*\.env|\.env(\.(local|prod|production|dev|development|stage|staging|test|secret|secrets|docker)){1,2})$`)},
}

// notSensitive matches what is public, or stands for a file to come.
var notSensitive = regexp.MustCompile(`(?i)\.pub$|(^|[._/-])(example|examples|sample|template|tpl|dist|default|defaults|public|pub|pubkey|publickey|dummy|fake)([._-]|$)|` +
	`(gpg|archive|apt|repo|repository|release|signing|packages?|rpm)[-_.]?(key)?\.key$|snakeoil|dhparam`)

// forTrust matches the folders that hold keys and certificates to check others by.
var forTrust = regexp.MustCompile(`/etc/apt/|keyrings|/etc/pki/rpm-gpg|ca-certificates|/etc/apk/keys|trusted|/etc/ssl/certs/?$|cacerts`)

// SecretsIn says what a file of this name holds by convention, as in "a private
// key"; ok is false when it holds no secrets. Variables marks .env files, which
// programs also read for settings. Settings of npm are left out: a build that
// installs packages needs them.
func SecretsIn(name string) (what string, variables, ok bool) {
	form, ok := sensitiveFile(name, "")
	if !ok || form.settings && form.use == "" {
		return "", false, false
	}
	return form.what, form.settings, true
}

// sensitiveFile looks a source of COPY up, by its name and where it goes.
func sensitiveFile(name, to string) (sensitiveForm, bool) {
	name = strings.TrimSuffix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "*")
	if notSensitive.MatchString(path.Base(name)) || strings.HasSuffix(to, ".pub") || forTrust.MatchString(to) {
		return sensitiveForm{}, false
	}
	k := slices.IndexFunc(sensitiveForms, func(f sensitiveForm) bool { return f.pattern.MatchString(name) })
	if k < 0 {
		return sensitiveForm{}, false
	}
	return sensitiveForms[k], true
}
