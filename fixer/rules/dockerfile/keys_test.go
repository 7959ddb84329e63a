package dockerfile

import (
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
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
		{SecretInEnv, "ARG A_TOKEN\nARG B_TOKEN\nRUN one \"$A_TOKEN\"\nENV B=$B_TOKEN\n", 0},
		{TLSDisabled, "ENV NODE_TLS_REJECT_UNAUTHORIZED=0\nENV GIT_SSL_NO_VERIFY=1\nRUN curl -k https://a.example.org/a -o a\n", 0},
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

// What one rule takes out or puts in does not rename what another one has found.
func TestKeysStayBesideOtherRules(t *testing.T) {
	const words = "RUN curl -k https://a.example.org/a -o a\n"
	for _, c := range []struct {
		mends, stays *fixer.Rule
		src          string
	}{
		{TLSDisabled, SecretInEnv, "ENV NODE_TLS_REJECT_UNAUTHORIZED=0\nENV DB_PASSWORD=hunter2hunter2\n"},
		{DuplicateInstruction, SecretInRun, "CMD [\"a\"]\nCMD [\"mysql\", \"-phunter2hunter2\"]\n"},
		{RunsAsRoot, TLSDisabled, "RUN mkdir /data\nVOLUME /data\n" + words + "CMD [\"/app\"]\n"},
	} {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte("FROM debian:13\n" + c.src)}})
		s := engine.NewSession(snap, nil, []*fixer.Rule{c.mends, c.stays})
		var mended, kept *fixer.Finding
		for _, f := range s.Baseline().Findings {
			switch {
			case f.Rule == c.mends.Name && len(f.Fixes) > 0:
				mended = f
			case f.Rule == c.stays.Name:
				kept = f
			}
		}
		if mended == nil || kept == nil {
			t.Errorf("%s beside %s: not both are found", c.mends.Name, c.stays.Name)
			continue
		}
		if err := s.Decide(mended.Key(), engine.Decision{Verdict: engine.Accept}); err != nil {
			t.Fatal(err)
		}
		plan := s.Plan()
		for _, o := range plan.Outcomes {
			if o.Finding.Key() == mended.Key() && o.Result != engine.Fixed {
				t.Errorf("%s is %s: %s", mended.Path, o.Result, o.Reason)
			}
		}
		if !slices.ContainsFunc(plan.Final.Findings, func(f *fixer.Finding) bool { return f.Key() == kept.Key() }) {
			t.Errorf("%s is no longer called so after %s", kept.Path, c.mends.Name)
		}
	}
}
