package kubernetes

import (
	_ "embed"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed rbac_anonymous.md
var rbacAnonymousDoc string

// RBACAnonymous reports bindings to everybody.
var RBACAnonymous = &fixer.Rule{
	Name:     "kubernetes/rbac-anonymous",
	Title:    "permissions for unauthenticated users",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISKubernetes, ID: "5.1.7"},
		{Source: fixer.Trivy, ID: "KSV-0122"},
		{Source: fixer.Trivy, ID: "KSV-0123"},
		{Source: fixer.Trivy, ID: "KSV-01011"},
		{Source: fixer.Kubescape, ID: "C-0246"},
		{Source: fixer.Kubescape, ID: "C-0262"},
		{Source: fixer.Kubesec, ID: "BindingsToSystemAnonymous"},
	},
	Doc: rbacAnonymousDoc,
	Check: func(p *fixer.Pass) {
		for _, b := range rbacBindings(p) {
			checkEverybody(p, b)
		}
	},
}

// everybody says who is meant by the subjects the rule speaks of, and what to
// do about them. Those with remove may be taken out: nobody who is known by
// name loses anything.
var everybody = map[string]struct {
	who    string
	remove bool
	advice string
}{
	"system:anonymous":       {who: "unauthenticated users", remove: true},
	"system:unauthenticated": {who: "unauthenticated users", remove: true},
	"system:authenticated":   {who: "all authenticated users, including every pod", advice: "Set the subjects to those that need the role: a Group of your identity provider, or a ServiceAccount with name and namespace"},
	"system:serviceaccounts": {who: "all service accounts of the cluster", advice: "Set the subjects to the service accounts that need the role: kind: ServiceAccount, with name and namespace"},
	"system:masters":         {who: "the group system:masters, which RBAC cannot restrict", advice: "Bind a group of your identity provider instead, and keep the certificate of system:masters for emergencies"},
}

// systemRoles are bound to everybody by Kubernetes itself.
var systemRoles = []string{"system:discovery", "system:basic-user", "system:public-info-viewer", "system:service-account-issuer-discovery"}

func checkEverybody(p *fixer.Pass, b rbacBinding) {
	if slices.Contains(systemRoles, b.role.name) || b.isDefault() {
		return
	}
	var who, advice []string
	var at *yamldoc.Node
	var remove []int
	all := true
	for i, s := range b.subjects {
		e, broad := everybody[s.name]
		if !broad || s.kind != "User" && s.kind != "Group" {
			continue
		}
		if at == nil {
			at = s.node
		}
		if !slices.Contains(who, e.who) {
			who = append(who, e.who)
		}
		if e.remove {
			remove = append(remove, i)
			continue
		}
		all = false
		advice = append(advice, e.advice)
	}
	if at == nil {
		return
	}
	f := fixer.Finding{
		Message:  b.ID() + " grants the role " + b.role.name + " to " + listed(who),
		Evidence: []fixer.Evidence{{Kind: fixer.FromManifest, Text: b.told()}},
		Advice:   text.Sentences(advice...),
	}
	switch {
	case b.Kind == "RoleBinding":
		f.Severity = fixer.Medium
	case len(remove) > 0 && b.role.name != "view":
		f.Severity = fixer.Critical
	}
	if all && b.Node.Get("subjects").Len() == len(b.subjects) {
		f.Fixes = []fixer.Fix{withoutSubjects(b, remove)}
	}
	reportObject(p, b.Object, at, f)
}

// withoutSubjects takes subjects out of a binding. A binding without subjects
// gives nothing to anybody; whether it should go is for its owner to say.
func withoutSubjects(b rbacBinding, indices []int) fixer.Fix {
	return fixer.Fix{
		ID:     "remove-subject",
		Title:  "Remove the unauthenticated subjects from the binding",
		Level:  fixer.Review,
		Breaks: "Clients that call the API server without credentials, such as external health checks, are refused",
		Verify: "kubectl auth can-i --list --as=system:anonymous\nlists only health and version paths",
		Edit: func(d *fixer.Draft) error {
			for _, i := range slices.Backward(indices) {
				d.YAML(b.Doc, yamldoc.Remove(b.Path.Join("subjects", i)))
			}
			return nil
		},
	}
}
