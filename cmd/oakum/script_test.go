package main

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite what the scripts compare output with")

func TestMain(m *testing.M) {
	// No test asks a registry but those that start one, and say so.
	if _, said := os.LookupEnv("OAKUM_OFFLINE"); !said {
		os.Setenv("OAKUM_OFFLINE", "1")
	}
	testscript.Main(m, map[string]func(){"oakum": main})
}

// TestScripts runs the command lines in testdata/script. Each script has its
// own folder, home and state, and a git that reads no configuration.
func TestScripts(t *testing.T) {
	registry := startRegistry(t)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello at", time.Now()) }))
	t.Cleanup(app.Close) // after the scripts, which go on when this function has returned
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			home := e.WorkDir + "-home" // beside it, so that no script scans or commits it
			e.Setenv("HOME", home)
			e.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
			e.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
			e.Setenv("OAKUM_OFFLINE", "1")
			e.Setenv("REGISTRY", registry)
			e.Setenv("APP", strings.TrimPrefix(app.URL, "http://")) // what a container serves
			e.Setenv("EMPTY", emptyDigest(t))                       // of an image that a tag no longer points to
			e.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
			e.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			for _, who := range []string{"AUTHOR", "COMMITTER"} {
				e.Setenv("GIT_"+who+"_NAME", "t")
				e.Setenv("GIT_"+who+"_EMAIL", "t@localhost")
			}
			if err := os.Mkdir(home, 0o700); err != nil {
				return err
			}
			return keepFresh(e.WorkDir)
		},
		Condition: func(cond string) (bool, error) {
			return cond == "root" && os.Geteuid() == 0, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"commit": commit,
			"fill":   fill,
		},
	})
}

// keepFresh gives every folder a bot that updates its pins: that nobody does is not
// the subject of scripts that pin their images to have fewer findings.
func keepFresh(root string) error {
	return filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return os.WriteFile(filepath.Join(path, "renovate.json"), []byte(`{"extends": ["config:recommended"]}`+"\n"), 0o644)
	})
}

// commit puts everything in the current folder into a new git repository.
func commit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: commit")
	}
	for _, line := range []string{"init -q", "add -A .", "commit -q -m all"} {
		ts.Check(ts.Exec("git", strings.Fields(line)...))
	}
}

// fill writes a file that no script could hold: fill FILE TEXT TIMES, where
// TEXT may have the escapes \n and \t.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fill FILE TEXT TIMES")
	}
	n := 0
	for _, c := range args[2] {
		n = n*10 + int(c-'0')
	}
	text := strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(args[1])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat(text, n)), 0o644))
}
