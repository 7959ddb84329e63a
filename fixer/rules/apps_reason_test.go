package rules_test

import (
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/multistage"
)

// stackNames are the names of stacks as people are shown them.
var stackNames = map[string]string{
	"go": "Go", "node": "Node.js", "python": "Python", "java": "Java", "rust": "Rust", "php": "PHP", "ruby": "Ruby", "dotnet": ".NET",
}

// TestAppsReasons holds the reason of each refusal against those that are right, and
// the stack that was recognised against the real one.
func TestAppsReasons(t *testing.T) {
	for _, a := range readStagedApps(t) {
		t.Run(a.name, func(t *testing.T) {
			if a.Today != "" {
				t.Skip(a.Today)
			}
			v := multistageVerdict(t, a)
			switch {
			case v == nil:
				if a.Verdict == refused && !slices.ContainsFunc(a.Reason, func(r string) bool { return r == "several-stages" || r == "windows" }) {
					t.Error("no verdict was given")
				}
			case a.Verdict == refused && slices.Contains(a.Reason, "no-gain"):
				if len(v.Gains) > 0 {
					t.Errorf("something is said to be gained: %q", v.Gains)
				}
			case len(v.Gains) == 0: // nothing is seen that would leave the image
			case a.Verdict == refused:
				if v.Refusal == nil || !slices.Contains(a.Reason, string(v.Refusal.Reason)) {
					t.Errorf("it is refused for %+v, want one of %s", v.Refusal, a.Reason)
				} else if v.Refusal.Text == "" || v.Refusal.Possible == "" {
					t.Errorf("the refusal says too little: %+v", v.Refusal)
				}
			case a.Verdict == converted && v.Stack != stackNames[a.Stack] && a.Stack != "static":
				t.Errorf("its stack is %q, want %s", v.Stack, stackNames[a.Stack])
			}
		})
	}
}

// multistageVerdict returns the verdict on the Dockerfile of an application as it is.
func multistageVerdict(t *testing.T, a *stagedApp) (verdict *multistage.Verdict) {
	t.Helper()
	dir := t.TempDir()
	a.copyTo(t, dir)
	ws, err := discover.Load(t.Context(), []string{dir}, discover.Options{Generated: true})
	if err != nil {
		t.Fatal(err)
	}
	probe := &fixer.Rule{Name: "dockerfile/probe", Kind: fixer.Dockerfile, Check: func(p *fixer.Pass) {
		if p.File.Path == a.Dockerfile {
			verdict = multistage.Of(p)
		}
	}}
	engine.NewSession(fixer.NewSnapshot(ws.Sources, ws.Names...), nil, []*fixer.Rule{probe})
	return verdict
}
