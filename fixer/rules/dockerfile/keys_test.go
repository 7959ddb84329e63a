package dockerfile

import (
	"testing"

	"oakum/fixer"
	"oakum/fixer/engine"
)

// TestKeysStay mends one finding of several and asks whether the others are
// still called what they were, so that no decision goes over to another one.
func TestKeysStay(t *testing.T) {
	for _, c := range []struct {
		rule  *fixer.Rule
		lines string
		mend  int // index among the findings
	}{
		{PackageCache, "RUN pip install --upgrade pip && pip install flask && pip install gunicorn\n", 0},
		{Sudo, "USER root\nRUN sudo apt-get update && sudo apt-get clean && sudo apt-get check\n", 1},
		{TLSDisabled, "RUN curl -k https://a.example.org/a -o a && curl -k https://b.example.org/b -o b\n", 0},
		{UpdateAlone, "RUN apt-get update\nRUN apt-get install -y a\nRUN make\nRUN apt-get update\nRUN apt-get install -y b\nRUN apt-get update\n", 0},
		{UpdateAlone, "RUN apt-get update\nRUN apt-get update\nRUN apt-get install -y a\n", 1},
	} {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM debian:13\n" + c.lines)}})
		s := engine.NewSession(snap, nil, []*fixer.Rule{c.rule})
		found := s.Baseline().Findings
		if len(found) < 2 {
			t.Errorf("%s: %d findings in %q", c.rule.Name, len(found), c.lines)
			continue
		}
		if err := s.Decide(found[c.mend].Key(), engine.Decision{Verdict: engine.Accept}); err != nil {
			t.Errorf("%s: %v", c.rule.Name, err)
			continue
		}
		plan := s.Plan()
		for _, o := range plan.Outcomes {
			if o.Finding.Key() == found[c.mend].Key() && o.Result != engine.Fixed {
				t.Errorf("%s: %s is %s: %s", c.rule.Name, o.Finding.Path, o.Result, o.Reason)
			}
		}
		left := map[fixer.Key]bool{}
		for _, f := range plan.Final.Findings {
			left[f.Key()] = true
		}
		for k, f := range found {
			if (k != c.mend) != left[f.Key()] {
				t.Errorf("%s: after mending %s, %s: still there is %v", c.rule.Name, found[c.mend].Path, f.Path, left[f.Key()])
			}
		}
	}
}
