package fixer_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

// proofRun makes runs for the table below.
func proofRun(started bool, status, uid int) *fixer.ProofRun {
	return &fixer.ProofRun{Started: started, Ports: []int{80}, UID: uid, KnownUID: true, Answer: fixer.ProofAnswer{TCP: status > 0, Status: status, Port: 80}}
}

func TestResultOfProof(t *testing.T) {
	built := func(size int64, asAsked, hardened *fixer.ProofRun) fixer.ProofSide {
		return fixer.ProofSide{Built: true, Size: size, AsAsked: asAsked, Hardened: hardened}
	}
	up, down := proofRun(true, 200, 0), proofRun(true, 0, 0)
	refused := &fixer.ProofRun{Failure: "no such program"}
	ended := &fixer.ProofRun{Ended: true, Status: 3, Ports: []int{80}}
	failed := fixer.ProofSide{Failure: "x"}
	for _, c := range []struct {
		name          string
		place         string
		before, after fixer.ProofSide
		result        fixer.ProofResult
		why           string
	}{
		{"neither builds", "", failed, failed, fixer.ProofSame, "before does not build either"},
		{"no longer builds", "", built(1, up, up), failed, fixer.ProofWorse, "it no longer builds"},
		{"builds now", "", failed, built(1, up, up), fixer.ProofBetter, "before does not build"},
		{"alike", "c:1", built(1, nil, up), built(1, nil, up), fixer.ProofSame, ""},
		{"the new settings break it", "c:1", built(1, up, down), built(1, nil, down), fixer.ProofWorse, "it does not answer"},
		{"the new image fails with the new settings", "c:1", built(1, down, up), built(1, nil, down), fixer.ProofWorse, "with the same settings, it does not answer"},
		{"the new image is made for the new settings", "c:1", built(1, up, ended), built(1, nil, up), fixer.ProofSame, "only the new image works with the new settings"},
		{"nobody asks for it, and it can be hardened now", "", built(1, up, ended), built(1, up, up), fixer.ProofBetter, "before, hardened, it ends with status 3"},
		{"nobody asks for hardening", "", built(1, up, ended), built(1, up, ended), fixer.ProofSame, ""},
		{"fails hardened, and did not before", "", built(1, up, up), built(1, up, ended), fixer.ProofWorse, "hardened, it ends with status 3"},
		{"a database is missing", "c:1", built(1, nil, down), built(1, nil, proofRun(true, 0, 0)), fixer.ProofSame, "before does not answer either"},
		{"neither runs, smaller or not", "c:1", built(100, nil, ended), built(1, nil, ended), fixer.ProofSame, "before ends with a failure, too"},
		{"neither starts", "c:1", built(1, nil, refused), built(1, nil, refused), fixer.ProofSame, "before does not start either"},
		{"answers with an error", "c:1", built(1, nil, up), built(1, nil, proofRun(true, 500, 0)), fixer.ProofWorse, "it answers HTTP 500 instead of HTTP 200"},
		{"does not find its files", "c:1", built(1, nil, up), built(1, nil, proofRun(true, 404, 0)), fixer.ProofWorse, "it answers HTTP 404 instead of HTTP 200"},
		{"a redirect is an answer", "c:1", built(1, nil, up), built(1, nil, proofRun(true, 302, 0)), fixer.ProofSame, ""},
		{"root no more", "c:1", built(100, nil, up), built(97, nil, proofRun(true, 200, 1000)), fixer.ProofBetter, "it runs as user 1000 instead of root"},
		{"root now", "c:1", built(1, nil, proofRun(true, 200, 1000)), built(1, nil, up), fixer.ProofWorse, "it runs as root, and did not before"},
		{"smaller", "c:1", built(100, nil, up), built(23, nil, up), fixer.ProofBetter, "the image is 77 % smaller"},
		{"larger", "c:1", built(23, nil, up), built(100, nil, up), fixer.ProofSame, ""},
		{"smaller, and without its database", "c:1", built(100, nil, down), built(50, nil, down), fixer.ProofBetter, "the image is 50 % smaller; before does not answer either"},
	} {
		p := fixer.Proof{Place: c.place, Before: c.before, After: c.after}
		if v, why := p.Result(); v != c.result || why != c.why {
			t.Errorf("%s: %s, %q; want %s, %q", c.name, v, why, c.result, c.why)
		}
	}
	skipped := fixer.Proof{Skipped: "the build context is unknown"}
	if v, why := skipped.Result(); v != fixer.ProofNone || why != skipped.Skipped {
		t.Errorf("%s %q", v, why)
	}
	list := []fixer.Proof{skipped, {Before: failed, After: failed}}
	if got := fixer.TallyProofs(list); got != "2 services: 1 as before, 1 not tried" || fixer.AnyWorse(list) || fixer.NothingTried(list) || !fixer.NothingTried(list[:1]) {
		t.Errorf("%q", got)
	}
}
