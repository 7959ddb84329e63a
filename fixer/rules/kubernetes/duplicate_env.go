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
	Title:     "variable set twice",
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
					Message:  fmt.Sprintf("%s sets %s more than once, and only the last time counts", c, name),
					Evidence: []fixer.Evidence{{Kind: fixer.FromManifest, Text: fmt.Sprintf("line %d sets it first", first[name].Line)}},
					Advice:   "keep the entry that is meant, and take the others out: the program gets the last one now",
				})
			}
		}
	},
}
