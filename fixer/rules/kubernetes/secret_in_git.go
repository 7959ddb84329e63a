package kubernetes

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed secret_in_git.md
var secretInGitDoc string

// SecretInGit reports Secrets with their values in the repository, and secrets among the values
// that objects give to Helm charts.
var SecretInGit = &fixer.Rule{
	Name:      "kubernetes/secret-in-git",
	Title:     "Secret values in the repository",
	Severity:  fixer.Medium,
	Kind:      fixer.Kubernetes,
	AsWritten: true,
	Phase:     fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.4.2"},
		{Source: fixer.NSA, ID: "secrets"},
		{Source: fixer.KICSKubernetes, ID: "b9c83569-459b-4110-8f79-6305aa33cb37", Title: "Using Kubernetes Native Secret Management"},
		{Source: fixer.OWASPKubernetes, ID: "K08", Title: "Secrets Management Failures"},
	},
	Doc: secretInGitDoc,
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			if o.Kind == "Secret" && o.Group() == "" && o.Node.Get("sops").Null() {
				checkSecretObject(p, o)
			}
			checkChartValues(p, o)
		}
	},
}

func checkSecretObject(p *fixer.Pass, o *kube.Object) {
	var keys []string
	var first *yamldoc.Node
	weak := true
	for _, values := range []string{"data", "stringData"} {
		for key, node := range o.Node.Get(values).All() {
			value, ok := node.Str()
			if values == "data" && !secret.Reference(value) {
				value = decoded(value)
			}
			if value = strings.TrimSpace(value); !ok || value == "" || !tellsSecret(key, value) {
				continue
			}
			weak = weak && (secret.IsWellKnown(key, value) || !secret.Named(key) && len(value) < 16)
			if keys = append(keys, key); first == nil {
				first = node
			}
		}
	}
	if first == nil {
		return
	}
	slices.Sort(keys)
	f := fixer.Finding{
		Path: o.ID(), Start: first.KeyOrSelf().Start, End: first.KeyOrSelf().End,
		Message: fmt.Sprintf("%s has its values in the repository: %s", o.ID(), text.Some(keys)),
		Advice: "Rotate these secrets: they can be read from this file and from the git history. Create the Secret with the External Secrets operator, " +
			"or encrypt the file with SOPS or Sealed Secrets",
	}
	if weak {
		f.Severity = fixer.Low
	}
	p.Report(f)
}

// tellsSecret reports whether a value of a Secret gives something away.
// Names of users and hosts are in Secrets too, beside what is secret: they
// count only when the value looks like a key.
func tellsSecret(key, value string) bool {
	switch {
	case secret.Reference(value) || secret.Placeholder(value):
		return false
	case len(secret.Forms(value)) > 0 || len(secret.URLPasswords(value)) > 0:
		return true
	case strings.Contains(value, "-----BEGIN CERTIFICATE-----"), strings.Contains(value, "-----BEGIN PUBLIC KEY-----"):
		return false
	case secret.Named(key):
		return !secret.Harmless(key, value)
	}
	return secret.LooksLikeKey(value) || strings.HasPrefix(key, ".docker") || strings.Contains(value, "\n") && len(secret.Settings(value)) > 0
}

// decoded returns the text that a value of a Secret's data stands for, and the
// value itself where it is no base64.
func decoded(value string) string {
	plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
	if err != nil {
		return value
	}
	return string(plain)
}
