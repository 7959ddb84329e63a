// Package rules lists every rule. It is the table of contents: one rule is one
// file in the folder of its kind, and its cases are one archive under
// testdata/rules.
package rules

import (
	"slices"

	"oakum/fixer"
	"oakum/fixer/rules/compose"
	"oakum/fixer/rules/cross"
	"oakum/fixer/rules/dockerfile"
	"oakum/fixer/rules/kubernetes"
)

// All returns every rule. The order is the one in which the fixes of one pass
// are made, and so the one in which new settings are written: who a container
// runs as before what it may do.
func All() []*fixer.Rule {
	return slices.Clip(slices.Clone(all))
}

var all = slices.Concat(first, dockerfile.Identity, dockerfile.Supply, dockerfile.Surface, dockerfile.Contract, kubernetes.Workload, kubernetes.Cluster, cross.Build, cross.Workload, cross.Cluster)

var first = []*fixer.Rule{
	dockerfile.UnpinnedImage,
	dockerfile.AddInsteadOfCopy,
	dockerfile.PackageListsKept,
	dockerfile.SecretInEnv,
	dockerfile.RunsAsRoot,

	compose.Privileged,
	compose.DockerSocket,
	compose.WritableRoot,
	compose.Capabilities,
	compose.NoNewPrivileges,

	kubernetes.Privileged,
	kubernetes.HostNamespaces,
	kubernetes.Seccomp,
	kubernetes.RunAsNonRoot,
	kubernetes.PrivilegeEscalation,
	kubernetes.WritableRoot,
	kubernetes.Capabilities,
	kubernetes.NoLimits,
	kubernetes.PodSecurity,

	cross.UIDMismatch,
}

// Named returns the rule with the given name, or nil.
func Named(name string) *fixer.Rule {
	for _, r := range all {
		if r.Name == name {
			return r
		}
	}
	return nil
}
