package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/kube"
	"oakum/fixer/yamldoc"
)

const rbacGroup = "rbac.authorization.k8s.io"

// Bounds on what is read of one role or binding. An API server takes objects
// of 1.5 MB; a file of aliases could claim to hold far more.
const (
	maxRBACRules = 1000
	maxRBACWords = 1000
)

// An rbacRole is a Role or ClusterRole with the bindings of it that stand in
// the same file. Bindings in other files are not seen, and are never taken for
// absent: a role without one may be bound anywhere.
type rbacRole struct {
	*kube.Object
	rules    []rbacRule
	bindings []rbacBinding
}

// An rbacRule is one entry of a role's rules.
type rbacRule struct {
	node                                  *yamldoc.Node
	verbs, groups, resources, names, urls []string
}

// An rbacBinding is a RoleBinding or ClusterRoleBinding.
type rbacBinding struct {
	*kube.Object
	role     rbacRef
	subjects []rbacSubject
}

type rbacRef struct{ kind, name string }

type rbacSubject struct {
	node                  *yamldoc.Node
	kind, name, namespace string
}

func (s rbacSubject) String() string {
	name := s.name
	if s.namespace != "" {
		name = s.namespace + "/" + name
	}
	return s.kind + " " + name
}

// rbacRoles returns the file's roles that have rules of their own. What an
// aggregated ClusterRole holds is put together by the API server.
func rbacRoles(p *fixer.Pass) []rbacRole {
	bound := map[rbacRef][]rbacBinding{}
	for _, b := range rbacBindings(p) {
		bound[b.role] = append(bound[b.role], b)
	}
	var out []rbacRole
	for _, o := range p.File.Objects {
		if o.Group() != rbacGroup || o.Kind != "Role" && o.Kind != "ClusterRole" {
			continue
		}
		r := rbacRole{Object: o}
		for _, n := range firstItems(o.Node.Get("rules"), maxRBACRules) {
			r.rules = append(r.rules, rbacRule{
				node: n, verbs: words(n.Get("verbs")), groups: words(n.Get("apiGroups")), resources: words(n.Get("resources")),
				names: words(n.Get("resourceNames")), urls: words(n.Get("nonResourceURLs")),
			})
		}
		all := bound[rbacRef{o.Kind, o.Name}]
		for _, b := range all[:min(len(all), maxRBACRules)] {
			if o.Kind == "ClusterRole" || b.Namespace == o.Namespace || b.Namespace == "" || o.Namespace == "" {
				r.bindings = append(r.bindings, b)
			}
		}
		out = append(out, r)
	}
	return out
}

func rbacBindings(p *fixer.Pass) []rbacBinding {
	var out []rbacBinding
	for _, o := range p.File.Objects {
		if o.Group() != rbacGroup || o.Kind != "RoleBinding" && o.Kind != "ClusterRoleBinding" {
			continue
		}
		ref := o.Node.Get("roleRef")
		b := rbacBinding{Object: o, role: rbacRef{ref.Get("kind").Text(), ref.Get("name").Text()}}
		for _, n := range firstItems(o.Node.Get("subjects"), maxRBACWords) {
			b.subjects = append(b.subjects, rbacSubject{n, n.Get("kind").Text(), n.Get("name").Text(), n.Get("namespace").Text()})
		}
		out = append(out, b)
	}
	return out
}

func words(n *yamldoc.Node) []string {
	var out []string
	for _, item := range firstItems(n, maxRBACWords) {
		out = append(out, item.Text())
	}
	return out
}

func firstItems(n *yamldoc.Node, limit int) []*yamldoc.Node {
	list := n.List()
	return list[:min(len(list), limit)]
}

// allows reports whether the rule allows the verb on the resource, as the API
// server reads it: a star stands for everything of its list, "*/scale" for the
// subresource of every resource, and "pods/*" for nothing.
func (r rbacRule) allows(verb, group, resource string) bool {
	_, sub, isSub := strings.Cut(resource, "/")
	return (slices.Contains(r.verbs, verb) || slices.Contains(r.verbs, "*")) &&
		(slices.Contains(r.groups, group) || slices.Contains(r.groups, "*")) &&
		(slices.Contains(r.resources, resource) || slices.Contains(r.resources, "*") || isSub && slices.Contains(r.resources, "*/"+sub))
}

