package kubernetes

import (
	"fmt"

	"oakum/fixer"
	"oakum/fixer/yamldoc"
)

// DuplicateEnv wants each variable of a container set once.
var DuplicateEnv = &fixer.Rule{
	Name:     "kubernetes/duplicate-env",
	Title:    "variable set twice",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Names that stand more than once in the env of a container. The last one counts, which may not be the one that was meant, so
nothing is taken out by itself. Left alone is what env sets over envFrom, which is a way to override it.`,
		Why: `Who reads or reviews the first entry believes in a value that the program never gets: a switch that seems on, a password
that seems replaced. kubectl apply takes entries by their name, and may drop the wrong one of two.`,
		Breaks: `Where other entries refer to the variable by $(NAME), those between the two get the value of the first.`,
		Verify: `kubectl exec POD -- env   shows the value that is meant`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    env:
    - {name: TLS, value: "on"}
    - {name: TLS, value: "off"}
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    env:
    - {name: TLS, value: "on"}
`,
		References: []fixer.Reference{
			{Source: "kube-linter", ID: "duplicate-env-var"},
			{Source: "Kubescape", ID: "C-0295"},
			{Source: "kube-score", ID: "environment-variable-key-duplication"},
		},
	},
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
