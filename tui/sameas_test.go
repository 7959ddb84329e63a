package tui

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestTheCommandDoesTheSame runs every command that the options show, for a finding of
// each rule in each file, on the same files: it changes the same bytes as the decision.
func TestTheCommandDoesTheSame(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../testdata/repos/shop")); err != nil {
		t.Fatal(err)
	}
	disktest.Git(t, dir, "init", "-q")
	d := start(t, newReal(t), 80, 24)
	job := d.model().foldJob()
	shown, tried := 0, map[string]bool{}
	for _, f := range d.model().session.Baseline().Findings {
		if len(f.Fixes) == 0 || tried[f.Rule+f.File] {
			continue
		}
		tried[f.Rule+f.File] = true
		ask := previewAsk{key: f.Key(), decision: engine.Decision{Verdict: engine.Accept, Fix: f.Fixes[0].ID, Level: f.Fixes[0].Level}}
		command := job.command(ask)
		if command == "" {
			continue
		}
		shown++
		want := job.alone(engine.Decisions{ask.key: ask.decision})
		if got, want := commandChanges(t, dir, command), changesByPath(want.Changes); !maps.Equal(got, want) {
			t.Errorf("%s\n%s\nchanges\n%v\nwant\n%v", f.Key(), command, got, want)
		}
	}
	if shown < 10 {
		t.Errorf("only %d commands are shown for %d findings", shown, len(tried))
	}
}

// TestNoCommandMakesAManualFix: oakum fix has no such level, and what is refused changes nothing
// that a command could change, too.
func TestNoCommandMakesAManualFix(t *testing.T) {
	const shop = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: {containers: [{name: web, image: web, env: [{name: MQ_URL, value: \"amqp://mq:5672\"}]}]}\n---\n" +
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n"
	b := newFake([]fixer.Source{{Path: "shop.yaml", Kind: fixer.Kubernetes, Data: []byte(shop)}})
	b.rules = rules.All()
	d := start(t, b, 80, 24)
	job, manual := d.model().foldJob(), 0
	for _, f := range d.model().session.Baseline().Findings {
		if len(f.Fixes) == 0 || f.Fixes[0].Level != fixer.Manual {
			continue
		}
		manual++
		for _, params := range []fixer.Params{nil, {"acknowledge": "all"}} {
			ask := previewAsk{key: f.Key(), decision: engine.Decision{Verdict: engine.Accept, Fix: f.Fixes[0].ID, Level: fixer.Manual, Params: f.Fixes[0].OwnParams(params)}}
			if command := job.command(ask); command != "" {
				t.Errorf("%s: %s", f.Key(), command)
			}
		}
	}
	if manual == 0 {
		t.Error("nothing is manual")
	}
}

// commandChanges does what a command line would, but for writing.
func commandChanges(t *testing.T, dir, command string) map[string]string {
	t.Helper()
	words := strings.Fields(command)[2:]
	level, rule, path := fixer.Safe, "", dir
	for len(words) > 0 {
		switch words[0] {
		case "--select":
			rule, words = words[1], words[2:]
		case "--level":
			level, words = map[string]fixer.Level{"review": fixer.Review}[words[1]], words[2:]
		default:
			path, words = filepath.Join(dir, words[0]), words[1:]
		}
	}
	selection, err := project.Select(rules.All(), []string{rule}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(t.Context(), project.Options{Paths: []string{path}, Selection: selection})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Accept(t.Context(), level, project.Settings{}); err != nil {
		t.Fatal(err)
	}
	return changesByPath(p.Session().Plan().Changes)
}

func changesByPath(changes []engine.Change) map[string]string {
	out := map[string]string{}
	for _, c := range changes {
		out[c.Path] = string(c.After)
	}
	return out
}
