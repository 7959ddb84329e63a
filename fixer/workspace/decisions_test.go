package workspace

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
)

func someDecisions() engine.Decisions {
	return engine.Decisions{
		{Rule: "dockerfile/runs-as-root", File: "api/Dockerfile", Path: "stage run"}: {
			Verdict: engine.Accept, Fix: "user", Params: fixer.Params{"uid": "10001", "note": "é\"\n\x1b"}, Level: fixer.Review,
		},
		{Rule: "compose/privileged", File: "compose.yaml", Path: "services.cache"}:              {Verdict: engine.Skip},
		{Rule: "compose/read-only", File: "compose.yaml", Path: "services.cache"}:               {Verdict: engine.Accept, Level: fixer.Safe},
		{Rule: "kubernetes/no-memory-limit", File: "k8s/web.yaml", Path: "Deployment/web: [a]"}: {Verdict: engine.Suppress, Reason: "measured"},
	}
}

func decisionsFile(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(os.Getenv("XDG_STATE_HOME"), "oakum", "sessions", "*", decisionsName))
	if err != nil || len(found) != 1 {
		t.Fatalf("files with decisions: %v, %v", found, err)
	}
	return found[0]
}

func TestDecisionsAreKeptUntilForgotten(t *testing.T) {
	dir := disktest.Tree(t, nil)
	if got, err := LoadDecisions(dir); err != nil || len(got) != 0 {
		t.Fatalf("before anything was saved: %v, %v", got, err)
	}
	if err := SaveDecisions(dir, nil); err != nil {
		t.Fatalf("forgetting nothing: %v", err)
	}
	all := someDecisions()
	given := maps.Clone(all)
	for range 2 { // the second replaces the first
		if err := SaveDecisions(dir, all); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(all, given) {
		t.Error("saving changed the map")
	}
	got, err := LoadDecisions(dir)
	if err != nil || !reflect.DeepEqual(got, all) {
		t.Fatalf("got %v, %v\nwant %v", got, err, all)
	}
	one, err1 := encodeDecisions(dir, all)
	two, err2 := encodeDecisions(dir, maps.Clone(all))
	if err := errors.Join(err1, err2); err != nil || string(one) != string(two) || !strings.Contains(string(one), `[{"rule":"dockerfile/runs-as-root"`) {
		t.Errorf("the file depends on the order of the map: %v\n%s\n%s", err, one, two)
	}
	if other, err := LoadDecisions(dir + "2"); err != nil || len(other) != 0 {
		t.Errorf("another root has %v, %v", other, err)
	}
	err = filepath.WalkDir(filepath.Join(os.Getenv("XDG_STATE_HOME"), "oakum"), func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := d.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: others may look: %v, %v", p, info.Mode(), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := SaveDecisions(dir, engine.Decisions{}); err != nil {
		t.Fatal(err)
	}
	if got, err := LoadDecisions(dir); err != nil || len(got) != 0 {
		t.Errorf("after forgetting: %v, %v", got, err)
	}
	if _, err := Undo(t.Context(), dir); !errors.Is(err, ErrNoRecord) {
		t.Errorf("saved decisions are taken for something to undo: %v", err)
	}
}

func TestDamagedDecisionsAreSaid(t *testing.T) {
	dir := disktest.Tree(t, nil)
	if err := SaveDecisions(dir, someDecisions()); err != nil {
		t.Fatal(err)
	}
	file := decisionsFile(t)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	for bad, want := range map[string]string{
		"":                         "cannot be parsed",
		good[:len(good)/2]:         "cannot be parsed",
		"[1,2]":                    "cannot be parsed",
		"\x00\xff":                 "cannot be parsed",
		"null":                     "version 0",
		`{"version":1}`:            "another directory",
		strings.Repeat("[", 1<<20): "cannot be parsed",
		strings.Replace(good, `"version":1`, `"version":2`, 1):                  "version 2",
		strings.Replace(good, dir, "/elsewhere", 1):                             "another directory",
		strings.Replace(good, `"api/Dockerfile"`, `"../Dockerfile"`, 1):         "impossible finding",
		strings.Replace(good, `"compose/privileged"`, `""`, 1):                  "impossible finding",
		strings.Replace(good, `"skip"`, `"\u001b[31m"`, 1):                      `decision "^[[31m"`,
		strings.Replace(good, `"review"`, `"harmless"`, 1):                      "harmless",
		strings.Replace(good, `"compose/read-only"`, `"compose/privileged"`, 1): "two decisions",
	} {
		if bad == good {
			t.Fatalf("%s: the test changed nothing", want)
		}
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		var damaged *DamagedDecisionsError
		got, err := LoadDecisions(dir)
		if !errors.As(err, &damaged) || !strings.Contains(err.Error(), want) || damaged.File != file || len(got) > 0 {
			t.Errorf("%.40q: %v, %v, want %q", bad, got, err, want)
		}
	}
	// Damage does not stand in the way of new work.
	if err := SaveDecisions(dir, someDecisions()); err != nil {
		t.Fatal(err)
	}
	if got, err := LoadDecisions(dir); err != nil || len(got) != 4 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDecisionsThatAreNoFile(t *testing.T) {
	dir := disktest.Tree(t, nil)
	if err := SaveDecisions(dir, someDecisions()); err != nil {
		t.Fatal(err)
	}
	file := decisionsFile(t)
	if err := errors.Join(os.Remove(file), os.MkdirAll(filepath.Join(file, "x"), 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadDecisions(dir); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a folder: %v", err)
	}
	if err := SaveDecisions(dir, nil); err == nil || !strings.Contains(err.Error(), "cannot be removed") {
		t.Errorf("a folder is forgotten: %v", err)
	}
	if err := SaveDecisions(dir, someDecisions()); err == nil || !strings.Contains(err.Error(), "cannot be saved") {
		t.Errorf("a folder is replaced: %v", err)
	}
	if err := os.RemoveAll(file); err != nil {
		t.Fatal(err)
	}
	large, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(large.Truncate(maxDecisions+1), large.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadDecisions(dir); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("a large file: %v", err)
	}
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("HOME", "")
	if err := SaveDecisions(dir, someDecisions()); err == nil || !strings.Contains(err.Error(), "no state directory") {
		t.Errorf("nowhere to keep them: %v", err)
	}
	if _, err := LoadDecisions(dir); err == nil || !strings.Contains(err.Error(), "no state directory") {
		t.Errorf("nowhere to find them: %v", err)
	}
}

func TestDecisionsHaveBounds(t *testing.T) {
	dir := disktest.Tree(t, nil)
	all := engine.Decisions{}
	for i := range 10_000 {
		all[fixer.Key{Rule: "compose/privileged", File: fmt.Sprintf("%d/compose.yaml", i), Path: strings.Repeat("x", 100)}] = engine.Decision{Verdict: engine.Skip}
	}
	if err := SaveDecisions(dir, all); err != nil {
		t.Fatalf("a session of the size that must work: %v", err)
	}
	if got, err := LoadDecisions(dir); err != nil || !reflect.DeepEqual(got, all) {
		t.Fatalf("%d of %d, %v", len(got), len(all), err)
	}
	all[fixer.Key{Rule: "r", File: "f"}] = engine.Decision{Verdict: engine.Suppress, Reason: strings.Repeat("x", maxDecisions)}
	if err := SaveDecisions(dir, all); err == nil || !strings.Contains(err.Error(), "the limit is") {
		t.Errorf("over the bound: %v", err)
	}
	if got, err := LoadDecisions(dir); err != nil || len(got) != 10_000 {
		t.Errorf("what was kept before is gone: %d, %v", len(got), err)
	}
}

func TestDecisionsOnNamesThatAreNotUTF8(t *testing.T) {
	dir := disktest.Tree(t, nil)
	all := someDecisions()
	for _, name := range []string{"\xff/Dockerfile", "\xfe/Dockerfile"} {
		all[fixer.Key{Rule: "r", File: name}] = engine.Decision{Verdict: engine.Skip}
	}
	if err := SaveDecisions(dir, all); err != nil {
		t.Errorf("%v", err)
	}
	if got, err := LoadDecisions(dir); err != nil || !reflect.DeepEqual(got, all) {
		t.Errorf("%v, %v", got, err)
	}
}

func FuzzDecodeDecisions(f *testing.F) {
	data, err := encodeDecisions("/srv/shop", someDecisions())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"version":1,"root":"/srv/shop","decisions":[{"rule":"a","file":"b","path":"\ud800","verdict":"skip"}]}`))
	f.Add([]byte(`{"version":1,"root":"/srv/shop","decisions":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, reason := decodeDecisions("/srv/shop", data)
		if reason != "" {
			if len(all) > 0 {
				t.Fatalf("damaged (%s), and yet %v", reason, all)
			}
			return
		}
		// What is understood survives being saved again.
		again, err := encodeDecisions("/srv/shop", all)
		if err != nil {
			t.Fatalf("%v cannot be kept: %v", all, err)
		}
		got, reason := decodeDecisions("/srv/shop", again)
		if reason != "" || len(got) != len(all) {
			t.Fatalf("%v became %v (%s)", all, got, reason)
		}
		for k, d := range all {
			if g := got[k]; g.Verdict != d.Verdict || g.Fix != d.Fix || g.Level != d.Level || g.Reason != d.Reason || !maps.Equal(g.Params, d.Params) {
				t.Fatalf("%v became %v", d, g)
			}
		}
	})
}
