package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed duplicate_env.md
var duplicateEnvDoc string

// DuplicateEnv reports environment variables set twice.
var DuplicateEnv = &fixer.Rule{
	Name:      "kubernetes/duplicate-env",
	Title:     "duplicate environment variable",
	Severity:  fixer.Low,
	Kind:      fixer.Kubernetes,
	AsWritten: true,
	Phase:     fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.KubeLinter, ID: "duplicate-env-var"},
		{Source: fixer.Kubescape, ID: "C-0295"},
		{Source: fixer.KubeScore, ID: "environment-variable-key-duplication"},
	},
	Doc: duplicateEnvDoc,
	Check: func(p *fixer.Pass) {
		for _, c := range everyContainer(p) {
			first, said := map[string]*yamldoc.Node{}, map[string]bool{}
			for _, v := range c.Node.Get("env").List() {
				at := v.Get("name")
				name := at.Text()
				if first[name] == nil {
					first[name] = v
					continue
				}
				if name == "" || said[name] {
					continue
				}
				said[name] = true
				p.Report(fixer.Finding{
					Path: c.FindingPath() + " env[" + name + "]", Start: at.KeyOrSelf().Start, End: at.End,
					Message:  fmt.Sprintf("%s sets %s more than once; only the last value is used", c.Subject(), name),
					Evidence: []fixer.Evidence{{Kind: fixer.FromManifest, Text: fmt.Sprintf("Line %d sets the first value", first[name].Line)}},
					Advice:   "Keep the intended entry and remove the others. The application gets the value of the last one now",
				})
			}
		}
	},
}