// rbacReach says how far a role reaches, as far as its file tells.
type rbacReach int

const (
	oneNamespace rbacReach = iota // a Role, or every binding seen is a RoleBinding
	openReach                     // a ClusterRole whose binding is not in the file
	everywhere                    // a ClusterRoleBinding is in the file
)

func (r rbacRole) reach() rbacReach {
	switch {
	case r.Kind == "Role":
		return oneNamespace
	case slices.ContainsFunc(r.bindings, func(b rbacBinding) bool { return b.Kind == "ClusterRoleBinding" }):
		return everywhere
	case len(r.bindings) > 0:
		return oneNamespace
	}
	return openReach
}

func (r rbacReach) String() string {
	return [...]string{"in one namespace", "wherever it is bound", "in the whole cluster"}[r]
}

// severity lowers a severity for a role that reaches one namespace only, and
// for one that looks like a controller's, whose purpose much of it may be.
func (r rbacRole) severity(base fixer.Severity) fixer.Severity {
	if r.reach() == oneNamespace {
		base = min(base-1, fixer.Medium)
	}
	if _, is := r.controller(); is {
		base--
	}
	return max(base, fixer.Low)
}

// controller reports whether the role writes the status or the finalizers of
// resources, or holds a lease: what programs do that manage objects of the
// cluster, and hardly any other.
func (r rbacRole) controller() (why string, is bool) {
	for _, rule := range r.rules {
		if !slices.ContainsFunc(rule.verbs, func(v string) bool { return v == "update" || v == "patch" || v == "*" }) {
			continue
		}
		for _, res := range rule.resources {
			_, sub, _ := strings.Cut(res, "/")
			if sub == "status" || sub == "finalizers" || res == "leases" {
				return fmt.Sprintf("it writes %s, as controllers do: part of what it holds may be its purpose", res), true
			}
		}
	}
	return "", false
}

// maxEvidence is how many bindings are told; more say nothing new.
const maxEvidence = 3

// evidence says whom the role is bound to, and whether it is a controller's.
func (r rbacRole) evidence() []fixer.Evidence {
	var out []fixer.Evidence
	for i, b := range r.bindings {
		if i == maxEvidence {
			out = append(out, fixer.Evidence{Source: "manifest", Text: fmt.Sprintf("%d more bindings", len(r.bindings)-i)})
			break
		}
		out = append(out, fixer.Evidence{Source: "manifest", Text: b.told()})
	}
	if len(r.bindings) == 0 {
		out = append(out, fixer.Evidence{Source: "manifest", Text: "no binding of it stands in this file"})
	}
	for key, v := range r.Node.Get("metadata").Get("labels").All() {
		if to, ok := strings.CutPrefix(key, rbacGroup+"/aggregate-to-"); ok && isTrueText(v) {
			out = append(out, fixer.Evidence{Source: "manifest", Text: "it is added to the ClusterRole " + to})
		}
	}
	if why, is := r.controller(); is {
		out = append(out, fixer.Evidence{Source: "manifest", Text: why})
	}
	return out
}

// told says what a binding does: "ClusterRoleBinding/x binds it to ServiceAccount a/b".
func (b rbacBinding) told() string {
	return b.ID() + " binds it to " + b.whom()
}

func (b rbacBinding) whom() string {
	var names []string
	for i, s := range b.subjects {
		if i == maxEvidence {
			names = append(names, fmt.Sprintf("%d more", len(b.subjects)-i))
			break
		}
		names = append(names, s.String())
	}
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// isTrueText reports whether a label or annotation, which are texts, says true.
func isTrueText(n *yamldoc.Node) bool { return n.Text() == "true" }

// reportObject reports a finding about an object that is no workload, at the
// node that is at fault.
func reportObject(p *fixer.Pass, o *kube.Object, at *yamldoc.Node, f fixer.Finding) {
	if at == nil {
		at = nameOf(o)
	}
	if f.Path == "" {
		f.Path = o.ID()
	}
	f.Start, f.End = at.KeyOrSelf().Start, at.End
	p.Report(f)
}

// nameOf returns the node of an object's name, where a reader looks for it, or
// the object when it has none.
func nameOf(o *kube.Object) *yamldoc.Node {
	if n := o.Node.Get("metadata").Get("name"); n != nil {
		return n
	}
	return o.Node
}
