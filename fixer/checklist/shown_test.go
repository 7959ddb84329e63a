package checklist_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/checklist"
)

// on is a workflow of GitHub with the steps of one job.
func on(steps string) fixer.Source {
	return fixer.Source{Path: ".github/workflows/ci.yaml", Kind: fixer.Workflow, Data: []byte("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n" + steps)}
}

// TestOnlyScansOfImagesAreScansOfImages: a tool that looks at source files does not look at
// what is in an image.
func TestOnlyScansOfImagesAreScansOfImages(t *testing.T) {
	const asked = "The pipeline scans images for vulnerabilities"
	for steps, want := range map[string]checklist.State{
		"    - run: trivy image app\n":                                                     checklist.Holds,
		"    - run: trivy --quiet image --exit-code 1 app\n":                               checklist.Holds,
		"    - run: trivy fs .\n":                                                          checklist.Unseen,
		"    - run: trivy config k8s/image/\n":                                             checklist.Unseen,
		"    - run: grype app:1\n":                                                         checklist.Holds,
		"    - run: grype dir:.\n":                                                         checklist.Unseen,
		"    - run: grype version\n":                                                       checklist.Unseen,
		"    - run: snyk test\n":                                                           checklist.Unseen,
		"    - run: snyk container test app\n":                                             checklist.Holds,
		"    - uses: aquasecurity/trivy-action@v1\n":                                       checklist.Holds,
		"    - uses: aquasecurity/trivy-action@v1\n      with: {image-ref: app}\n":         checklist.Holds,
		"    - uses: aquasecurity/trivy-action@v1\n      with: {scan-type: fs}\n":          checklist.Unseen,
		"    - uses: aquasecurity/trivy-action@v1\n      with:\n        scan-type: config": checklist.Unseen,
		"    - uses: anchore/scan-action@v1\n      with: {image: app}\n":                   checklist.Holds,
		"    - uses: anchore/scan-action@v1\n      with: {path: .}\n":                      checklist.Unseen,
		"    - uses: snyk/actions/node@v1\n":                                               checklist.Unseen,
		"    - uses: snyk/actions/docker@v1\n":                                             checklist.Holds,
		"    - run: make # trivy image app\n":                                              checklist.Unseen,
	} {
		if a := answers(t, nil, on(steps))[asked]; a.State != want {
			t.Errorf("%s\nit %s, want %s", steps, a.State, want)
		}
	}
}

// TestAnnotationsSignNothing: words that hold the name of a tool, tools that are there to verify,
// and signatures of files do not show that an image is signed.
func TestAnnotationsSignNothing(t *testing.T) {
	const asked = "The pipeline signs images"
	for steps, want := range map[string]checklist.State{
		"    - uses: docker/build-push-action@v1\n      with:\n        annotations: a\n":                                         checklist.Unseen,
		"    - run: kubectl annotate pod a notation=1\n":                                                                         checklist.Unseen,
		"    - run: cosign sign --yes app@sha256:1\n":                                                                            checklist.Holds,
		"    - run: cosign --verbose sign app\n":                                                                                 checklist.Holds,
		"    - run: cosign sign-blob file\n":                                                                                     checklist.Unseen,
		"    - run: cosign verify base\n":                                                                                        checklist.Unseen,
		"    - uses: sigstore/cosign-installer@v1\n    - run: cosign verify base\n":                                              checklist.Unseen,
		"    - uses: sigstore/cosign-installer@v1\n    - run: make sign\n":                                                       checklist.Holds,
		"    - run: notation sign app\n":                                                                                         checklist.Holds,
		"    - uses: notaryproject/notation-action/setup@v1\n":                                                                   checklist.Unseen,
		"    - uses: notaryproject/notation-action/sign@v1\n":                                                                    checklist.Holds,
		"    - uses: actions/attest-build-provenance@v1\n      with: {subject-path: dist/app}\n":                                 checklist.Unseen,
		"    - uses: actions/attest-build-provenance@v1\n      with: {subject-name: app, subject-digest: x}\n":                   checklist.Holds,
		"    - uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v1\n":                    checklist.Unseen,
		"    - uses: slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@v1\n":                  checklist.Holds,
		"    # cosign sign app\n    - run: make\n":                                                                               checklist.Unseen,
		"    - uses: sigstore/cosign-installer@v1 # verifies\n    - run: |\n        cosign verify base\n        cosign sign a\n": checklist.Holds,
	} {
		if a := answers(t, nil, on(steps))[asked]; a.State != want {
			t.Errorf("%s\nit %s, want %s", steps, a.State, want)
		}
	}
}

