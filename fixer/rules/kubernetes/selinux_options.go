package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed selinux_options.md
var selinuxOptionsDoc string

// SELinuxOptions reports custom SELinux options.
var SELinuxOptions = &fixer.Rule{
	Name:     "kubernetes/selinux-options",
	Title:    "custom SELinux options",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.PodSecurityStandards, ID: "baseline: seLinuxOptions"},
		{Source: fixer.Trivy, ID: "KSV-0025"},
		{Source: fixer.Kubescape, ID: "C-0211"},
		{Source: fixer.Monokle, ID: "PSS108"},
	},
	Doc: selinuxOptionsDoc,
	Check: func(p *fixer.Pass) {
		for _, w := range workloads(p) {
			for _, s := range scopes(w) {
				checkSELinux(p, s)
			}
		}
	},
}

// containerTypes are those the Pod Security Standards allow since 1.31.
var containerTypes = []string{"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}

func checkSELinux(p *fixer.Pass, s scope) {
	options := s.context.Get("seLinuxOptions")
	var wrong []string
	for _, key := range []string{"user", "role", "type"} {
		value := options.Get(key).Text()
		if value != "" && (key != "type" || !slices.Contains(containerTypes, value)) {
			wrong = append(wrong, key+" "+value)
		}
	}
	if len(wrong) == 0 {
		return
	}
	f := fixer.Finding{
		Message: fmt.Sprintf("%s sets the SELinux %s", s.who, strings.Join(wrong, ", ")),
		Advice:  "Remove seLinuxOptions, then look for denials in the audit log of the node (ausearch -m avc). Allow what is needed with a volume label or a policy made with udica",
	}
	if options.Get("type").Text() == "spc_t" {
		f.Severity = fixer.High
		f.Message += ", which is not confined"
	}
	reportScope(p, s, "seLinuxOptions", options, f)
}
