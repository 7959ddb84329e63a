package kubernetes

import "oakum/fixer"

// RBACCreatePods wants no role that starts pods in every namespace.
var RBACCreatePods = &fixer.Rule{
	Name:     "kubernetes/rbac-create-pods",
	Title:    "can start pods anywhere",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `ClusterRoles that allow to create pods or the workloads that make them, or to create persistent volumes. One finding
per role, and a lower severity for one that looks like a controller's. Left alone: Roles and ClusterRoles that are only bound
inside a namespace in their file (deploying there is what they are for), rights limited by resourceNames, and rights through a
star (kubernetes/rbac-wildcard).`,
		Why: `A pod may use any service account and mount any secret of its namespace, and where no Pod Security level is enforced, the
files of its node. A persistent volume may be a folder of a node.`,
		Breaks: `Operators and deployment tools make workloads on purpose. Bound by a RoleBinding in each namespace they serve, they
keep working there and nowhere else.`,
		Verify: `kubectl auth can-i create pods -n kube-system --as=system:serviceaccount:NAMESPACE:NAME   prints no`,
		Bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, create, update]
`,
		Good: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: deployer
  namespace: shop
rules:
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, create, update]
`,
		References: []fixer.Reference{
			{Source: "CIS Kubernetes", ID: "5.1.4, 5.1.9"},
			{Source: "Trivy", ID: "KSV-0048"},
			{Source: "kube-linter", ID: "access-to-create-pods"},
			{Source: "Kubescape", ID: "C-0188, C-0278"},
			{Source: "KICS", ID: "Permissive Access to Create Pods"},
			{Source: "Kubernetes", ID: "RBAC good practices: workload creation", URL: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"},
		},
	},
	Check: func(p *fixer.Pass) { reportGrants(p, creations) },
}

// creations speak of the verb create alone. Who may change a Deployment can
// make it run anything too, but that right is too common in controllers that
// only scale or annotate to be worth a word.
var creations = []rbacGrant{
	{
		groups:    []string{"", "apps", "batch"},
		resources: []string{"pods", "replicationcontrollers", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"},
		verbs:     []string{"create"}, severity: fixer.Medium, clusterOnly: true,
		may:    "start pods",
		advice: "make it a Role, or bind it by a RoleBinding in each namespace it serves, and enforce a Pod Security level there",
	},
	{
		groups: []string{""}, resources: []string{"persistentvolumes"}, verbs: []string{"create"}, severity: fixer.Medium, clusterOnly: true,
		may:    "make volumes of any kind (persistentvolumes)",
		advice: "let a StorageClass make volumes, and ask for them by PersistentVolumeClaims",
	},
}
