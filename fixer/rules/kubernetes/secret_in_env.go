package kubernetes

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed secret_in_env.md
var secretInEnvDoc string

// SecretInEnv reports secrets in the environment of a manifest.
var SecretInEnv = &fixer.Rule{
	Name:      "kubernetes/secret-in-env",
	Title:     "secret in an environment variable or a command",
	Severity:  fixer.High,
	Kind:      fixer.Kubernetes,
	AsWritten: true,
	Phase:     fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.4.1"},
		{Source: fixer.NSA, ID: "secrets"},
		{Source: fixer.KubeLinter, ID: "env-var-secret"},
		{Source: fixer.Kubescape, ID: "C-0012"},
		{Source: fixer.Kubescape, ID: "C-0259"},
		{Source: fixer.Polaris, ID: "sensitiveContainerEnvVar"},
		{Source: fixer.KICSCommon, ID: "a88baa34-e2ad-44ea-ad6f-8cac87bc7c71", Title: "Passwords And Secrets"},
	},
	Doc: secretInEnvDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range everyContainer(p) {
			for i, v := range c.Node.Get("env").List() {
				name, value := v.Get("name").Text(), v.Get("value").Text()
				if s := secret.Find(name, value); s.What != "" {
					reportSecret(p, c, i, v, s)
				}
			}
			checkArguments(p, c)
		}
	},
}

func reportSecret(p *fixer.Pass, c kube.Container, i int, v *yamldoc.Node, s secret.Literal) {
	name, at := v.Get("name").Text(), v.Get("name")
	f := fixer.Finding{
		Path: c.FindingPath() + " env[" + name + "]", Start: at.KeyOrSelf().Start, End: at.End,
		Message:  fmt.Sprintf("%s of %s contains %s", name, c, s.What),
		Evidence: []fixer.Evidence{{Kind: fixer.FromManifest, Text: s.Evidence}},
	}
	if s.WellKnown {
		form := " is a well-known default password"
		if s.What == secret.InURL {
			form = " contains a well-known default password in a URL"
		}
		f.Message = fmt.Sprintf("%s of %s%s", name, c, form)
		f.Severity = fixer.Medium
	}
	f.Advice = fmt.Sprintf("Rotate this secret: it can be read from this file. Store the new value in a Secret outside this repository (ExternalSecret, SealedSecret, SOPS). "+
		"Replace value with valueFrom: {secretKeyRef: {name: SECRET, key: %s}}", name)
	if there, ok := outsideSecret(p, c.Workload, name); ok && !strings.Contains(v.Get("value").Text(), "$$") {
		f.Evidence = append(f.Evidence, there.evidence)
		f.Fixes = []fixer.Fix{referFix(c, i, name, there)}
	}
	p.Report(f)
}

// referCheck is how to see that the variable comes from the Secret.
func referCheck(c kube.Container, name string) string {
	if c.Role == kube.Init {
		return "kubectl get pod POD -o jsonpath='{.spec.initContainers[*].env}'\nshows a secretKeyRef for " + text.VisibleLine(name)
	}
	return execCheck(c, "printenv "+text.ShellWord(name), "prints the value of the Secret")
}

// referFix takes the variable from a Secret whose values are not in the
// repository.
func referFix(c kube.Container, i int, name string, from outside) fixer.Fix {
	at := c.Path.Join("env", i)
	return fixer.Fix{
		ID:     "refer",
		Title:  fmt.Sprintf("Set %s from the Secret %s", name, from.secret),
		Level:  fixer.Review,
		Breaks: "The Secret may have a different value. The value in this file stays in the git history: rotate it",
		Verify: referCheck(c, name),
		Edit: fixer.EditYAML(c.Workload.Doc,
			yamldoc.Remove(at.Join("value")),
			yamldoc.Set(at.Join("valueFrom"), yamldoc.Map{{Key: "secretKeyRef", Value: yamldoc.Map{{Key: "name", Value: from.secret}, {Key: "key", Value: name}}}})),
	}
}
