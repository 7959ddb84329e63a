package kubernetes

import (
	"fmt"
	"regexp"
	"sync"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

// SSHServer wants no logins into containers.
var SSHServer = &fixer.Rule{
	Name:     "kubernetes/ssh-server",
	Title:    "serves SSH",
	Severity: fixer.Low,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Containers that offer port 22. Left alone are images that serve SSH to the outside by what they are, by their name: Git
servers, SFTP servers and bastions.`,
		Why: `An SSH server lets people into a container past the roles of Kubernetes and past the audit log of the API server. It comes
with accounts, passwords or keys of its own in the image, and mostly has to run as root.`,
		Breaks: `People who log in need kubectl exec, or kubectl debug for an image without a shell, and the rights for it.`,
		Verify: `kubectl get pod POD -o jsonpath='{.spec.containers[*].ports}'   shows no port 22`,
		Bad: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    ports:
    - containerPort: 22
    - containerPort: 8080
`,
		Good: `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: example.org/web:1.4
    ports:
    - containerPort: 8080
`,
		References: []fixer.Reference{
			{Source: "kube-linter", ID: "ssh-port"},
			{Source: "Kubescape", ID: "C-0042"},
			{Source: "NSA/CISA", ID: "Kubernetes Hardening Guidance, building secure container images"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, c := range everyContainer(p) {
			if port := sshPort(c); port != nil && !servesSSH().MatchString(c.Image) {
				p.Report(fixer.Finding{
					Path: c.FindingPath(), Start: port.KeyOrSelf().Start, End: port.End,
					Message: fmt.Sprintf("%s offers port 22, where an SSH server lets people in past the API server", c),
					Advice:  "take the SSH server out of the image and the port out of the manifest, and give who needs it pods/exec for a while, in a Role of the one namespace",
				})
			}
		}
	},
}

func sshPort(c kube.Container) *yamldoc.Node {
	for _, entry := range c.Node.Get("ports").List() {
		port := entry.Get("containerPort")
		if n, ok := port.Int(); ok && n == 22 && entry.Get("protocol").Text() != "UDP" {
			return port
		}
	}
	return nil
}

// servesSSH matches images that are there to serve SSH.
var servesSSH = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[-_./])(git[a-z]*|gogs|forgejo|phabricator|soft-serve|gerrit|sftp[a-z]*|bastion|jump[a-z]*|teleport|sshpiper[a-z]*|sish)([-_./:@]|$)`)
})
