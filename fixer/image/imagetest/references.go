// Package imagetest names the images that oakum's table knows, for tests that go
// through all of them.
package imagetest

import (
	"cmp"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// References returns a reference to an image of every family and variant of the
// table, sorted.
func References(t testing.TB) []string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	table := filepath.Dir(filepath.Dir(here))
	files, err := filepath.Glob(filepath.Join(table, "images", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of the table: %v", err)
	}
	var refs []string
	for _, file := range append(files, filepath.Join(table, "images.yaml")) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var table struct {
			Images []writtenFamily `json:"images"`
		}
		if err := yaml.Unmarshal(data, &table); err != nil {
			t.Fatal(err)
		}
		for _, f := range table.Images {
			refs = append(refs, f.references()...)
		}
	}
	slices.Sort(refs)
	return slices.Compact(refs)
}

// filled puts a word where a pattern has any text.
func filled(pattern string) string { return strings.ReplaceAll(pattern, "*", "x") }

// A written family is one of the files of the image table, as far as names go.
type writtenFamily struct {
	ID       string   `json:"id"`
	Repos    []string `json:"repos"`
	Words    []string `json:"words"`
	Version  string   `json:"version"`
	Variants []struct {
		Words   []string `json:"words"`
		Also    []string `json:"also"`
		Version string   `json:"version"`
	} `json:"variants"`
}

// references name an image of every variant of a family.
func (f writtenFamily) references() []string {
	repo := filled(f.Repos[0])
	tag := func(version string, words ...string) string {
		words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
		number := strings.Trim(strings.Fields(cmp.Or(version, f.Version, "999"))[0], "<>=")
		if strings.HasPrefix(version, "<") {
			number = below(number)
		}
		for i := range words {
			words[i] = strings.TrimSuffix(words[i], "*")
		}
		return repo + ":" + strings.Join(append([]string{number}, words...), "-")
	}
	first := func(list []string) string {
		if len(list) == 0 {
			return ""
		}
		return list[0]
	}
	out := []string{tag("", first(f.Words))}
	for _, v := range f.Variants {
		out = append(out, tag(v.Version, first(f.Words), first(v.Words), first(v.Also)))
	}
	return out
}

// below is a version before another: 17 before 18, 1.4 before 1.5.
func below(version string) string {
	parts := strings.Split(version, ".")
	last := len(parts) - 1
	n, err := strconv.Atoi(parts[last])
	if err != nil || n == 0 {
		return "0"
	}
	parts[last] = strconv.Itoa(n - 1)
	return strings.Join(parts, ".")
}
