package kube

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An Injection is a request, by a label or an annotation, that something in the
// cluster adds containers to pods as these are made: the sidecar of a service mesh,
// an agent that fetches secrets. What is added stands in no file.
type Injection struct {
	By   string // what adds them: "Istio", or the key where nothing more is known
	Key  string // of the label or annotation
	Node *yamldoc.Node

	// Network says that an init container is added that changes the pod's
	// network: it runs as root with NET_ADMIN, which no Pod Security Standard but
	// the privileged one admits.
	Network bool
}

// injectors are those that are known, by the domain of their keys. All of them
// use the token of the pod's service account, or did in releases that run.
var injectors = []struct {
	domain, name string
	keys         []string // that ask for it without saying "inject"
	network      bool
}{
	{"istio.io", "Istio", []string{"istio.io/rev"}, true},
	{"linkerd.io", "Linkerd", nil, true},
	{"kuma.io", "Kuma", nil, true},
	{"consul.hashicorp.com", "Consul", nil, true},
	{"openservicemesh.io", "Open Service Mesh", nil, true},
	{"appmesh.k8s.aws", "AWS App Mesh", nil, true},
	{"nsm.nginx.com", "NGINX Service Mesh", nil, true},
	{"vault.hashicorp.com", "the Vault agent", nil, false},
	{"vault.security.banzaicloud.io", "Bank-Vaults", []string{"vault.security.banzaicloud.io/vault-addr", "vault.security.banzaicloud.io/vault-role"}, false},
	{"dapr.io", "Dapr", []string{"dapr.io/enabled"}, false},
	{"datadoghq.com", "the Datadog admission controller", []string{"admission.datadoghq.com/enabled"}, false},
	{"gke-gcsfuse", "the Cloud Storage FUSE driver", []string{"gke-gcsfuse/volumes"}, false},
}

// Injections returns what the labels and annotations in a metadata ask to be
// added, and what they turn down: the names in off.
func Injections(metadata *yamldoc.Node) (asked []Injection, off map[string]bool) {
	off = map[string]bool{}
	for _, where := range []string{"labels", "annotations"} {
		for key, value := range metadata.Get(where).All() {
			i, ok := injection(key, value)
			switch {
			case !ok:
			case turnedDown(value.Text()):
				off[i.By] = true
			default:
				asked = append(asked, i)
			}
		}
	}
	return asked, off
}

// injection reads one label or annotation. Whatever its domain, a key that
// speaks of injection and is not about how that is done asks for it.
func injection(key string, value *yamldoc.Node) (Injection, bool) {
	out := Injection{By: key, Key: key, Node: value}
	domain, name, qualified := strings.Cut(key, "/")
	if !qualified {
		domain, name = "", key
	}
	asks := strings.Contains(strings.ToLower(name), "inject") && isSwitch(value.Text()) || name == "connect-inject"
	if key == "istio-injection" {
		domain = "istio.io"
	}
	for _, known := range injectors {
		if domain != known.domain && !strings.HasSuffix(domain, "."+known.domain) {
			continue
		}
		out.By, out.Network = known.name, known.network
		for _, k := range known.keys {
			asks = asks || key == k
		}
	}
	return out, asks
}

// MeshOf names the service mesh whose settings the objects of an API group are, ""
// for all other groups. Where there are such objects, pods may get a sidecar though
// no file asks for it.
func MeshOf(group string) string {
	for _, known := range injectors {
		if known.network && (group == known.domain || strings.HasSuffix(group, "."+known.domain)) {
			return known.name
		}
	}
	return ""
}

// isSwitch reports whether a value turns something on or off, or names which of
// several it is: no list of settings, path or text.
func isSwitch(value string) bool { return value != "" && !strings.ContainsAny(value, " /=\n{") }

func turnedDown(value string) bool {
	switch strings.ToLower(value) {
	case "false", "disabled", "disable", "no", "off", "0", "none", "skip":
		return true
	}
	return false
}
