package engine_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// limits is a rule with a wrong fix: it writes pids_limit into the service, also where
// that has a block under deploy, beside which Compose refuses it. Nothing in the file
// itself tells: what is written is what is declared, and the finding is gone.
func limits() *fixer.Rule {
	return &fixer.Rule{Name: "compose/limits", Title: "limits", Kind: fixer.Compose, Severity: fixer.Low, Check: func(p *fixer.Pass) {
		for _, s := range p.File.Compose.Services {
			if s.Image == "" || !s.Node.Get("pids_limit").Null() {
				continue
			}
			p.Report(fixer.Finding{Path: s.Path.String(), Message: "no limit", Start: s.Key.Start, End: s.Key.End, Fixes: []fixer.Fix{{
				ID: "set", Title: "set pids_limit", Level: fixer.Safe,
				Edit: fixer.EditYAML(p.File.YAML.Docs[0], yamldoc.Set(s.Path.Join("pids_limit"), 100)),
			}}})
		}
	}}
}

// TestEditThatComposeRefusesIsBlocked: the wrong edit of one service is caught, also where
// the reason is in the override, and the others are made.
func TestEditThatComposeRefusesIsBlocked(t *testing.T) {
	file := func(path, data string) fixer.Source {
		return fixer.Source{Path: path, Kind: fixer.Compose, Data: []byte(data)}
	}
	snap := fixer.NewSnapshot([]fixer.Source{
		file("compose.yaml", "services:\n  web:\n    image: web\n  worker:\n    image: worker\n    deploy:\n      resources:\n        limits:\n          memory: 1g\n  db:\n    image: db\n"),
		file("compose.override.yaml", "services:\n  db:\n    deploy:\n      resources:\n        limits:\n          memory: 1g\n"),
		file("other/compose.yaml", "services:\n  web:\n    image: web\n"),
	})
	p := acceptAll(t, engine.NewSession(snap, nil, []*fixer.Rule{limits()}), fixer.Safe)
	for place, want := range map[[2]string]engine.Result{
		{"compose.yaml", "services.web"}: engine.Fixed, {"compose.yaml", "services.worker"}: engine.Blocked,
		{"compose.yaml", "services.db"}: engine.Blocked, {"other/compose.yaml", "services.web"}: engine.Fixed,
	} {
		o := outcome(t, p, "compose/limits", place[0], place[1])
		if o.Result != want || want == engine.Blocked && !strings.Contains(o.Reason, "pids_limit other than deploy.resources.limits.pids") {
			t.Errorf("%v: %v, %q, want %v", place, o.Result, o.Reason, want)
		}
	}
	if got := contents(t, p, "compose.yaml"); strings.Count(got, "pids_limit") != 1 {
		t.Errorf("written:\n%s", got)
	}
}
