package kubernetes

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed rbac_wildcard.md
var rbacWildcardDoc string

// RBACWildcard reports wildcards in roles.
var RBACWildcard = &fixer.Rule{
	Name:     "kubernetes/rbac-wildcard",
	Title:    "wildcard permissions",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.1.3"},
		{Source: fixer.Trivy, ID: "KSV-0044"},
		{Source: fixer.Trivy, ID: "KSV-0045"},
		{Source: fixer.Trivy, ID: "KSV-0046"},
		{Source: fixer.Trivy, ID: "KSV-0112"},
		{Source: fixer.Checkov, ID: "CKV_K8S_49"},
		{Source: fixer.KubeLinter, ID: "wildcard-in-rules"},
		{Source: fixer.Kubescape, ID: "C-0187"},
		{Source: fixer.KICSKubernetes, ID: "6b896afb-ca07-467a-b256-1a0077a1c08e", Title: "RBAC Wildcard In Rule"},
	},
	Doc: rbacWildcardDoc,
	Check: func(p *fixer.Pass) {
		for _, role := range rbacRoles(p) {
			var worst rbacStar
			for _, rule := range role.rules {
				if s := rule.star(); s.severity > worst.severity {
					worst = s
				}
			}
			if worst.severity == 0 || worst.verbs && role.controller != "" {
				continue
			}
			f := fixer.Finding{
				Severity: role.severity(worst.severity),
				Message:  fmt.Sprintf("%s can %s, %s", role.ID(), worst.may, role.reach),
				Evidence: role.evidence(),
				Advice:   worst.advice,
			}
			if worst.severity == fixer.Critical && role.reach == openReach {
				f.Severity = min(f.Severity, fixer.High) // nothing here says that anybody has it
			}
			reportObject(p, role.Object, worst.rule.node, f)
		}
	},
}

// An rbacStar is what a wildcard in a rule comes to.
type rbacStar struct {
	rule     rbacRule
	severity fixer.Severity
	may      string // continues "ClusterRole/x can "
	advice   string
	verbs    bool // the wildcard stands for verbs only, of resources that are named
}

const spellOut = "List the permissions needed, as in apiGroups: [apps], resources: [deployments], verbs: [get, list, watch]. The audit log of the API server shows which are used"

func (r rbacRule) star() rbacStar {
	groups := builtinGroups(r.groups)
	core := slices.Contains(groups, "") || slices.Contains(groups, "*")
	allResources, allVerbs := slices.Contains(r.resources, "*"), slices.Contains(r.verbs, "*")
	s := rbacStar{rule: r, advice: spellOut}
	switch {
	case len(r.urls) > 0:
		if slices.Contains(r.urls, "*") {
			s.severity, s.may = fixer.Medium, "access every non-resource URL, such as /logs and /debug"
			s.advice = "List the paths: nonResourceURLs: [/metrics], verbs: [get]"
		}
	case len(groups) == 0:
	case allResources && allVerbs && core:
		s.severity, s.may = fixer.Critical, "use every verb on every resource"
		if !slices.Contains(groups, "*") {
			s.severity, s.may = fixer.High, "use every verb on all resources of the core API group, including pods and Secrets"
		}
	case allResources && core && reads(r):
		s.severity, s.may = fixer.High, "read every resource, including Secrets"
		if writes := r.writing(); writes != "" {
			s.may += ", and " + writes + " them"
		}
	case allResources && core:
		s.severity, s.may = fixer.High, r.writing()+" every resource"
	case allResources && allVerbs && slices.Contains(groups, rbacGroup):
		s.severity, s.may = fixer.High, "create and bind any role, with the verbs escalate and bind"
	case allResources && allVerbs:
		s.severity, s.may = fixer.Medium, "use every verb on all resources of "+listed(groups)
	case allResources:
		s.severity, s.may = fixer.Low, listed(r.verbs)+" all resources of "+listed(groups)
	case allVerbs && len(r.names) == 0:
		s.severity, s.may, s.verbs = fixer.Low, "use every verb on "+listed(r.resources), true
		s.advice = "List the verbs, as in verbs: [get, list, watch, create, update, patch, delete]. deletecollection, escalate, bind and impersonate are rarely needed"
	}
	return s
}

func reads(r rbacRule) bool {
	return slices.ContainsFunc(r.verbs, func(v string) bool { return v == "get" || v == "list" || v == "watch" || v == "*" })
}

// writing returns the rule's verbs that are not for reading, in words.
func (r rbacRule) writing() string {
	var out []string
	for _, v := range r.verbs {
		if v != "get" && v != "list" && v != "watch" {
			out = append(out, v)
		}
	}
	return listed(out)
}

// builtinGroups returns those of the groups that Kubernetes itself defines,
// and the wildcard.
func builtinGroups(groups []string) []string {
	var out []string
	for _, g := range groups {
		if g == "*" || kubernetesGroups[g] {
			out = append(out, g)
		}
	}
	return out
}

// kubernetesGroups are the API groups of Kubernetes 1.36 and of releases
// before it. Names that end in k8s.io are not enough to tell: add-ons use them.
var kubernetesGroups = map[string]bool{
	"": true, "apps": true, "autoscaling": true, "batch": true, "extensions": true, "policy": true,
	"admissionregistration.k8s.io": true, "apiextensions.k8s.io": true, "apiregistration.k8s.io": true,
	"authentication.k8s.io": true, "authorization.k8s.io": true, "certificates.k8s.io": true,
	"coordination.k8s.io": true, "discovery.k8s.io": true, "events.k8s.io": true,
	"flowcontrol.apiserver.k8s.io": true, "internal.apiserver.k8s.io": true, "networking.k8s.io": true,
	"node.k8s.io": true, rbacGroup: true, "resource.k8s.io": true, "scheduling.k8s.io": true,
	"storage.k8s.io": true, "storagemigration.k8s.io": true,
}
