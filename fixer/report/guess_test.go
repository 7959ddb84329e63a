package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// TestGuessesAreSaidOnce: a value that rests on nothing known is written in many
// places and said in one line, with how often.
func TestGuessesAreSaidOnce(t *testing.T) {
	finding := &fixer.Finding{Rule: "k/x", File: "a.yaml"}
	f := &Fix{Before: &Scan{}, After: &Scan{}}
	for range 3 {
		f.Outcomes = append(f.Outcomes, engine.Outcome{Finding: finding, Result: engine.Fixed, Level: fixer.Review, Guesses: []string{"memory=512Mi"}, Assumed: []string{"pids=1024"}})
	}
	f.Outcomes = append(f.Outcomes, engine.Outcome{Finding: finding, Result: engine.Fixed, Level: fixer.Review})
	var out bytes.Buffer
	if err := f.Summary(&out, Style{}, false, ""); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "memory=512Mi in 3 places"); n != 1 {
		t.Errorf("said %d times:\n%s", n, out.String())
	}
	if !strings.Contains(out.String(), "pids=1024 in 3 places") { // the bounds that fixes set were left out
		t.Errorf("an assumed bound is not listed:\n%s", out.String())
	}
}
