package templates_test

import (
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The objects of Kyverno, sigstore, External Secrets, the Secrets Store CSI driver, the Gateway API and
// Kustomize, as far as services have them: decoding is strict, so that a field that is misspelt is found.
type (
	validatingPolicy struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			admissionv1.ValidatingAdmissionPolicySpec `json:",inline"` // which it extends
			ValidationActions                         []string         `json:"validationActions"`
			Evaluation                                evaluation       `json:"evaluation"`
		} `json:"spec"`
	}
	evaluation struct {
		Background struct {
			Enabled bool `json:"enabled"`
		} `json:"background"`
	}
	imageValidatingPolicy struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			FailurePolicy        string                     `json:"failurePolicy"`
			ValidationActions    []string                   `json:"validationActions"`
			Evaluation           evaluation                 `json:"evaluation"`
			MatchConstraints     admissionv1.MatchResources `json:"matchConstraints"`
			WebhookConfiguration struct {
				TimeoutSeconds int `json:"timeoutSeconds"`
			} `json:"webhookConfiguration"`
			MatchImageReferences []struct {
				Glob string `json:"glob"`
			} `json:"matchImageReferences"`
			ValidationConfigurations struct {
				MutateDigest bool `json:"mutateDigest"`
				VerifyDigest bool `json:"verifyDigest"`
				Required     bool `json:"required"`
			} `json:"validationConfigurations"`
			Attestors []struct {
				Name   string `json:"name"`
				Cosign struct {
					Keyless keyless `json:"keyless"`
					CTLog   ctLog   `json:"ctlog"`
				} `json:"cosign"`
			} `json:"attestors"`
			Validations []admissionv1.Validation `json:"validations"`
		} `json:"spec"`
	}
	keyless struct {
		URL        string `json:"url"`
		Identities []struct {
			Issuer        string `json:"issuer"`
			SubjectRegExp string `json:"subjectRegExp"`
		} `json:"identities"`
	}
	ctLog struct {
		URL string `json:"url"`
	}
	clusterImagePolicy struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			Mode   string `json:"mode"`
			Images []struct {
				Glob string `json:"glob"`
			} `json:"images"`
			Authorities []struct {
				Name            string `json:"name"`
				SignatureFormat string `json:"signatureFormat"`
				Key             *struct {
					SecretRef corev1.SecretReference `json:"secretRef"`
				} `json:"key"`
				Keyless *keyless `json:"keyless"`
				CTLog   *ctLog   `json:"ctlog"`
			} `json:"authorities"`
		} `json:"spec"`
	}
	externalSecret struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			RefreshInterval string `json:"refreshInterval"`
			SecretStoreRef  struct {
				Name string `json:"name"`
				Kind string `json:"kind"`
			} `json:"secretStoreRef"`
			Target struct {
				Name           string `json:"name"`
				CreationPolicy string `json:"creationPolicy"`
			} `json:"target"`
			Data []struct {
				SecretKey string `json:"secretKey"`
				RemoteRef struct {
					Key      string `json:"key"`
					Property string `json:"property"`
				} `json:"remoteRef"`
			} `json:"data"`
		} `json:"spec"`
	}
	secretProviderClass struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			Provider   string            `json:"provider"`
			Parameters map[string]string `json:"parameters"`
		} `json:"spec"`
	}
	httpRoute struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata"`
		Spec              struct {
			ParentRefs []struct {
				Name        string `json:"name"`
				Namespace   string `json:"namespace"`
				SectionName string `json:"sectionName"`
			} `json:"parentRefs"`
			Hostnames []string `json:"hostnames"`
			Rules     []struct {
				Matches []struct {
					Path struct {
						Type  string `json:"type"`
						Value string `json:"value"`
					} `json:"path"`
				} `json:"matches"`
				BackendRefs []struct {
					Name string `json:"name"`
					Port int    `json:"port"`
				} `json:"backendRefs"`
			} `json:"rules"`
		} `json:"spec"`
	}
	kustomization struct {
		metav1.TypeMeta `json:",inline"`
		Namespace       string   `json:"namespace"`
		Resources       []string `json:"resources"`
		Images          []struct {
			Name   string `json:"name"`
			NewTag string `json:"newTag"`
		} `json:"images"`
		Replicas []struct {
			Name  string `json:"name"`
			Count int    `json:"count"`
		} `json:"replicas"`
		Patches []struct {
			Target struct {
				Group     string `json:"group"`
				Kind      string `json:"kind"`
				Name      string `json:"name"`
				Namespace string `json:"namespace"`
			} `json:"target"`
			Patch string `json:"patch"`
		} `json:"patches"`
	}
)
