package templates_test

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/netpol"
	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/templates"
)

// kinds are the types of the API that objects have to be.
var kinds = map[string]func() any{
	"v1 Namespace":                                                     func() any { return &corev1.Namespace{} },
	"v1 ServiceAccount":                                                func() any { return &corev1.ServiceAccount{} },
	"v1 Service":                                                       func() any { return &corev1.Service{} },
	"apps/v1 Deployment":                                               func() any { return &appsv1.Deployment{} },
	"networking.k8s.io/v1 Ingress":                                     func() any { return &networkingv1.Ingress{} },
	"policy/v1 PodDisruptionBudget":                                    func() any { return &policyv1.PodDisruptionBudget{} },
	"networking.k8s.io/v1 NetworkPolicy":                               func() any { return &networkingv1.NetworkPolicy{} },
	"autoscaling/v2 HorizontalPodAutoscaler":                           func() any { return &autoscalingv2.HorizontalPodAutoscaler{} },
	"gateway.networking.k8s.io/v1 HTTPRoute":                           func() any { return &httpRoute{} },
	"admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy":        func() any { return &admissionv1.ValidatingAdmissionPolicy{} },
	"admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding": func() any { return &admissionv1.ValidatingAdmissionPolicyBinding{} },
	"security.istio.io/v1 PeerAuthentication":                          func() any { return &peerAuthentication{} },
	"security.istio.io/v1 AuthorizationPolicy":                         func() any { return &istioAuthorization{} },
	"policy.linkerd.io/v1beta3 Server":                                 func() any { return &linkerdServer{} },
	"policy.linkerd.io/v1alpha1 MeshTLSAuthentication":                 func() any { return &meshTLSAuthentication{} },
	"policy.linkerd.io/v1alpha1 AuthorizationPolicy":                   func() any { return &linkerdAuthorization{} },
	"audit.k8s.io/v1 Policy":                                           func() any { return &auditPolicy{} },
	"external-secrets.io/v1 ExternalSecret":                            func() any { return &externalSecret{} },
	"secrets-store.csi.x-k8s.io/v1 SecretProviderClass":                func() any { return &secretProviderClass{} },
	"policies.kyverno.io/v1 ImageValidatingPolicy":                     func() any { return &imageValidatingPolicy{} },
	"policies.kyverno.io/v1 ValidatingPolicy":                          func() any { return &validatingPolicy{} },
	"policy.sigstore.dev/v1beta1 ClusterImagePolicy":                   func() any { return &clusterImagePolicy{} },
	"kustomize.config.k8s.io/v1beta1 Kustomization":                    func() any { return &kustomization{} },
}

// TestDevelopmentHasItsOwnPassword: the overlay of development reads the password from another
// place of the store than production.
func TestDevelopmentHasItsOwnPassword(t *testing.T) {
	for _, secrets := range []string{"external-secrets", "csi"} {
		made := service(t, templates.Stacks()[0], choice{"", []string{"database=postgres", "secrets=" + secrets, "namespace=web"}})
		dev := string(content(t, made, "deploy/overlays/dev/kustomization.yaml"))
		if !strings.Contains(dev, "web-dev/api/database") {
			t.Errorf("%s: development reads the password of production:\n%s", secrets, dev)
		}
	}
}

// decodes reads every object as the API does, and lets no field pass that it does not have.
func decodes(t *testing.T, made *templates.Service) {
	t.Helper()
	for _, f := range made.Files {
		if !strings.HasPrefix(f.Path, "deploy/") {
			continue
		}
		for _, doc := range bytes.Split(f.Content, []byte("\n---\n")) {
			var meta metav1.TypeMeta
			if err := yaml.Unmarshal(doc, &meta); err != nil {
				t.Fatalf("%s: %v", f.Path, err)
			}
			object := kinds[meta.APIVersion+" "+meta.Kind]
			if object == nil {
				t.Errorf("%s has a %s %s, which the test does not know", f.Path, meta.APIVersion, meta.Kind)
				continue
			}
			if err := yaml.UnmarshalStrict(doc, object()); err != nil {
				t.Errorf("%s: %v", f.Path, err)
			}
		}
	}
}

