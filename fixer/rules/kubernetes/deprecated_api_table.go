package kubernetes

// apiServed is the minor release of Kubernetes 1 that the table speaks of.
const apiServed = 36

// A conversion says what it takes to move an object to the replacement.
type conversion int

const (
	byHand   conversion = iota // fields moved or became required
	renamed                    // the same fields under another version
	selector                   // a workload that needs the selector it had by default
)

// An apiFate is what became of a version of an API.
type apiFate struct {
	version, kind string
	deprecated    int // minor release of Kubernetes 1
	removed       int // minor release, later than apiServed when it is planned
	to            string
	how           conversion
	note          string // for byHand: what to change
}

const (
	ingressMoves = "In each backend, rename serviceName to service.name and servicePort to service.port.number (or .name). Set pathType on every path (ImplementationSpecific is the old behavior). Rename spec.backend to spec.defaultBackend"
	webhookMoves = "Set sideEffects and admissionReviewVersions, which are now required. New defaults apply: failurePolicy: Fail, matchPolicy: Equivalent, timeoutSeconds: 10"
	pspGone      = "Remove the object: PodSecurityPolicy no longer exists. Label the Namespace with pod-security.kubernetes.io/enforce instead"
	sharesMoves  = "Rename spec.limited.assuredConcurrencyShares to nominalConcurrencyShares, where 0 no longer means the default"
)

