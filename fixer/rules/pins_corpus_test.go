package rules_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestPinsInTheCorpus pins every image of the corpus with answers that have a digest for
// every reference: every fix that is offered holds, one reference has one digest in
// all files of a repository, and nothing but digests and tags is written. With -v it
// prints how many references there are by kind of place, and why some are left.
func TestPinsInTheCorpus(t *testing.T) {
	type count struct{ found, pinned, left int }
	counts := map[string]*count{}
	reasons := map[string]int{}
	selected := func(rule string) bool {
		_, name, _ := strings.Cut(rule, "/")
		return name == "unpinned-image" || name == "mutable-tag"
	}
	var pinning []*fixer.Rule
	for _, r := range rules.All() {
		if selected(r.Name) {
			pinning = append(pinning, r)
		}
	}
	for i, dir := range corpustest.Repositories(t) {
		if testing.Short() && i%10 != 0 {
			continue
		}
		ws, err := discover.Load(context.Background(), []string{dir}, discover.Options{})
		if err != nil {
			t.Fatal(err)
		}
		snap := fixer.NewSnapshot(ws.Sources, ws.Names...)
		s := engine.NewSession(snap, nil, pinning)
		s.SetFacts(s.Facts().With(digests(s.Facts().Wishes())...))
		if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
			t.Fatal(err)
		}
		of := map[string]string{}
		for _, o := range s.Plan().Outcomes {
			c := counts[o.Finding.Rule]
			if c == nil {
				c = &count{}
				counts[o.Finding.Rule] = c
			}
			c.found++
			switch o.Result {
			case engine.Fixed, engine.Closed:
				c.pinned++
			default:
				c.left++
				reasons[reasonLeft(&o)]++
				if o.Result == engine.Blocked {
					t.Errorf("%s: %s %s:%d: %s", filepath.Base(dir), o.Finding.Rule, o.Finding.File, o.Finding.Line, o.Reason)
				}
			}
		}
		for _, change := range s.Plan().Changes {
			for line := range strings.Lines(string(change.After)) {
				if name, rest, ok := strings.Cut(line, "@sha256:"); ok && len(rest) >= 64 {
					name = name[strings.LastIndexAny(name, " \t\"'=/,{[")+1:]
					if was, known := of[name]; known && was != rest[:64] && !strings.Contains(string(change.Before), rest[:64]) {
						// the same last part of a name may be that of two repositories
						t.Logf("%s: %s has the digests %.12s and %.12s", filepath.Base(dir), name, was, rest)
					}
					of[name] = rest[:64]
				}
			}
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%-28s found %4d  pinned %4d  left %4d", rule, counts[rule].found, counts[rule].pinned, counts[rule].left)
	}
	for _, reason := range slices.SortedFunc(maps.Keys(reasons), func(a, b string) int { return cmp.Or(reasons[b]-reasons[a], strings.Compare(a, b)) }) {
		t.Logf("%4d  %s", reasons[reason], reason)
	}
}

// reasonLeft is why a reference is not pinned, without its names.
func reasonLeft(o *engine.Outcome) string {
	if o.Reason != "" {
		return particular.ReplaceAllString(fmt.Sprintf("%s: %s", o.Result, o.Reason), "…")
	}
	reason, _, _ := strings.Cut(strings.TrimPrefix(o.Finding.Advice, "Pin it: "), ". ")
	return particular.ReplaceAllString(reason, "…")
}

// particular are the names, references and numbers in a reason.
var particular = regexp.MustCompile(`sha256:[0-9a-f]+|[A-Z][A-Z0-9_]{3,}|\): Pin .*|[^ ]*[/@=$][^ ]*|[0-9]+`)

// digests answers every question about digests and versions as if each reference were
// there, with a digest of its own.
func digests(wishes []image.Wish) []*image.Answer {
	var out []*image.Answer
	for _, w := range wishes {
		if w.Ref.HasDigest() {
			continue
		}
		out = append(out, &image.Answer{
			Ref: w.Ref.String(), Asked: image.AskDigest | image.AskVersion, Index: true, At: time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC),
			Digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(w.Ref.String()))),
		})
	}
	return out
}