// restricted holds the pods to the restricted Pod Security Standard, by Kubernetes' own
// evaluator.
func restricted(t *testing.T, snap *fixer.Snapshot, made *templates.Service) {
	t.Helper()
	scan := report.NewScan("/", snap, &engine.Report{}, report.Filter{Rule: func(string) bool { return true }})
	want := 1
	if made.Options.Cluster == "none" {
		want = 0
	}
	if len(scan.Pods) != want {
		t.Errorf("%d workloads, want %d", len(scan.Pods), want)
	}
	for _, pod := range scan.Pods {
		if pod.Level != "restricted" {
			t.Errorf("%+v is not restricted", pod)
		}
	}
}

// connects holds the policies to what the service needs, and to nothing more, by oakum's own
// reading of them.
func connects(t *testing.T, snap *fixer.Snapshot, made *templates.Service) {
	t.Helper()
	o := made.Options
	if o.Cluster == "none" {
		return
	}
	cluster := netpol.Cluster{}
	var own *netpol.Pod
	for f := range snap.Files() {
		for _, object := range f.Objects {
			if netpol.Is(object) {
				policy, err := netpol.Read(object, object.Namespace)
				if err != nil {
					t.Fatal(err)
				}
				cluster.Policies = append(cluster.Policies, policy)
			}
			if w := object.Workload(); w != nil {
				own = netpol.PodOf(w, object.Namespace)
			}
		}
	}
	pod := func(namespace string, labels ...string) netpol.Endpoint {
		p := &netpol.Pod{ID: strings.Join(append(labels, "pod"), " "), Namespace: namespace, Labels: map[string]string{}}
		for _, l := range labels {
			key, value, _ := strings.Cut(l, "=")
			p.Labels[key] = value
		}
		return netpol.Endpoint{Pod: p}
	}
	namespace := own.Namespace
	service, internet := netpol.Endpoint{Pod: own}, netpol.At(netip.MustParseAddr("93.184.216.34"))
	client := pod(namespace, o.Name+"-client=true")
	port, databasePort := o.Port, 5432
	if through := map[string]int{"istio": 15008, "linkerd": 4143}[o.Mesh]; through != 0 {
		port, databasePort = through, through // which carries the others
	}
	for _, c := range []struct {
		what     string
		from, to netpol.Endpoint
		port     int
		protocol netpol.Protocol
		want     bool
	}{
		{"the service asks the DNS", service, pod("kube-system", "k8s-app=kube-dns"), 53, netpol.UDP, true},
		{"another port of the DNS", service, pod("kube-system", "k8s-app=kube-dns"), 9153, netpol.TCP, false},
		{"another pod of kube-system", service, pod("kube-system"), 53, netpol.UDP, false},
		{"the service reaches the internet", service, internet, 443, netpol.TCP, false},
		{"the internet reaches the service", internet, service, port, netpol.TCP, false},
		{"a pod of another namespace", pod("other", o.Name+"-client=true"), service, port, netpol.TCP, false},
		{"a pod of the namespace", pod(namespace), service, port, netpol.TCP, false},
		{"the edge", pod(o.EdgeNamespace), service, port, netpol.TCP, o.Expose != "none"},
		{"another port from the edge", pod(o.EdgeNamespace), service, 9, netpol.TCP, false},
		{"the database", service, pod(namespace, "app.kubernetes.io/name=database"), databasePort, netpol.TCP, o.Database != ""},
		{"another port of the database", service, pod(namespace, "app.kubernetes.io/name=database"), 22, netpol.TCP, false},
		{"a client", client, service, port, netpol.TCP, true},
		{"around the mesh", client, service, o.Port, netpol.TCP, o.Mesh == "none"},
		{"the kubelet, as Istio has it", netpol.At(netip.MustParseAddr("169.254.7.127")), service, o.Port, netpol.TCP, o.Mesh == "istio"},
		{"the control plane of Linkerd", service, pod("linkerd"), 8086, netpol.TCP, o.Mesh == "linkerd"},
		{"another port of the control plane", service, pod("linkerd"), 22, netpol.TCP, false},
		{"a client that is the database's", client, pod(namespace, "app.kubernetes.io/name=database"), databasePort, netpol.TCP, false},
	} {
		if got := cluster.Allows(c.from, c.to, c.port, c.protocol); got != c.want {
			t.Errorf("%s: allowed %v, want %v", c.what, got, c.want)
		}
	}
}
