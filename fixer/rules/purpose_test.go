package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// What a person has set on purpose is changed at review level at most, and the
// finding says what looks like a purpose.
func TestWhatIsSetOnPurposeIsNotChangedAsSafe(t *testing.T) {
	const head = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n"
	for _, test := range []struct{ name, pod, rule, level, says string }{
		{"nothing is set", "  containers:\n  - name: web\n    image: memcached:1.6\n", "kubernetes/privilege-escalation", "safe", ""},
		{"a switch is turned the other way", "  containers:\n  - name: web\n    image: memcached:1.6\n    securityContext:\n      allowPrivilegeEscalation: true\n", "kubernetes/privilege-escalation", "review", "allowPrivilegeEscalation is set to true"},
		{"a switch of the pod", "  securityContext: {runAsNonRoot: false, runAsUser: 1000}\n  containers:\n  - name: web\n    image: memcached:1.6\n", "kubernetes/run-as-non-root", "review", "runAsNonRoot is set to false explicitly"},
		{"a comment beside a value", "  containers:\n  - name: web\n    image: memcached:1.6\n    securityContext:\n      capabilities:\n        drop: [all]  # as we do everywhere\n", "kubernetes/capabilities", "review", "A comment explains this value"},
		{"a comment beside a list that is added to", "  containers:\n  - name: web\n    image: memcached:1.6\n    securityContext:\n      capabilities:\n        drop: # no more than this\n        - NET_RAW\n", "kubernetes/capabilities", "review", "A comment explains drop"},
		{"a comment of oakum's own", "  containers:\n  - name: web\n    image: memcached:1.6\n    securityContext:\n      capabilities:\n        drop: [all]  # oakum: ignore kubernetes/seccomp for now\n", "kubernetes/capabilities", "safe", ""},
		{"a comment beside something else", "  containers:\n  - name: web  # the cache\n    image: memcached:1.6  # not 1.5\n", "kubernetes/privilege-escalation", "safe", ""},
		{"a variable decides", "  securityContext:\n    runAsNonRoot: $(NONROOT)\n    runAsUser: 1000\n  containers:\n  - name: web\n    image: memcached:1.6\n", "kubernetes/run-as-non-root", "review", "A variable sets runAsNonRoot"},
	} {
		t.Run(test.name, func(t *testing.T) {
			report := engine.Check(fixer.NewSnapshot([]fixer.Source{{Path: "web.yaml", Kind: fixer.Kubernetes, Data: []byte(head + test.pod)}}), nil, rules.All())
			i := slices.IndexFunc(report.Findings, func(f *fixer.Finding) bool { return f.Rule == test.rule })
			if i < 0 {
				t.Fatalf("no finding of %s", test.rule)
			}
			if f := report.Findings[i]; f.Level().String() != test.level || !strings.Contains(told(f), test.says) {
				t.Errorf("want %s, got %s:\n%s", test.level, f.Level(), told(f))
			}
		})
	}
}

// A Dockerfile without USER gets the one that its image is run as, so that no
// mismatch comes up that would take the number away from whoever chose it.
func TestUserOfTheManifestIsNotLostToOneThatOakumProposed(t *testing.T) {
	const dockerfile = "FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n"
	const compose = "services:\n  web:\n    build: .\n    image: shop/web:1\n    user: \"1001:1001\"    # as on the old server\n"
	const pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: shop/web:1\n    securityContext:\n      runAsUser: 1001\n"
	for name, test := range map[string]struct{ dockerfile, compose, pod, user string }{
		"Compose says it":                     {dockerfile, compose, "", "USER 1001:1001"},
		"Compose and Kubernetes say it":       {dockerfile, compose, pod, "USER 1001:1001"},
		"Kubernetes says it":                  {dockerfile, strings.Replace(compose, "    user: \"1001:1001\"    # as on the old server\n", "", 1), pod, "USER 1001"},
		"the files are given to another user": {strings.Replace(dockerfile, "COPY . .", "COPY --chown=1000:1000 . .", 1), compose, "", "USER 1000:1000"},
	} {
		t.Run(name, func(t *testing.T) {
			sources := []fixer.Source{
				{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(test.dockerfile)},
				{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(test.compose)},
			}
			if test.pod != "" {
				sources = append(sources, fixer.Source{Path: "web.yaml", Kind: fixer.Kubernetes, Data: []byte(test.pod)})
			}
			s := engine.NewSession(fixer.NewSnapshot(sources), nil, rules.All())
			if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
				t.Fatal(err)
			}
			after := s.Plan().After
			if got := string(after.File("Dockerfile").Data); !strings.Contains(got, test.user+"\n") {
				t.Errorf("no %s:\n%s", test.user, got)
			}
			if got := string(after.File("compose.yaml").Data); strings.Contains(test.compose, "1001") && !strings.Contains(got, `user: "1001:1001"`) {
				t.Errorf("the user is another one:\n%s", got)
			}
			if test.pod != "" && !strings.Contains(string(after.File("web.yaml").Data), "runAsUser: 1001") {
				t.Errorf("the user is another one:\n%s", after.File("web.yaml").Data)
			}
		})
	}
}
