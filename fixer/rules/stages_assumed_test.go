package rules_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestStaticFilesOfDjangoAreAssumed: where they are collected stands in settings that are
// not read, so a conversion that copies the application says what it assumes.
func TestStaticFilesOfDjangoAreAssumed(t *testing.T) {
	const src = "FROM python:3.13-slim-trixie\nRUN apt-get update && apt-get install -y gcc\nWORKDIR /code\nCOPY . .\nRUN pip install -r requirements.txt\nCMD [\"gunicorn\", \"app.wsgi\"]\n"
	for _, c := range []struct {
		dockerfile string
		says       bool
	}{
		{src, false},
		{strings.Replace(src, "CMD", "RUN python manage.py collectstatic --noinput\nCMD", 1), true},
	} {
		snap := fixer.NewSnapshot([]fixer.Source{
			{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(c.dockerfile)},
			{Path: "requirements.txt", Kind: fixer.Project, Context: true, Data: []byte("django\ngunicorn\n")},
		}, fixer.Name{Path: ".", Kind: buildcontext.Directory}, fixer.Name{Path: "Dockerfile"}, fixer.Name{Path: "requirements.txt"}, fixer.Name{Path: "manage.py"})
		found := false
		for _, f := range engine.Check(snap, nil, rules.All()).Findings {
			if f.Rule != "dockerfile/single-stage" || len(f.Fixes) == 0 {
				continue
			}
			found = true
			if got := strings.Contains(f.Fixes[0].Breaks, "STATIC_ROOT of Django lies below /code"); got != c.says {
				t.Errorf("it says so: %t, in %q", got, f.Fixes[0].Breaks)
			}
		}
		if !found {
			t.Errorf("no conversion of\n%s", c.dockerfile)
		}
	}
}
