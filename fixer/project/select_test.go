package project

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

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
		{[]string{"[a"}, nil, "", "", "not a valid pattern"},
		{[]string{""}, nil, "", "", `no rule is called ""`},
	} {
		s, err := Select(all, c.only, c.ignore)
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
			if s.Wants(r.Name) {
				wants = append(wants, r.Name)
			}
		}
		if got := strings.Join(wants, " "); got != c.wants {
			t.Errorf("%v %v wants %q, want %q", c.only, c.ignore, got, c.wants)
		}
		if got := strings.Join(Names(s.run), " "); got != c.runs {
			t.Errorf("%v %v runs %q, want %q", c.only, c.ignore, got, c.runs)
		}
	}
}
