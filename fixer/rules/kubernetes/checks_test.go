package kubernetes

import (
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

// TestChecksNameTheirContainer: without -c kubectl runs a check in the first
// container of a pod, which is not the one that the fix changes.
func TestChecksNameTheirContainer(t *testing.T) {
	pod := func(containers string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n" + containers
	}
	one := pod("  containers: [{name: web, image: a}]\n")
	three := pod("  initContainers: [{name: make, image: b}]\n  containers: [{name: web, image: a}, {name: side, image: c}]\n")
	for manifest, want := range map[string][]string{
		one: {"kubectl exec POD -- id -u\nprints 1\n\nkubectl logs POD\nshows no errors"},
		three: {
			"kubectl get pod POD -o jsonpath='{.spec.initContainers[*].securityContext}'\nshows the new settings\n\nkubectl logs POD -c make\nshows no errors",
			"kubectl exec POD -c web -- id -u\nprints 1\n\nkubectl logs POD -c web\nshows no errors",
			"kubectl exec POD -c side -- id -u\nprints 1\n\nkubectl logs POD -c side\nshows no errors",
		},
	} {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "web.yaml", Kind: fixer.Kubernetes, Data: []byte(manifest)}})
		var got []string
		for _, c := range snap.File("web.yaml").Objects[0].Workload().Containers() {
			got = append(got, checks(execCheck(c, "id -u", "prints 1"), logsCheck(c, "shows no errors")))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
