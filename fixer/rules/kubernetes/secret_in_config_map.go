package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/secret"
	"oakum/fixer/yamldoc"
)

// SecretInConfigMap wants ConfigMaps without secrets.
var SecretInConfigMap = &fixer.Rule{
	Name:     "kubernetes/secret-in-config-map",
	Title:    "secret in a ConfigMap",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Keys of ConfigMaps whose name says that they hold a secret and whose value may be one; values in the form of a known token, a
private key or a password in a URL; and lines of files kept in a ConfigMap that set such a name (NAME=VALUE, NAME: VALUE). One
finding per ConfigMap; medium where every value is one that anybody guesses. Left alone are references, placeholders, switches,
paths, names that only tell something about a secret, comments and expressions in files, and ConfigMaps above 64 KB. Values are
never shown.`,
		Why: `ConfigMaps are made to be read: the roles view and edit show them to everybody, they are not encrypted where the cluster keeps
them, and tools print them. Access to a Secret can be restricted, audited and encrypted.`,
		Breaks: `Pods have to take the moved keys from the Secret: secretRef beside configMapRef, secretKeyRef in place of configMapKeyRef,
or a volume of the Secret where the file is mounted. The values have been readable and have to be replaced where they are valid.`,
		Verify: `kubectl get configmap NAME -o yaml   shows no secret, and the program still gets it`,
		Bad: `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  DB_HOST: db
  DB_PASSWORD: aHunterNamed2
`,
		Good: `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  DB_HOST: db
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: web
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {name: web}
  data:
  - secretKey: DB_PASSWORD
    remoteRef: {key: shop/web, property: password}
`,
		References: []fixer.Reference{
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, secrets"},
			{Source: "Trivy", ID: "KSV-0109, KSV-01010"},
			{Source: "Kubescape", ID: "C-0012"},
			{Source: "Polaris", ID: "sensitiveConfigmapContent"},
		},
	},
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
		Message: fmt.Sprintf("%s holds what belongs in a Secret: %s", o.ID(), some(slices.Compact(held))),
		Advice: "take them from a Secret that is not in this repository (an ExternalSecret, a SealedSecret, SOPS), by secretRef, secretKeyRef or a volume, " +
			"and replace the values where they are valid",
	}
	if guessed {
		f.Severity = fixer.Medium
	}
	p.Report(f)
}

// secretsIn names what is secret in a value of a ConfigMap: its key, or what
// the lines of a file set, whose own name says nothing. weak says that anybody
// guesses all of it.
func secretsIn(key, value string) (names []string, weak bool) {
	value = strings.TrimSpace(value)
	if !strings.Contains(value, "\n") {
		if s := secret.Find(key, value); s.What != "" {
			return []string{key}, s.Guessed
		}
		return nil, false
	}
	for _, what := range secret.Forms(value) {
		names = append(names, fmt.Sprintf("%s in %s", what, key))
	}
	for _, name := range secret.Settings(value) {
		names = append(names, fmt.Sprintf("%s in %s", name, key))
	}
	return names, false
}