// apiFates are the versions that people write into files. When they were
// deprecated and removed is taken from the life cycle tags of k8s.io/api
// v0.36.3, which a test compares, and for PodSecurityPolicy from the migration
// guide; that a rename is no more than that is from the guide,
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/ ("no
// notable changes"). Alpha versions are left out: nobody promised them.
//
// Workloads of apps/v1 differ from their forerunners in defaults that were
// never written: the selector (once taken from the pod's labels, now
// required), the pace of updates, and how many old revisions are kept.
var apiFates = []apiFate{
	{"extensions/v1beta1", "DaemonSet", 8, 16, "apps/v1", selector, ""},
	{"extensions/v1beta1", "Deployment", 8, 16, "apps/v1", selector, ""},
	{"extensions/v1beta1", "ReplicaSet", 8, 16, "apps/v1", selector, ""},
	{"extensions/v1beta1", "Ingress", 14, 22, "networking.k8s.io/v1", byHand, ingressMoves},
	{"extensions/v1beta1", "NetworkPolicy", 9, 16, "networking.k8s.io/v1", renamed, ""},
	{"extensions/v1beta1", "PodSecurityPolicy", 10, 16, "", byHand, pspGone},
	{"apps/v1beta1", "Deployment", 8, 16, "apps/v1", selector, ""},
	{"apps/v1beta1", "StatefulSet", 8, 16, "apps/v1", selector, ""},
	{"apps/v1beta2", "DaemonSet", 9, 16, "apps/v1", selector, ""},
	{"apps/v1beta2", "Deployment", 9, 16, "apps/v1", selector, ""},
	{"apps/v1beta2", "ReplicaSet", 9, 16, "apps/v1", selector, ""},
	{"apps/v1beta2", "StatefulSet", 9, 16, "apps/v1", selector, ""},

	{"admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", 16, 22, "admissionregistration.k8s.io/v1", byHand, webhookMoves},
	{"admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", 16, 22, "admissionregistration.k8s.io/v1", byHand, webhookMoves},
	{"admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", 31, 34, "admissionregistration.k8s.io/v1", renamed, ""},
	{"admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBinding", 31, 34, "admissionregistration.k8s.io/v1", renamed, ""},
	{"apiregistration.k8s.io/v1beta1", "APIService", 19, 22, "apiregistration.k8s.io/v1", renamed, ""},
	{"autoscaling/v2beta1", "HorizontalPodAutoscaler", 22, 25, "autoscaling/v2", byHand, "targetAverageUtilization: N becomes target: {type: Utilization, averageUtilization: N}, and targetAverageValue likewise"},
	{"autoscaling/v2beta2", "HorizontalPodAutoscaler", 23, 26, "autoscaling/v2", renamed, ""},
	{"batch/v1beta1", "CronJob", 21, 25, "batch/v1", renamed, ""},
	{"certificates.k8s.io/v1beta1", "CertificateSigningRequest", 19, 22, "certificates.k8s.io/v1", byHand, "spec.signerName became required, and usages"},
	{"coordination.k8s.io/v1beta1", "Lease", 19, 22, "coordination.k8s.io/v1", renamed, ""},
	{"discovery.k8s.io/v1beta1", "EndpointSlice", 21, 25, "discovery.k8s.io/v1", byHand, "Replace topology of each endpoint with nodeName and zone"},
	{"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 23, 26, "flowcontrol.apiserver.k8s.io/v1", renamed, ""},
	{"flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", 26, 29, "flowcontrol.apiserver.k8s.io/v1", renamed, ""},
	{"flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 29, 32, "flowcontrol.apiserver.k8s.io/v1", renamed, ""},
	{"flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration", 23, 26, "flowcontrol.apiserver.k8s.io/v1", byHand, sharesMoves},
	{"flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration", 26, 29, "flowcontrol.apiserver.k8s.io/v1", byHand, sharesMoves},
	{"flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", 29, 32, "flowcontrol.apiserver.k8s.io/v1", byHand, "nominalConcurrencyShares: 0 means 0, and no longer 30"},
	{"networking.k8s.io/v1beta1", "Ingress", 19, 22, "networking.k8s.io/v1", byHand, ingressMoves},
	{"networking.k8s.io/v1beta1", "IngressClass", 19, 22, "networking.k8s.io/v1", renamed, ""},
	{"networking.k8s.io/v1beta1", "IPAddress", 34, 37, "networking.k8s.io/v1", renamed, ""},
	{"networking.k8s.io/v1beta1", "ServiceCIDR", 34, 37, "networking.k8s.io/v1", renamed, ""},
	{"node.k8s.io/v1beta1", "RuntimeClass", 22, 25, "node.k8s.io/v1", renamed, ""},
	{"policy/v1beta1", "PodDisruptionBudget", 21, 25, "policy/v1", renamed, ""},
	{"policy/v1beta1", "PodSecurityPolicy", 21, 25, "", byHand, pspGone},
	{"rbac.authorization.k8s.io/v1beta1", "ClusterRole", 17, 22, "rbac.authorization.k8s.io/v1", renamed, ""},
	{"rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", 17, 22, "rbac.authorization.k8s.io/v1", renamed, ""},
	{"rbac.authorization.k8s.io/v1beta1", "Role", 17, 22, "rbac.authorization.k8s.io/v1", renamed, ""},
	{"rbac.authorization.k8s.io/v1beta1", "RoleBinding", 17, 22, "rbac.authorization.k8s.io/v1", renamed, ""},
	{"resource.k8s.io/v1beta1", "DeviceClass", 35, 38, "resource.k8s.io/v1", byHand, "Move the fields of each request below exactly"},
	{"resource.k8s.io/v1beta1", "ResourceClaim", 35, 38, "resource.k8s.io/v1", byHand, "Move the fields of each request below exactly"},
	{"resource.k8s.io/v1beta1", "ResourceClaimTemplate", 35, 38, "resource.k8s.io/v1", byHand, "Move the fields of each request below exactly"},
	{"resource.k8s.io/v1beta2", "DeviceClass", 36, 39, "resource.k8s.io/v1", renamed, ""},
	{"resource.k8s.io/v1beta2", "ResourceClaim", 36, 39, "resource.k8s.io/v1", renamed, ""},
	{"resource.k8s.io/v1beta2", "ResourceClaimTemplate", 36, 39, "resource.k8s.io/v1", renamed, ""},
	{"scheduling.k8s.io/v1beta1", "PriorityClass", 14, 22, "scheduling.k8s.io/v1", renamed, ""},
	{"storage.k8s.io/v1beta1", "CSIDriver", 19, 22, "storage.k8s.io/v1", renamed, ""},
	{"storage.k8s.io/v1beta1", "CSIStorageCapacity", 24, 27, "storage.k8s.io/v1", renamed, ""},
	{"storage.k8s.io/v1beta1", "StorageClass", 19, 22, "storage.k8s.io/v1", renamed, ""},
	{"storage.k8s.io/v1beta1", "VolumeAttachment", 19, 22, "storage.k8s.io/v1", renamed, ""},
	{"storage.k8s.io/v1beta1", "VolumeAttributesClass", 34, 37, "storage.k8s.io/v1", renamed, ""},
}

// fateOf returns what became of an object's version, or nil.
func fateOf(version, kind string) *apiFate {
	for i := range apiFates {
		if apiFates[i].version == version && apiFates[i].kind == kind {
			return &apiFates[i]
		}
	}
	return nil
}
