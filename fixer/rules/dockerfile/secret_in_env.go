package dockerfile

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed secret_in_env.md
var secretInEnvDoc string

// SecretInEnv reports secrets in ENV and ARG.
var SecretInEnv = &fixer.Rule{
	Name:     "dockerfile/secret-in-env",
	Title:    "secret in ENV or ARG",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.10"},
		{Source: fixer.BuildKit, ID: "SecretsUsedInArgOrEnv"},
		{Source: fixer.Hadolint, ID: "DL3064"},
		{Source: fixer.Trivy, ID: "DS-0031"},
		{Source: fixer.KICSCommon, ID: "a88baa34-e2ad-44ea-ad6f-8cac87bc7c71", Title: "Passwords And Secrets"},
		{Source: fixer.Dockle, ID: "CIS-DI-0010"},
	},
	Doc: secretInEnvDoc,
	Check: func(p *fixer.Pass) {
		for _, i := range p.File.Dockerfile.MetaArgs {
			checkSecrets(p, i, i)
		}
		build.Each(p.File.Dockerfile, func(_ *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword == "ENV" || i.Keyword == "ARG" {
				checkSecrets(p, i, at)
			}
		})
	},
}

func checkSecrets(p *fixer.Pass, i, at *dockerfile.Instruction) {
	for _, pair := range i.Pairs {
		f := fixer.Finding{
			Path:  variablePlace(p.File.Dockerfile, at, pair.Key),
			Start: pair.KeyWord.Start, End: pair.KeyWord.End,
		}
		value := strings.TrimSpace(pair.Value)
		line := p.File.Path + ":" + strconv.Itoa(pair.KeyWord.Line)
		form := secretForm(pair.Key, value)
		switch named := secret.Named(pair.Key); {
		case form != "":
			f.Message = fmt.Sprintf("%s %s contains %s", i.Keyword, pair.Key, form)
			f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: line, Text: secret.ByForm(form, value).Evidence}}
		case !named:
			continue
		case i.Keyword == "ARG" && value == "":
			f.Severity = fixer.Medium
			f.Message = fmt.Sprintf("ARG %s passes a secret to the build, which stays in the image history", pair.Key)
		case harmlessValue(pair.Key, value):
			continue
		case strings.Contains(value, "$"):
			f.Message = fmt.Sprintf("%s %s writes a build secret into the image", i.Keyword, pair.Key)
			if i.Keyword == "ARG" || !declares(p.File.Dockerfile, value) {
				continue // the ARG or ENV that it copies is reported; of none, nothing is copied
			}
		default:
			f.Message = fmt.Sprintf("%s %s contains a secret in plain text", i.Keyword, pair.Key)
			f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: line, Text: secret.ByName(value).Evidence}}
		}
		f.Advice = secretAdvice(i, pair.Key, value)
		if i.Keyword == "ARG" && at == i && secret.Named(pair.Key) {
			switch fix, why := mountFix(p, i, pair); {
			case why == "":
				f.Fixes = []fixer.Fix{fix}
			default:
				f.Advice += ". Not fixed automatically: " + why
			}
		}
		report(p, at, f)
	}
}

// declares reports whether an ARG or ENV of the file gives one of the variables in a text a
// value. One that nothing declares is empty in a build, whatever the build is called with.
func declares(f *dockerfile.File, value string) bool {
	for _, m := range usedVariable().FindAllStringSubmatch(value, -1) {
		found := slices.ContainsFunc(f.Instructions, func(i *dockerfile.Instruction) bool {
			i = cmp.Or(i.Trigger, i)
			return (i.Keyword == "ARG" || i.Keyword == "ENV") && slices.ContainsFunc(i.Pairs, func(o dockerfile.Pair) bool { return o.Key == m[1] && o.Value != value })
		})
		if found || m[2] != "" {
			return true
		}
	}
	return false
}

// usedVariable matches a variable, and what stands in for it where it is not set.
var usedVariable = text.Regexp(`\$\{?([A-Za-z_][A-Za-z0-9_]*)(:?[-+?][^}]+)?`)

// secretAdvice says where the secret can come from instead, and that a value
// which was written down is no secret any more.
func secretAdvice(i *dockerfile.Instruction, key, value string) string {
	mount := fmt.Sprintf("`RUN --mount=type=secret,id=%s,env=%s` and `docker build --secret id=%s`", key, key, key)
	rotate := ". Rotate the secret: it can be read from this file and from every image built from it"
	if value == "" || strings.Contains(value, "$") {
		rotate = ""
	}
	if i.Keyword == "ARG" {
		return "Pass the secret only to the step that needs it, with " + mount + rotate
	}
	return "Pass the secret to the container at start, as a Compose or Kubernetes secret. If only the build needs the secret, use " + mount + rotate
}
