//go:build e2e

package rules_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/corpustest"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestComposeLint lets compose-lint, the other fixer for Compose files, and oakum fix
// the Compose files of the corpus, and prints side by side how much each changes, and
// how many services of an image that oakum's table knows are stopped by that. A
// service is stopped where the result contradicts what is known of its image. The
// program is found in PATH, or where OAKUM_COMPOSE_LINT says (it is on PyPI).
func TestComposeLint(t *testing.T) {
	program := os.Getenv("OAKUM_COMPOSE_LINT")
	if program == "" {
		program = "compose-lint"
	}
	version, err := exec.CommandContext(t.Context(), program, "--version").Output()
	if err != nil {
		t.Skipf("nothing was compared, for compose-lint is missing (pip install compose-lint): %v", err)
	}
	rows := []*rival{
		{name: strings.TrimSpace(string(version)), fix: func(t *testing.T, _ *fixer.Snapshot, dir string, file *fixer.File) []byte {
			at := filepath.Join(dir, filepath.FromSlash(file.Path))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, _ = exec.CommandContext(ctx, program, "fix", "--apply", at).CombinedOutput() // it ends with 1 where something is left
			after, err := os.ReadFile(at)
			if err != nil {
				t.Fatal(err)
			}
			return after
		}},
		{name: "oakum, safe"}, {name: "oakum, review"},
	}
	for _, repository := range corpustest.Repositories(t) {
		ws, err := discover.Load(t.Context(), []string{repository}, discover.Options{})
		if err != nil {
			t.Fatal(err)
		}
		snap := fixer.NewSnapshot(ws.Sources, ws.Names...)
		dir := t.TempDir()
		for f := range snap.Files() {
			if f.Kind == fixer.Compose {
				disktest.Put(t, dir, f.Path, string(f.Data))
			}
		}
		rows[1].plan, rows[2].plan = hardenedPlan(t, snap, fixer.Safe), hardenedPlan(t, snap, fixer.Review)
		for _, r := range rows {
			r.run(t, snap, dir)
		}
	}
	table := fmt.Sprintf("%-24s %6s %6s %6s %9s %8s %8s %8s\n", "", "files", "edits", "broken", "read_only", "cap_drop", "user", "stopped")
	for _, r := range rows {
		table += fmt.Sprintf("%-24s %6d %6d %6d %9d %8d %8d %8d\n", r.name, r.files, r.edits, r.broken, r.readOnly, r.dropped, r.user, r.stopped)
	}
	t.Logf("edits are settings of a service that are another afterwards; broken are files that do not parse\n%s", table)
}

func hardenedPlan(t *testing.T, snap *fixer.Snapshot, level fixer.Level) *engine.Plan {
	t.Helper()
	s := engine.NewSession(snap, nil, rules.All())
	if _, err := s.AcceptAll(level, nil); err != nil {
		t.Fatal(err)
	}
	return s.Plan()
}

// A rival is one of the fixers, and what it did.
type rival struct {
	name string
	fix  func(t *testing.T, snap *fixer.Snapshot, dir string, file *fixer.File) []byte // nil for a plan
	plan *engine.Plan

	files, edits, broken, readOnly, dropped, user, stopped int
}

func (r *rival) run(t *testing.T, snap *fixer.Snapshot, dir string) {
	t.Helper()
	changed := map[string][]byte{}
	for f := range snap.Files() {
		if f.Kind != fixer.Compose || f.Skip != nil {
			continue
		}
		r.files++
		after := f.Data
		if r.fix != nil {
			after = r.fix(t, snap, dir, f)
		} else if now := r.after(f.Path); now != nil {
			after = now
		}
		if string(after) != string(f.Data) {
			changed[f.Path] = after
		}
	}
	var sources []fixer.Source
	for f := range snap.Files() {
		data := f.Data
		if after := changed[f.Path]; after != nil {
			data = after
			edits, err := editsOf(f.Data, after)
			if r.edits += edits; err != nil {
				r.broken++
			}
		} else if now := r.after(f.Path); now != nil { // a Dockerfile, whose base decides too
			data = now
		}
		sources = append(sources, fixer.Source{Path: f.Path, Kind: f.Kind, Data: data, Skip: f.Skip, Context: f.Context})
	}
	before := specs(snap)
	for key, is := range specs(fixer.NewSnapshot(sources, snap.Names()...)) {
		was := before[key]
		if was == nil || !is.differs(was) {
			continue
		}
		count := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		count(&r.readOnly, is.ReadOnly.Yes() && !was.ReadOnly.Yes())
		count(&r.dropped, is.dropped && !was.dropped)
		count(&r.user, is.User.Identity != was.User.Identity)
		if wrong := is.contradictions(was); len(wrong) > 0 {
			r.stopped++
			if r.fix == nil {
				t.Errorf("%s: %s %s: %v", r.name, key, is.name, wrong)
			}
		}
	}
}

// after is a file as the plan of a fixer leaves it, nil for one without a plan.
func (r *rival) after(path string) []byte {
	if r.plan == nil {
		return nil
	}
	if now := r.plan.After.File(path); now != nil {
		return now.Data
	}
	return nil
}

// editsOf counts the settings of services that differ.
func editsOf(before, after []byte) (n int, err error) {
	was, is := map[string]any{}, map[string]any{}
	if yaml.Unmarshal(before, &was) != nil {
		return 0, nil
	}
	if err := yaml.Unmarshal(after, &is); err != nil {
		return 0, err
	}
	services := func(file map[string]any) map[string]any {
		m, _ := file["services"].(map[string]any)
		return m
	}
	for name, service := range services(is) {
		now, _ := service.(map[string]any)
		then, _ := services(was)[name].(map[string]any)
		for key, value := range now {
			if !reflect.DeepEqual(value, then[key]) {
				n++
			}
		}
		for key := range then {
			if _, still := now[key]; !still {
				n++
			}
		}
	}
	return n, nil
}
