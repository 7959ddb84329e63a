package kubernetes

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An rbacGrant is a permission that reaches further than it looks: any of the verbs
// on any of the resources of any of the groups.
type rbacGrant struct {
	groups    []string
	resources []string
	verbs     []string

	may      string // continues "ClusterRole/x can "
	severity fixer.Severity
	advice   string

	// clusterOnly grants are no concern in a role that reaches one namespace:
	// what they are about lies in none, or is as wide as the namespace there.
	clusterOnly bool

	// namespace is one that clusterOnly grants are a concern in even so, and
	// names are objects that a rule may not even be limited to.
	namespace string
	names     []string
}

// reportGrants reports each role that has at least one of the grants: one
// finding per role, for all of them together. What a role has through a wildcard
// for its resources is said by kubernetes/rbac-wildcard, and what is limited
// to named objects is as narrow as the interface allows.
func reportGrants(p *fixer.Pass, grants []rbacGrant) {
	for _, role := range rbacRoles(p) {
		var at *rbacRule
		var may, advice []string
		var worst fixer.Severity
		for _, g := range grants {
			rule := role.granting(g)
			if rule == nil {
				continue
			}
			if at == nil {
				at = rule
			}
			may = append(may, g.may)
			if !slices.Contains(advice, g.advice) {
				advice = append(advice, g.advice)
			}
			worst = max(worst, g.severity)
		}
		if at == nil {
			continue
		}
		reportObject(p, role.Object, at.node, fixer.Finding{
			Severity: role.severity(worst),
			Message:  role.ID() + " can " + listed(may) + ", " + role.reach.String(),
			Evidence: role.evidence(),
			Advice:   text.Sentences(advice...),
		})
	}
}

// granting returns the first rule of the role that gives the grant, or nil.
func (r rbacRole) granting(g rbacGrant) *rbacRule {
	if g.clusterOnly && r.reach == oneNamespace && (g.namespace == "" || !r.reaches(g.namespace)) {
		return nil
	}
	for i, rule := range r.rules {
		limited := len(rule.names) > 0 && !slices.ContainsFunc(rule.names, func(n string) bool { return slices.Contains(g.names, n) })
		if limited || slices.Contains(rule.resources, "*") {
			continue
		}
		if rule.allowsAny(g) {
			return &r.rules[i]
		}
	}
	return nil
}

// reaches reports whether a role that reaches one namespace reaches this one,
// as far as its file tells.
func (r rbacRole) reaches(namespace string) bool {
	if r.Kind == "Role" {
		return r.Namespace == namespace
	}
	return slices.ContainsFunc(r.bindings, func(b rbacBinding) bool { return b.Namespace == namespace })
}

// listed joins words: "a", "a and b", "a, b and c".
func listed(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
