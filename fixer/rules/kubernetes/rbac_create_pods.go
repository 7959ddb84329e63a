package kubernetes

import (
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed rbac_create_pods.md
var rbacCreatePodsDoc string

// RBACCreatePods reports cluster-wide permission to create pods.
var RBACCreatePods = &fixer.Rule{
	Name:     "kubernetes/rbac-create-pods",
	Title:    "cluster-wide permission to create pods",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.1.4"},
		{Source: fixer.CISKubernetes, ID: "5.1.9"},
		{Source: fixer.Trivy, ID: "KSV-0048"},
		{Source: fixer.KubeLinter, ID: "access-to-create-pods"},
		{Source: fixer.Kubescape, ID: "C-0188"},
		{Source: fixer.Kubescape, ID: "C-0278"},
		{Source: fixer.KICSKubernetes, ID: "592ad21d-ad9b-46c6-8d2d-fad09d62a942", Title: "Permissive Access to Create Pods"},
		{Source: fixer.KubernetesDocs, ID: "RBAC good practices: workload creation", Link: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"},
	},
	Doc:   rbacCreatePodsDoc,
	Check: func(p *fixer.Pass) { reportGrants(p, creations) },
}

// creations speak of the verb create alone. Who may change a Deployment can
// make it run anything too, but that permission is too common in controllers that
// only scale or annotate to be worth a word.
var creations = []rbacGrant{
	{
		groups:    []string{"", "apps", "batch"},
		resources: []string{"pods", "replicationcontrollers", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"},
		verbs:     []string{"create"}, severity: fixer.Medium, clusterOnly: true,
		may:    "create pods",
		advice: "Use a Role, or a RoleBinding in each namespace that needs the permission, and enforce a Pod Security level there",
	},
	{
		groups: []string{""}, resources: []string{"persistentvolumes"}, verbs: []string{"create"}, severity: fixer.Medium, clusterOnly: true,
		may:    "create volumes of any type (persistentvolumes)",
		advice: "Let a StorageClass provision volumes, and request them with PersistentVolumeClaims",
	},
}
