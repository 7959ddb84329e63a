package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/report"
)

// TestProofs: the table has a line for each run, what fails in the same way is written
// once, and nothing that comes from outside reaches the terminal as it is.
func TestProofs(t *testing.T) {
	up := func(uid int) *fixer.ProofRun {
		return &fixer.ProofRun{Started: true, Ports: []int{80}, Answer: fixer.ProofAnswer{Port: 80, TCP: true, Status: 200, Body: "a"}, UID: uid, KnownUID: true}
	}
	down := &fixer.ProofRun{Ended: true, Status: 3, Output: []string{"first", "no\x1b[31m such file"}}
	r := report.Proofs{Engine: "docker", List: []fixer.Proof{
		{
			Service: "web\x1b[2J", Place: "compose.yaml:3", Without: []string{"the files at /conf"},
			Before: fixer.ProofSide{Built: true, Size: 1_234_567, AsAsked: up(0), Hardened: down, Writes: []string{"/a/" + strings.Repeat("long/", 20) + "file", "/b"}, MoreWrites: 3, Image: "oakum-prove-1:before"},
			After:  fixer.ProofSide{Built: true, Size: 123_456_789, Hardened: down, WritesUnknown: true},
		},
		{Service: "b/Dockerfile", Skipped: "the build context is unknown"},
	}}
	var out bytes.Buffer
	if err := r.Text(&out, report.Style{}); err != nil {
		t.Fatal(err)
	}
	const want = `service       image                 built  started  answers   uid  size    writes outside mounts
web^[[2J      before                yes    yes      HTTP 200  0    1.2 MB  …long/long/long/long/long/long/long/file and 4 more
              before, new settings         ended 3  -         -
              after                 yes    ended 3  -         -    123 MB  ?
  worse: it ends with status 3
  kept: oakum-prove-1:before
  tried without the files at /conf

b/Dockerfile  -                     -      -        -         -    -       -
  not tried: the build context is unknown

web^[[2J, before, new settings: it ended with status 3
    | first
    | no^[[31m such file
web^[[2J, after: the same

2 services: 1 worse, 1 not tried
`
	if got := out.String(); got != want {
		t.Errorf("it prints\n%s\nwant\n%s", got, want)
	}

	out.Reset()
	if err := r.JSON(&out); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Version int
		Proofs  []struct {
			Service, Result, Reason string
			Before, After           *struct {
				Built    bool
				Hardened struct {
					Status *int
					UID    *int
				}
				Writes []string
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || strings.Contains(out.String(), "\x1b") {
		t.Fatalf("%v\n%s", err, &out)
	}
	if p := back.Proofs; len(p) != 2 || p[0].Result != "worse" || *p[0].After.Hardened.Status != 3 || p[0].After.Hardened.UID != nil || p[0].After.Writes == nil || p[1].Before != nil || p[1].Result != "not tried" {
		t.Errorf("%+v", p)
	}
}
