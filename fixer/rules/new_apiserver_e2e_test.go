//go:build e2e

package rules_test

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/templates"
)

// brought are kinds that others bring along: an API server alone does not know them.
var brought = []string{"HTTPRoute/", "ExternalSecret/", "SecretProviderClass/", "ValidatingPolicy/", "ImageValidatingPolicy/", "ClusterImagePolicy/", "PeerAuthentication/", "AuthorizationPolicy/", "Server/", "MeshTLSAuthentication/"}

// TestAPIServerTakesNewServices submits the objects of services that oakum new writes.
func TestAPIServerTakesNewServices(t *testing.T) {
	s := startAPIServer(t)
	s.define(t, os.Getenv("OAKUM_CRDS")) // as their repositories have them
	taken, ofOthers, withoutKind := 0, 0, map[string]int{}
	for _, settings := range []string{
		"", "cluster=plain expose=ingress host=api.example.com autoscaling=cpu admission=native",
		"mesh=istio database=postgres admission=native expose=httproute host=api.example.com", "mesh=linkerd database=postgres admission=native secrets=csi",
		"admission=kyverno source=https://github.com/acme/web database=postgres secrets=external-secrets audit=secrets", "admission=sigstore source=https://github.com/acme/web signing=cosign-key",
	} {
		stack := templates.Stacks()[0]
		o := templates.Defaults(stack)
		o.Name = "api"
		for set := range strings.FieldsSeq(settings) {
			name, value, _ := strings.Cut(set, "=")
			if err := o.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
		service, err := templates.Render(stack, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range service.Files {
			if !strings.HasPrefix(f.Path, "deploy/") || path.Base(f.Path) == "kustomization.yaml" || path.Dir(f.Path) == "deploy/audit" {
				continue
			}
			for _, g := range (&judge{server: s}).document(t, string(f.Content)) {
				of := slices.ContainsFunc(brought, func(kind string) bool { return strings.HasPrefix(g.id, kind) })
				if of && !g.unknown {
					ofOthers++
				}
				switch {
				case g.unknown && of:
					withoutKind[strings.Split(g.id, "/")[0]]++
				case g.unknown || len(g.faults) > 0:
					t.Errorf("%s %s: %s: unknown kind %t, %v", settings, f.Path, g.id, g.unknown, g.faults)
				default:
					taken++
				}
			}
		}
	}
	t.Logf("%d objects are taken, %d of kinds that others bring along", taken, ofOthers)
	if len(withoutKind) > 0 {
		t.Logf("not asked about, because OAKUM_CRDS names no definition: %v", withoutKind)
	}
	if taken < 40 {
		t.Errorf("only %d objects are taken", taken)
	}
}
