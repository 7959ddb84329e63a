package kubernetes

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

const rbacGroup = "rbac.authorization.k8s.io"

// An rbacRole is a Role or ClusterRole with the bindings of it that stand in
// the same file or, without one there, in those beside it. Bindings elsewhere are
// not seen, and are never taken for absent: a role without one may be bound anywhere.
type rbacRole struct {
	*kube.Object
	rules    []rbacRule
	bindings []rbacBinding
	reach    rbacReach

	// controller says why the role looks like a controller's, or is empty.
	controller string
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
//
// What is read is bounded by the size of the file: without aliases that repeat
// them, a file holds fewer words than bytes.
func rbacRoles(p *fixer.Pass) []rbacRole {
	budget := len(p.File.Data)
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
		for _, n := range o.Node.Get("rules").List() {
			if budget--; budget < 0 {
				break
			}
			r.rules = append(r.rules, rbacRule{
				node: n, verbs: words(n.Get("verbs"), &budget), groups: words(n.Get("apiGroups"), &budget), resources: words(n.Get("resources"), &budget),
				names: words(n.Get("resourceNames"), &budget), urls: words(n.Get("nonResourceURLs"), &budget),
			})
		}
		ref := rbacRef{o.Kind, o.Name}
		if r.bindings = bound[ref]; len(r.bindings) == 0 {
			r.bindings = bindingsBeside.Of(p)[besideRef{path.Dir(p.File.Path), ref}]
			if !slices.ContainsFunc(r.bindings, rbacBinding.everywhere) && len(bindingsBeside.Of(p)[besideRef{everywhereDir, ref}]) > 0 {
				r.bindings = nil // a file of another directory binds a role of this name in the whole cluster
			}
		}
		if o.Kind == "Role" {
			r.bindings = inNamespace(r.bindings, o.Namespace)
		}
		r.reach = reachOf(o.Kind, r.bindings)
		r.controller = controllerOf(r.rules)
		out = append(out, r)
	}
	return out
}

// maxBindings is how many bindings of one Role are looked at.
const maxBindings = 100

func inNamespace(bindings []rbacBinding, namespace string) []rbacBinding {
	var out []rbacBinding
	for _, b := range bindings[:min(len(bindings), maxBindings)] {
		if b.Namespace == namespace || b.Namespace == "" || namespace == "" {
			out = append(out, b)
		}
	}
	return out
}

// A besideRef is a role by its name, for the files of one directory.
type besideRef struct {
	dir  string
	role rbacRef
}

// bindingsBeside are the bindings by the directory that their files are in: a role is
// often in a file of its own, beside that of its binding.
var bindingsBeside = fixer.NewIndex(func(f *fixer.File) bool {
	return slices.ContainsFunc(f.Objects, isBinding)
}, func(files []*fixer.File) map[besideRef][]rbacBinding {
	out := map[besideRef][]rbacBinding{}
	for _, f := range files {
		for _, b := range bindingsOf(f) {
			dirs := []string{path.Dir(f.Path)}
			if b.everywhere() {
				dirs = append(dirs, everywhereDir)
			}
			for _, dir := range dirs {
				if ref := (besideRef{dir, b.role}); len(out[ref]) < maxBindings {
					out[ref] = append(out[ref], b)
				}
			}
		}
	}
	return out
})

// everywhereDir stands for every directory, in the key of bindings for the whole cluster.
const everywhereDir = "*"

// everywhere reports whether a binding holds for the whole cluster.
func (b rbacBinding) everywhere() bool { return b.Kind == "ClusterRoleBinding" }

func isBinding(o *kube.Object) bool {
	return o.Group() == rbacGroup && (o.Kind == "RoleBinding" || o.Kind == "ClusterRoleBinding")
}

func rbacBindings(p *fixer.Pass) []rbacBinding { return bindingsOf(p.File) }

func bindingsOf(f *fixer.File) []rbacBinding {
	budget := len(f.Data)
	var out []rbacBinding
	for _, o := range f.Objects {
		if !isBinding(o) {
			continue
		}
		ref := o.Node.Get("roleRef")
		b := rbacBinding{Object: o, role: rbacRef{ref.Get("kind").Text(), ref.Get("name").Text()}}
		for _, n := range o.Node.Get("subjects").List() {
			if budget--; budget < 0 {
				break
			}
			b.subjects = append(b.subjects, rbacSubject{n, n.Get("kind").Text(), n.Get("name").Text(), n.Get("namespace").Text()})
		}
		out = append(out, b)
	}
	return out
}

