// Package composetest asks compose-go, the library that Docker Compose reads its files
// with, what a Compose file means. It judges what oakum reads and writes: only tests may
// import it.
package composetest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/sirupsen/logrus"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

func init() { logrus.SetLevel(logrus.FatalLevel) } // it warns of every variable that nothing sets

// Cases runs a test for each archive of files that a pattern names, with the files in a
// directory of their own.
func Cases(t *testing.T, pattern string, test func(t *testing.T, dir string)) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, at := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(at), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(at)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for _, f := range archive.Files {
				disktest.Put(t, dir, f.Name, string(f.Data))
			}
			test(t, dir)
		})
	}
}

// Load reads a file as docker compose -f does, with variables of the environment; one with
// a name that Compose looks for is loaded with the override that is found beside it. What
// is not there to be read, such as environment files, is left out, and paths stay as they
// are written. Options come after those.
func Load(file string, environment types.Mapping, options ...func(*loader.Options)) (*types.Project, error) {
	dir := filepath.Dir(file)
	details := types.ConfigDetails{WorkingDir: dir, Environment: environment, ConfigFiles: []types.ConfigFile{{Filename: file}}}
	if slices.Contains(cli.DefaultFileNames, filepath.Base(file)) {
		for _, name := range cli.DefaultOverrideFileNames {
			at := filepath.Join(dir, name)
			if _, err := os.Stat(at); err == nil {
				details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: at})
				break
			}
		}
	}
	own := func(o *loader.Options) {
		o.SetProjectName("judge", true)
		o.SkipNormalization, o.SkipResolveEnvironment, o.SkipResolveLabels, o.ResolvePaths = true, true, true, false
	}
	return loader.LoadWithContext(context.Background(), details, append([]func(*loader.Options){own}, options...)...)
}
