package rules_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/cli/cli/compose/loader"
	"github.com/docker/cli/cli/compose/types"
	"golang.org/x/tools/txtar"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestStacksStayDeployable: what Docker's own reader takes for docker stack deploy it takes
// after the review fixes, too, and mounts what the fixes mount: it ignores keys without a
// word.
func TestStacksStayDeployable(t *testing.T) {
	archive, err := txtar.ParseFile(filepath.Join(verdicts, "stacks-by-name-and-comment.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		if strings.Contains(f.Name, ".y") && f.Name != "elk-stack.yml" {
			files[f.Name] = string(f.Data)
		}
	}
	if len(files) < 6 {
		t.Fatalf("%d files", len(files))
	}
	root := os.Getenv("OAKUM_CORPUS")
	if root == "" {
		root = "../../../shared/corpus"
	}
	n := len(files)
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(p, ".yml") || !strings.Contains(d.Name(), "stack") {
			return err
		}
		data, err := os.ReadFile(p)
		if rel, _ := filepath.Rel(root, p); err == nil && loadStack(data) == nil {
			files[filepath.ToSlash(rel)] = string(data)
		}
		return err
	})
	if err != nil {
		t.Logf("only the files of the verdicts are tried: %v", err)
	} else {
		t.Logf("%d files of repositories are stacks", len(files)-n)
	}
	loaded := discovered(t, files)
	s := engine.NewSession(fixer.NewSnapshot(loaded.Sources, loaded.Names...), nil, rules.All())
	if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	after := s.Plan().After
	changed := 0
	for name, before := range files {
		if err := loadStack([]byte(before)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		data := after.File(name).Data
		if string(data) == before {
			continue
		}
		changed++
		if err := loadStack(data); err != nil {
			t.Errorf("%s: %v\n%s", name, err, data)
		}
		if strings.Contains(string(data), "tmpfs:\n      - ") {
			t.Errorf("%s mounts nothing with this key:\n%s", name, data)
		}
	}
	if changed < 6 {
		t.Errorf("%d files are changed", changed)
	}
}

// loadStack reads a file as docker stack deploy does, with all variables set.
func loadStack(data []byte) error {
	config, err := loader.ParseYAML(data)
	if err != nil {
		return err
	}
	_, err = loader.Load(types.ConfigDetails{WorkingDir: "/", ConfigFiles: []types.ConfigFile{{Filename: "stack.yml", Config: config}}},
		func(o *loader.Options) { o.SkipInterpolation = true })
	return err
}