// words returns the texts of a list, as many as the budget has.
func words(n *yamldoc.Node, budget *int) []string {
	list := n.List()
	list = list[:min(len(list), max(*budget, 0))]
	*budget -= len(list)
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = item.Text()
	}
	return out
}

// allowsAny reports whether the rule allows something of the grant. A rule is
// a product: each of its verbs on each of its resources of each of its groups. As
// the API server reads it, a wildcard stands for everything of its list, "*/scale" for
// the subresource of every resource, and "pods/*" for nothing.
func (r rbacRule) allowsAny(g rbacGrant) bool {
	return slices.ContainsFunc(g.verbs, r.hasVerb) && slices.ContainsFunc(g.groups, r.hasGroup) && slices.ContainsFunc(g.resources, r.hasResource)
}

func (r rbacRule) hasVerb(verb string) bool {
	return slices.Contains(r.verbs, verb) || slices.Contains(r.verbs, "*")
}

func (r rbacRule) hasGroup(group string) bool {
	return slices.Contains(r.groups, group) || slices.Contains(r.groups, "*")
}

func (r rbacRule) hasResource(resource string) bool {
	_, sub, isSub := strings.Cut(resource, "/")
	return slices.Contains(r.resources, resource) || slices.Contains(r.resources, "*") || isSub && slices.Contains(r.resources, "*/"+sub)
}

// rbacReach says how far a role reaches, as far as its file tells.
type rbacReach int

const (
	oneNamespace rbacReach = iota // a Role, or every binding seen is a RoleBinding
	openReach                     // a ClusterRole whose binding is not in the file, nor beside it
	everywhere                    // a ClusterRoleBinding is
)

func reachOf(kind string, bindings []rbacBinding) rbacReach {
	switch {
	case kind == "Role":
		return oneNamespace
	case slices.ContainsFunc(bindings, rbacBinding.everywhere):
		return everywhere
	case len(bindings) > 0:
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
	if r.reach == oneNamespace {
		base = min(base-1, fixer.Medium)
	}
	if r.controller != "" {
		base--
	}
	return max(base, fixer.Low)
}

// controllerOf looks for rules that write the status or the finalizers of
// resources, or hold a lease: what programs do that manage objects of the
// cluster, and hardly any other. It says what was found, or nothing.
func controllerOf(rules []rbacRule) string {
	for _, rule := range rules {
		if !slices.ContainsFunc(rule.verbs, func(v string) bool { return v == "update" || v == "patch" || v == "*" }) {
			continue
		}
		for _, res := range rule.resources {
			_, sub, _ := strings.Cut(res, "/")
			if sub == "status" || sub == "finalizers" || res == "leases" {
				return fmt.Sprintf("The role writes %s, as controllers do, so it may need some of these permissions", res)
			}
		}
	}
	return ""
}

// maxEvidence is how many bindings are told; more say nothing new.
const maxEvidence = 3

// evidence says whom the role is bound to, and whether it is a controller's.
func (r rbacRole) evidence() []fixer.Evidence {
	var out []fixer.Evidence
	for i, b := range r.bindings {
		if i == maxEvidence {
			out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Text: fmt.Sprintf("%d more bindings", len(r.bindings)-i)})
			break
		}
		out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Text: b.told()})
	}
	if len(r.bindings) == 0 {
		out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Text: "No file of this directory contains a binding of the role"})
	}
	for key, v := range r.Node.Get("metadata").Get("labels").All() {
		if to, ok := strings.CutPrefix(key, rbacGroup+"/aggregate-to-"); ok && isTrueText(v) {
			out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Text: "The role is aggregated to ClusterRole " + to})
		}
	}
	if r.controller != "" {
		out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Text: r.controller})
	}
	return out
}

// told says what a binding does: "ClusterRoleBinding/x binds the role to ServiceAccount a/b".
func (b rbacBinding) told() string {
	return b.ID() + " binds the role to " + b.whom()
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
		return "no subject"
	}
	return strings.Join(names, ", ")
}

// isTrueText reports whether a label or annotation, which are texts, says true.
func isTrueText(n *yamldoc.Node) bool { return n.Text() == "true" }

// reportObject reports a finding about an object that is no workload, at the
// node that is at fault.
func reportObject(p *fixer.Pass, o *kube.Object, at *yamldoc.Node, f fixer.Finding) {
	if at == nil {
		at = o.NameNode()
	}
	if f.Path == "" {
		f.Path = o.ID()
	}
	f.Start, f.End = at.KeyOrSelf().Start, at.End
	p.Report(f)
}
