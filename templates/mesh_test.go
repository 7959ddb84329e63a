package templates_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/oakum-sec/oakum/templates"
)

// The objects of meshes, as far as services have them: decoding is strict, so that a field
// that is misspelt is found.
type (
	peerAuthentication struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			MTLS struct {
				Mode string `json:"mode"`
			} `json:"mtls"`
		} `json:"spec"`
	}
	istioAuthorization struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			Selector *struct {
				MatchLabels map[string]string `json:"matchLabels"`
			} `json:"selector"`
			Action string `json:"action"`
			Rules  []struct {
				From []struct {
					Source struct {
						Principals []string `json:"principals"`
						Namespaces []string `json:"namespaces"`
					} `json:"source"`
				} `json:"from"`
				To []struct {
					Operation struct {
						Ports []string `json:"ports"`
					} `json:"operation"`
				} `json:"to"`
			} `json:"rules"`
		} `json:"spec"`
	}
	linkerdServer struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			PodSelector   metav1.LabelSelector `json:"podSelector"`
			Port          any                  `json:"port"`
			ProxyProtocol string               `json:"proxyProtocol"`
		} `json:"spec"`
	}
	linkerdReference struct {
		Group string `json:"group"`
		Kind  string `json:"kind"`
		Name  string `json:"name"`
	}
	meshTLSAuthentication struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			IdentityRefs []linkerdReference `json:"identityRefs"`
		} `json:"spec"`
	}
	linkerdAuthorization struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			TargetRef                  linkerdReference   `json:"targetRef"`
			RequiredAuthenticationRefs []linkerdReference `json:"requiredAuthenticationRefs"`
		} `json:"spec"`
	}
)

// An auditPolicy is a file of the API server, as far as services have it.
type auditPolicy struct {
	metav1.TypeMeta `json:",inline"`
	OmitStages      []string `json:"omitStages"`
	Rules           []struct {
		Level      string   `json:"level"`
		Namespaces []string `json:"namespaces"`
		Verbs      []string `json:"verbs"`
		Resources  []struct {
			Group     string   `json:"group"`
			Resources []string `json:"resources"`
		} `json:"resources"`
	} `json:"rules"`
}

// TestMeshIsStrict: nothing is accepted outside of the mesh, all that is not allowed is denied, and
// the overlay of development allows the identities of its own namespace.
func TestMeshIsStrict(t *testing.T) {
	for mesh, want := range map[string]map[string][]string{
		"istio": {
			"deploy/base/namespace.yaml":             {"istio.io/dataplane-mode: ambient"},
			"deploy/base/peerauthentication.yaml":    {"mode: STRICT"},
			"deploy/base/authorizationpolicy.yaml":   {"name: deny-all\n  namespace: web\nspec: {}", "- web\n", "cluster.local/ns/web/sa/api"},
			"deploy/overlays/dev/kustomization.yaml": {"value: [web-dev]", "cluster.local/ns/web-dev/sa/api"},
			"deploy/base/kustomization.yaml":         {"peerauthentication.yaml", "authorizationpolicy.yaml"},
		},
		"linkerd": {
			"deploy/base/namespace.yaml":             {"linkerd.io/inject: enabled", "default-inbound-policy: deny"},
			"deploy/base/server.yaml":                {"port: http", "name: web\n"},
			"deploy/overlays/dev/kustomization.yaml": {"{kind: Namespace, name: web-dev}"},
		},
	} {
		made := service(t, templates.Stacks()[0], choice{"", []string{"mesh=" + mesh, "namespace=web", "database=postgres"}})
		for file, parts := range want {
			for _, part := range parts {
				if !strings.Contains(string(content(t, made, file)), part) {
					t.Errorf("%s: %s has no %q", mesh, file, part)
				}
			}
		}
	}
}
