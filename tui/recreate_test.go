package tui

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

// TestThePlanNamesJobsToDelete: neither the plan nor what is said after it was written told
// that Kubernetes refuses to change a Job that exists.
func TestThePlanNamesJobsToDelete(t *testing.T) {
	job := strings.NewReplacer("apps/v1", "batch/v1", "Deployment", "Job").Replace(shopManifest)
	b := newFake([]fixer.Source{{Path: "k8s/web.yaml", Kind: fixer.Kubernetes, Data: []byte(job)}})
	d := start(t, b, 140, 40)
	openReview(t, d, "kubernetes/seccomp")
	d.press("y", "w")
	d.at(onPlan)
	const words = "Delete before you apply the change: Job/web (k8s/web.yaml). Kubernetes refuses to change the pod of a Job or Pod"
	d.wants(words)
	d.elapse()
	d.press("enter")
	d.at(onDone)
	d.wants(words)
	if said := d.app.Result().Summary; !strings.Contains(said, words) {
		t.Errorf("not in what is printed on leaving:\n%s", said)
	}
}
