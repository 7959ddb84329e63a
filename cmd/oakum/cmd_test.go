package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oakum/fixer"
)

// TestCommandsAreThin keeps logic out of commands: a file that grows has some.
func TestCommandsAreThin(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(data, []byte("\n")); n > 120 && !strings.HasSuffix(f, "_test.go") {
			t.Errorf("%s has %d lines; a command has at most 120", f, n)
		}
	}
}

// full fails as a full disk does.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAResultThatCannotBeWrittenIsAFailure(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"rules"}, {"rules", "--format", "json"}, {"scan", t.TempDir()}} {
		var stderr bytes.Buffer
		if code := run(t.Context(), args, full{}, &stderr); code != exitFailed {
			t.Errorf("%v exits with %d, want %d", args, code, exitFailed)
		}
		if !strings.Contains(stderr.String(), "no space left on device") {
			t.Errorf("%v says %q", args, stderr.String())
		}
	}
}

func TestSelection(t *testing.T) {
	all := []*fixer.Rule{
		{Name: "kubernetes/a", References: []fixer.Reference{{Source: fixer.Trivy, ID: "KSV-0012"}, {Source: fixer.CISKubernetes, ID: "5.2.7"}}},
		{Name: "kubernetes/b", References: []fixer.Reference{{Source: fixer.KICSKubernetes, ID: "cf34805e-3872-4c08-bf92-6ff7bb0cfadb", Title: "Container Running As Root"}}},
		{Name: "compose/a", References: []fixer.Reference{{Source: fixer.Trivy, ID: "KSV-0012"}, {Source: fixer.CISDocker, ID: "4.1"}}},
	}
	for _, c := range []struct {
		only, ignore []string
		wants, runs  string
		err          string
	}{
		{nil, nil, "kubernetes/a kubernetes/b compose/a", "kubernetes/a kubernetes/b compose/a", ""},
		{[]string{"kubernetes/a"}, nil, "kubernetes/a", "kubernetes/a kubernetes/b compose/a", ""},
		{[]string{"kubernetes"}, nil, "kubernetes/a kubernetes/b", "kubernetes/a kubernetes/b compose/a", ""},
		{[]string{"kubernetes/"}, []string{"kubernetes/b"}, "kubernetes/a", "kubernetes/a compose/a", ""},
		{[]string{"kubernetes/*"}, []string{"*/a"}, "kubernetes/b", "kubernetes/b", ""},
		{[]string{"kube*"}, nil, "kubernetes/a kubernetes/b", "kubernetes/a kubernetes/b compose/a", ""},
		{[]string{"*"}, []string{"comp*a"}, "kubernetes/a kubernetes/b", "kubernetes/a kubernetes/b", ""},
		{[]string{"[k]*[^a]"}, nil, "kubernetes/b", "kubernetes/a kubernetes/b compose/a", ""},
		{[]string{"kube?/a"}, nil, "", "", "no rule is called"},
		{[]string{" compose/a", "kubernetes/b"}, nil, "kubernetes/b compose/a", "kubernetes/a kubernetes/b compose/a", ""},
		{nil, []string{"compose", "kubernetes"}, "", "", "leave no rule"},
		{[]string{"KSV-0012"}, nil, "kubernetes/a compose/a", "kubernetes/a kubernetes/b compose/a", ""},
		{[]string{"AVD-KSV-0012"}, []string{"kubernetes/a"}, "compose/a", "kubernetes/b compose/a", ""},
		{[]string{"ksv012"}, nil, "kubernetes/a compose/a", "kubernetes/a kubernetes/b compose/a", ""},
		{[]string{"container running as root"}, nil, "kubernetes/b", "kubernetes/a kubernetes/b compose/a", ""},
		{[]string{"cis docker 4.1"}, nil, "compose/a", "kubernetes/a kubernetes/b compose/a", ""},
		{nil, []string{"CIS Kubernetes 5.2.7"}, "kubernetes/b compose/a", "kubernetes/b compose/a", ""},
		{[]string{"4.1"}, nil, "", "", "no rule is called"}, // of which benchmark?
		{[]string{"compose/a"}, []string{"compose/a"}, "", "", "leave no rule"},
		{[]string{"compsoe"}, nil, "", "", "did you mean compose?"},
		{nil, []string{"kubernetes/"[:4]}, "", "", `--ignore: no rule is called "kube"`},
		{[]string{"[a"}, nil, "", "", "no pattern"},
		{[]string{""}, nil, "", "", `no rule is called ""`},
	} {
		s, err := newSelection(all, selectFlags{only: c.only, ignore: c.ignore})
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v %v: error %v, want %q", c.only, c.ignore, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v %v: %v", c.only, c.ignore, err)
			continue
		}
		var wants []string
		for _, r := range all {
			if s.wants(r.Name) {
				wants = append(wants, r.Name)
			}
		}
		if got := strings.Join(wants, " "); got != c.wants {
			t.Errorf("%v %v wants %q, want %q", c.only, c.ignore, got, c.wants)
		}
		if got := strings.Join(names(s.run), " "); got != c.runs {
			t.Errorf("%v %v runs %q, want %q", c.only, c.ignore, got, c.runs)
		}
	}
}

func TestSettings(t *testing.T) {
	all := []*fixer.Rule{{Name: "kubernetes/a"}, {Name: "compose/a"}}
	for given, want := range map[string]string{
		"uid":                  "write KEY=VALUE",
		"=1":                   "write KEY=VALUE",
		"":                     "write KEY=VALUE",
		"kubernetes/a=1":       "write RULE.KEY=VALUE",
		"kubernetes/a.=1":      "write KEY=VALUE",
		"kubernetes/a.uid":     "write KEY=VALUE",
		"kubernetse/a.uid=1":   "did you mean kubernetes/a?",
		"kubernetes/a.b.uid=1": `no rule is called "kubernetes/a.b"`,
	} {
		if _, err := parseSettings([]string{given}, all); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("--set %q: error %v, want %q", given, err, want)
		}
	}
	s, err := parseSettings([]string{"kubernetes/a.uid=7", "uid=1", "uid=2", "expr=a/b=c.d", "empty="}, all)
	if err != nil {
		t.Fatal(err)
	}
	for rule, uid := range map[string]string{"kubernetes/a": "7", "compose/a": "2", "": "2"} {
		p := s.params(rule)
		if p["uid"] != uid || p["expr"] != "a/b=c.d" || len(p) != 3 {
			t.Errorf("params of %q are %v", rule, p)
		}
	}
}

func TestUndoCommandIsQuoted(t *testing.T) {
	for root, want := range map[string]string{
		"/srv/shop":       "oakum undo /srv/shop",
		"/srv/my shop":    "oakum undo '/srv/my shop'",
		"/srv/it's $HOME": `oakum undo '/srv/it'\''s $HOME'`,
	} {
		if got := undoCommand(root); got != want {
			t.Errorf("%q: %s, want %s", root, got, want)
		}
	}
}
