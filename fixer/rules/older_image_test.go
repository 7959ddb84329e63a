package rules_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// An image that stands in a manifest was built before oakum gave its Dockerfile
// a USER. A kubelet that is told runAsNonRoot alone would refuse it until
// somebody builds it again.
func TestImageThatIsOlderThanItsDockerfile(t *testing.T) {
	const (
		dockerfile = "FROM node:24-slim\nCOPY . /app\nCMD [\"node\", \"/app/server.js\"]\n"
		compose    = "services:\n  web:\n    build: .\n    image: shop/web:1.2\n"
		pod        = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: "
		digest     = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	)
	session := func(dockerfile, image string) *engine.Session {
		return engine.NewSession(fixer.NewSnapshot([]fixer.Source{
			{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(dockerfile)},
			{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(compose)},
			{Path: "web.yaml", Kind: fixer.Kubernetes, Data: []byte(pod + image + "\n")},
		}), nil, rules.All())
	}
	accept := func(t *testing.T, s *engine.Session, level fixer.Level) string {
		t.Helper()
		if _, err := s.AcceptAll(level, nil); err != nil {
			t.Fatal(err)
		}
		return string(s.Plan().After.File("web.yaml").Data)
	}

	t.Run("the user is given in the same session", func(t *testing.T) {
		s := session(dockerfile, "shop/web:1.2")
		user := fixer.Key{Rule: "dockerfile/runs-as-root", File: "Dockerfile", Path: "stage 0: USER"}
		if err := s.Decide(user, engine.Decision{Verdict: engine.Accept}); err != nil {
			t.Fatal(err)
		}
		if got := accept(t, s, fixer.Safe); strings.Contains(got, "runAsNonRoot") || strings.Contains(got, "drop:") {
			t.Errorf("called safe for an image that starts as root until it is built again:\n%s", got)
		}
		if got := accept(t, s, fixer.Review); !strings.Contains(got, "runAsUser: 1000") {
			t.Errorf("the kubelet is told no user, and refuses the image that is there:\n%s", got)
		}
	})
	t.Run("the Dockerfile said so before", func(t *testing.T) {
		s := session(strings.Replace(dockerfile, "CMD", "USER 1000:1000\nCMD", 1), "shop/web:1.2")
		if got := accept(t, s, fixer.Safe); !strings.Contains(got, "runAsNonRoot: true") || strings.Contains(got, "runAsUser") {
			t.Errorf("the Dockerfile proves the user:\n%s", got)
		}
	})
	t.Run("the image is pinned by its digest", func(t *testing.T) {
		s := session(strings.Replace(dockerfile, "CMD", "USER 1000:1000\nCMD", 1), "shop/web:1.2"+digest)
		if got := accept(t, s, fixer.Safe); strings.Contains(got, "runAsNonRoot") || strings.Contains(got, "drop:") {
			t.Errorf("today's Dockerfile proves nothing of an image that is built already:\n%s", got)
		}
		if got := accept(t, s, fixer.Review); !strings.Contains(got, "runAsUser: 1000") {
			t.Errorf("the kubelet is told no user:\n%s", got)
		}
	})
}
