package kubernetes

import (
	"oakum/fixer"
)

// WindowsHostProcess wants no Windows containers that are processes of their
// node.
var WindowsHostProcess = &fixer.Rule{
	Name:     "kubernetes/windows-host-process",
	Title:    "is a process of its Windows node",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Pods and containers with windowsOptions.hostProcess set to true. There is no sound edit: such a container is made to
administer its node, and what it does there does not work in any other way.`,
		Why: `A HostProcess container runs as a process of the node, with the node's network and files, as LocalSystem if it asks for it.
Nothing contains it.`,
		Breaks: `Storage and network plug-ins, exporters and set-up scripts for Windows nodes are made as such containers and fail
without.`,
		Verify: `kubectl get pod POD -o jsonpath='{.spec.securityContext.windowsOptions}'   prints no hostProcess`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  os: {name: windows}
  hostNetwork: true
  securityContext:
    windowsOptions:
      hostProcess: true
      runAsUserName: 'NT AUTHORITY\SYSTEM'
  containers:
  - name: web
    image: example.org/web:1.4
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  os: {name: windows}
  securityContext:
    windowsOptions:
      runAsUserName: ContainerUser
  containers:
  - name: web
    image: example.org/web:1.4
`,
		References: []fixer.Reference{
			{Source: "Pod Security Standards", ID: "baseline: windowsHostProcess", URL: "https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			{Source: "CIS Kubernetes", ID: "5.2.11"},
			{Source: "Trivy", ID: "KSV-0103"},
			{Source: "Kubescape", ID: "C-0202"},
			{Source: "Polaris", ID: "hostProcess"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			w := o.Workload()
			if w == nil || w.Partial {
				continue
			}
			for _, s := range scopes(w) {
				set := s.context.Get("windowsOptions").Get("hostProcess")
				if !set.IsTrue() {
					continue
				}
				f := fixer.Finding{
					Message: s.who + " is a process of its Windows node, which nothing contains",
					Advice:  "if it does not administer the node, remove hostProcess and hostNetwork and run it as ContainerUser; if it does, give it a user with few rights (runAsUserName: NT AUTHORITY\\LOCAL SERVICE) and a namespace of its own",
				}
				if why, yes := nodeAgent(w); yes {
					f.Severity = fixer.Medium
					f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}}
				}
				reportScope(p, s, "hostProcess", set, f)
			}
		}
	},
}
