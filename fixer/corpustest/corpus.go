// Package corpustest says where the corpus is: a directory of real
// repositories, one directory each, that tests read and never write. It is no
// part of the project, so a test that wants it is skipped where it is not
// there.
//
//	root := corpustest.Root(t)
//
// The environment variable OAKUM_CORPUS names it; without it, it is looked for
// as shared/corpus beside the project.
package corpustest

import (
	"os"
	"path/filepath"
	"testing"
)

// Variable is the environment variable that names the corpus.
const Variable = "OAKUM_CORPUS"

// Path returns where the corpus would be.
func Path() string {
	if dir := os.Getenv(Variable); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared", "corpus")
		}
		dir = filepath.Dir(dir)
	}
	return filepath.Join("shared", "corpus")
}

// Root returns the directory of the corpus, or skips the test.
func Root(t testing.TB) string {
	t.Helper()
	dir := Path()
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Skipf("no corpus of real repositories at %s: %s names another place", dir, Variable)
	}
	return dir
}

// Repositories returns the directories of the repositories in the corpus, or
// skips the test.
func Repositories(t testing.TB) []string {
	t.Helper()
	root := Root(t)
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, filepath.Join(root, e.Name()))
		}
	}
	return out
}
