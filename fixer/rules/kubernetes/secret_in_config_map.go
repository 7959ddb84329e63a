package kubernetes

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed secret_in_config_map.md
var secretInConfigMapDoc string

// SecretInConfigMap reports secrets in ConfigMaps.
var SecretInConfigMap = &fixer.Rule{
	Name:      "kubernetes/secret-in-config-map",
	Title:     "secret in a ConfigMap",
	Severity:  fixer.High,
	Kind:      fixer.Kubernetes,
	AsWritten: true,
	Phase:     fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.NSA, ID: "secrets"},
		{Source: fixer.Trivy, ID: "KSV-0109"},
		{Source: fixer.Trivy, ID: "KSV-01010"},
		{Source: fixer.Kubescape, ID: "C-0012"},
		{Source: fixer.Polaris, ID: "sensitiveConfigmapContent"},
	},
	Doc: secretInConfigMapDoc,
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			if o.Kind == "ConfigMap" && o.Group() == "" {
				checkConfigMap(p, o)
			}
		}
	},
}

func checkConfigMap(p *fixer.Pass, o *kube.Object) {
	var held []string
	var first *yamldoc.Node
	guessed := true
	for key, node := range o.Node.Get("data").All() {
		value, ok := node.Str()
		if !ok {
			continue
		}
		found, weak := secretsIn(key, value)
		if len(found) == 0 {
			continue
		}
		held, guessed = append(held, found...), guessed && weak
		if first == nil {
			first = node
		}
	}
	if first == nil {
		return
	}
	slices.Sort(held)
	f := fixer.Finding{
		Path: o.ID(), Start: first.KeyOrSelf().Start, End: first.KeyOrSelf().End,
		Message: fmt.Sprintf("%s contains values that belong in a Secret: %s", o.ID(), text.Some(slices.Compact(held))),
		Advice: "Move the values to a Secret outside this repository (ExternalSecret, SealedSecret, SOPS) and refer to it with secretRef, secretKeyRef or a volume. " +
			"Rotate the secrets: they can be read from this file",
	}
	if guessed {
		f.Severity = fixer.Medium
	}
	p.Report(f)
}

// secretsIn names what is secret in a value of a ConfigMap: its key, or what
// the lines of a file set, whose own name says nothing. weak says that all of it
// are well-known defaults.
func secretsIn(key, value string) (names []string, weak bool) {
	value = strings.TrimSpace(value)
	if !strings.Contains(value, "\n") {
		if s := secret.Find(key, value); s.What != "" {
			return []string{key}, s.WellKnown
		}
		if path.Ext(key) == "" && !strings.HasPrefix(value, "{") {
			return nil, false
		}
	}
	for _, what := range secret.Forms(value) {
		names = append(names, fmt.Sprintf("%s in %s", what, key))
	}
	for _, name := range secret.Settings(value) {
		names = append(names, fmt.Sprintf("%s in %s", name, key))
	}
	return names, false
}
