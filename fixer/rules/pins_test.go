package rules_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestPinsBringUpTheirBot: a pin is not held back by the finding that nobody
// updates it, and where both are accepted one fold writes the pins and a
// configuration that has all of them.
func TestPinsBringUpTheirBot(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	facts := (&fixer.Facts{Source: "https://github.com/example/shop"}).With(
		&image.Answer{Ref: "docker.io/library/node:22.11.0-slim", Asked: image.AskDigest | image.AskVersion, Digest: digest, Index: true},
		&image.Answer{Ref: "docker.io/library/postgres:18.1", Asked: image.AskDigest | image.AskVersion, Digest: digest, Index: true},
	)
	snap := fixer.NewSnapshot([]fixer.Source{
		{Path: "web/Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM node:22.11.0-slim\nUSER 1000\nCMD [\"node\", \"server.js\"]\n")},
		{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte("services:\n  db:\n    image: postgres:18.1\n")},
	})
	s := engine.NewSession(snap, facts, rules.All())
	for _, f := range s.Baseline().Findings {
		if f.Rule == "cross/pins-without-updates" {
			t.Fatalf("nothing is pinned yet: %s", f.Message)
		}
	}
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	plan := s.Plan()
	for _, o := range plan.Outcomes {
		if strings.HasSuffix(o.Finding.Rule, "/unpinned-image") && o.Result != engine.Fixed {
			t.Errorf("%s %s: %s %s", o.Finding.Rule, o.Finding.File, o.Result, o.Reason)
		}
	}
	bot := plan.After.File(".github/dependabot.yml")
	if bot == nil {
		t.Fatal("no bot was configured")
	}
	for _, want := range []string{"package-ecosystem: docker\n    directory: /web\n", "package-ecosystem: docker-compose\n    directory: /\n"} {
		if !bytes.Contains(bot.Data, []byte(want)) {
			t.Errorf("want %q in\n%s", want, bot.Data)
		}
	}
	for _, path := range []string{"web/Dockerfile", "compose.yaml"} {
		if !bytes.Contains(plan.After.File(path).Data, []byte("@"+digest)) {
			t.Errorf("%s is not pinned:\n%s", path, plan.After.File(path).Data)
		}
	}
}