// TestPoliciesOfOtherThingsRefuseNoImage: a policy of admission shows that images are refused
// only where it is about images.
func TestPoliciesOfOtherThingsRefuseNoImage(t *testing.T) {
	const asked = "The cluster refuses images that nobody signed or allowed"
	for object, want := range map[string]checklist.State{
		"apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: a}\nspec: {rules: [{name: labels, validate: {pattern: {metadata: {labels: {app: '?*'}}}}}]}\n":        checklist.Unseen,
		"apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: a}\nspec: {rules: [{name: a, verifyImages: [{imageReferences: ['*']}]}]}\n":                           checklist.Holds,
		"apiVersion: example.com/v1\nkind: Policy\nmetadata: {name: a}\nspec: {image: a}\n":                                                                                     checklist.Unseen,
		"apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: a}\nspec: {validations: [{expression: object.spec.replicas < 5}]}\n":    checklist.Unseen,
		"apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: a}\nspec: {validations: [{expression: \"c.image.startsWith('x')\"}]}\n": checklist.Holds,
		"apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {name: a}\nspec: {images: [{glob: '*'}]}\n":                                               checklist.Holds,
	} {
		f := fixer.Source{Path: "k8s/policy.yaml", Kind: fixer.Kubernetes, Data: []byte(object)}
		if a := answers(t, nil, f)[asked]; a.State != want {
			t.Errorf("%s\nit %s, want %s", object, a.State, want)
		}
	}
}

// TestNoFindingIsNoProof: where something has to be there, that no rule complains does not
// show that it is.
func TestNoFindingIsNoProof(t *testing.T) {
	const level, health = "Namespaces enforce a Pod Security level, and pods meet it", "It is visible whether the application works"
	manifests := func(data string) fixer.Source {
		return fixer.Source{Path: "k8s/api.yaml", Kind: fixer.Kubernetes, Data: []byte(data)}
	}
	namespace := func(label string) fixer.Source {
		return manifests("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels:\n    " + label + "\n")
	}
	image := func(rest string) fixer.Source {
		return fixer.Source{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM debian:13\n" + rest)}
	}
	services := func(check string) fixer.Source {
		return fixer.Source{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  a:\n    image: a\n" + check)}
	}
	for _, c := range []struct {
		asked  string
		source fixer.Source
		want   checklist.State
	}{
		{level, manifests(manifest), checklist.Unseen},
		{level, namespace("app: a"), checklist.Unseen},
		{level, namespace("pod-security.kubernetes.io/warn: restricted"), checklist.Unseen},
		{level, namespace("pod-security.kubernetes.io/enforce: privileged"), checklist.Unseen},
		{level, namespace("pod-security.kubernetes.io/enforce: baseline"), checklist.Holds},
		{health, manifests(manifest), checklist.Unseen},
		{health, manifests(strings.Replace(manifest, "image: api", "image: api, readinessProbe: {tcpSocket: {port: 80}}", 1)), checklist.Holds},
		{health, image("CMD [\"a\"]\n"), checklist.Unseen},
		{health, image("HEALTHCHECK NONE\n"), checklist.Unseen},
		{health, image("HEALTHCHECK CMD [\"a\"]\n"), checklist.Holds},
		{health, services(""), checklist.Unseen},
		{health, services("    healthcheck: {disable: true}\n"), checklist.Unseen},
		{health, services("    healthcheck: {test: [CMD, a]}\n"), checklist.Holds},
	} {
		if a := answers(t, nil, c.source)[c.asked]; a.State != c.want {
			t.Errorf("%s\n%q %s, want %s", c.source.Data, c.asked, a.State, c.want)
		}
	}
}

// TestNobodyHasAllowedARegistry: which registries are allowed is for a person to say, and until
// then no image is said to come from one.
func TestNobodyHasAllowedARegistry(t *testing.T) {
	files := slices.Collect(fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM debian:13\n")}}).Files())
	rule := []*fixer.Rule{{Name: "dockerfile/registry-not-allowed", Kind: fixer.Dockerfile}}
	for allowed, want := range map[bool]checklist.State{true: checklist.Holds, false: checklist.Unseen} {
		for _, a := range checklist.Answers(nil, files, rule, allowed) {
			if strings.Contains(a.Text, "registries that you allow") && a.State != want {
				t.Errorf("allowed %v: it %s, want %s", allowed, a.State, want)
			}
		}
	}
}
