package kubernetes

import "oakum/fixer"

// Cluster are the rules about what is around pods: who may do what, what is
// reached from outside, and which versions of the API are served.
var Cluster = []*fixer.Rule{
	DeprecatedAPI,
	DefaultNamespace,
	SystemNamespace,

	RBACClusterAdmin,
	RBACAnonymous,
	RBACWildcard,
	RBACEscalation,
	RBACSecrets,
	RBACExec,
	RBACCreatePods,
	RBACTampering,
	RBACDefaultAccount,

	IngressTLS,
	IngressSnippets,
	ServiceExposure,
	ExternalIPs,
}
