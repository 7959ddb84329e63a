package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"oakum/fixer"
	"oakum/fixer/dockerfile"
	"oakum/fixer/secret"
)

// SecretInEnv wants secrets kept out of ENV and ARG.
var SecretInEnv = &fixer.Rule{
	Name:     "dockerfile/secret-in-env",
	Title:    "secret in ENV or ARG",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `ENV and ARG whose name says that they hold a secret (password, token, API key, private key) and whose value may be one, and
values in the form of a known token, of a private key, of a password in a URL, or of long random text, under any name. Every
stage counts, because the file itself tells the value. An ARG without a value is reported as medium: what a build passes in it
stays in the history of the image. Left alone are empty and placeholder values, switches, paths, and names that only look
like secrets (PASSWORD_FILE, TOKEN_EXPIRY, PUBLIC_KEY, GPG_KEY). Values are never shown. An ARG that only RUN steps read can
become a secret mount of these steps.`,
		Why: `ENV is stored in the image's configuration and handed to every process; ARG is stored in the image's history. Whoever can
pull the image can read both with docker history and docker inspect, and deleting them later changes nothing.`,
		Breaks: `What reads the variable has to get it in another way: a secret mount while building, a variable or a file given to the
container when it starts. A value that was in the file is known and has to be replaced where it is valid.`,
		Verify: `docker history --no-trunc IMAGE   and   docker inspect --format '{{.Config.Env}}' IMAGE   show no secret`,
		Bad: `FROM node:20
ARG NPM_TOKEN
RUN npm ci
`,
		Good: `FROM node:20
RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm ci
`,
		References: []fixer.Reference{
			{Source: "CIS Docker", ID: "4.10"},
			{Source: "BuildKit", ID: "SecretsUsedInArgOrEnv", URL: "https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/"},
			{Source: "hadolint", ID: "DL3064"},
			{Source: "Trivy", ID: "DS-0031"},
			{Source: "KICS", ID: "Passwords And Secrets"},
			{Source: "dockle", ID: "CIS-DI-0010"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, i := range p.File.Dockerfile.MetaArgs {
			checkSecrets(p, i, i)
		}
		each(p.File.Dockerfile, func(_ *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword == "ENV" || i.Keyword == "ARG" {
				checkSecrets(p, i, at)
			}
		})
	},
}

func checkSecrets(p *fixer.Pass, i, at *dockerfile.Instruction) {
	for _, pair := range i.Pairs {
		f := fixer.Finding{
			Path:  place(p.File.Dockerfile, at) + " " + pair.Key,
			Start: pair.KeyWord.Start, End: pair.KeyWord.End,
		}
		value := strings.TrimSpace(pair.Value)
		line := p.File.Path + ":" + strconv.Itoa(pair.KeyWord.Line)
		form := secretForm(pair.Key, value)
		switch named := secret.Named(pair.Key); {
		case form != "":
			f.Message = fmt.Sprintf("%s %s holds %s", i.Keyword, pair.Key, form)
			f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: line, Text: secret.ByForm(form, value).Evidence}}
		case !named:
			continue
		case i.Keyword == "ARG" && value == "":
			f.Severity = fixer.Medium
			f.Message = fmt.Sprintf("ARG %s takes a secret, which stays in the history of the image", pair.Key)
		case harmlessValue(pair.Key, value):
			continue
		case strings.Contains(value, "$"):
			f.Message = fmt.Sprintf("%s %s writes a secret that the build is given into the image", i.Keyword, pair.Key)
			if i.Keyword == "ARG" {
				continue // the ARG or ENV that it copies is reported
			}
		default:
			f.Message = fmt.Sprintf("%s %s holds a secret in plain text", i.Keyword, pair.Key)
			f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: line, Text: secret.ByName(value).Evidence}}
		}
		f.Advice = secretAdvice(i, pair.Key, value)
		if i.Keyword == "ARG" && at == i && secret.Named(pair.Key) {
			switch fix, why := mountFix(p, i, pair); {
			case why == "":
				f.Fixes = []fixer.Fix{fix}
			default:
				f.Advice += "; it is not done here because " + why
			}
		}
		report(p, at, f)
	}
}

// secretAdvice says where the secret can come from instead, and that a value
// which was written down is no secret any more.
func secretAdvice(i *dockerfile.Instruction, key, value string) string {
	mount := fmt.Sprintf("RUN --mount=type=secret,id=%s,env=%s before the command, with docker build --secret id=%s", key, key, key)
	rotate := "; replace the value where it is valid, because the file and every image built from it tell it"
	if value == "" || strings.Contains(value, "$") {
		rotate = ""
	}
	if i.Keyword == "ARG" {
		return "give it to the one step that needs it: " + mount + rotate
	}
	return "give it to the container when it starts (a Compose or Kubernetes secret), or, if only the build needs it, write " + mount + rotate
}
