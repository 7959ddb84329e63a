package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/safety/bench"
)

// TestRun: the table and its form for programs say the same, and what cannot be
// done is an error.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	disktest.Put(t, dir, "a/Dockerfile", "FROM scratch\n")
	var out, talk bytes.Buffer
	args := []string{"-repos", dir, "-fixer", "echo 'LABEL a=b' >> Dockerfile"}
	if err := run(context.Background(), args, &out, &talk); err != nil || !strings.Contains(out.String(), "| total ") || strings.Contains(out.String(), "| a ") {
		t.Error(err, out.String())
	}
	out.Reset()
	if err := run(context.Background(), append(args, "-format", "json"), &out, &talk); err != nil {
		t.Fatal(err)
	}
	var report struct {
		Version      int
		Repositories []bench.Result
		Total        bench.Counts
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil || report.Version != 1 || len(report.Repositories) != 1 || report.Total.Faults[bench.SecondRun] != 1 {
		t.Errorf("%v %+v", err, report)
	}
	for _, args := range [][]string{{}, {"-repos", dir}, {"-repos", dir, "-fixer", "true", "-format", "xml"}, {"-repos", dir, "-fixer", "true", "-again", dir}, {"-repos", filepath.Join(dir, "a"), "-fixer", "true"}, {"x"}} {
		if err := run(context.Background(), args, &out, &talk); err == nil {
			t.Errorf("%q is no error", args)
		}
	}
}

// TestHelpDefinesTheColumns: so does the page that explains them.
func TestHelpDefinesTheColumns(t *testing.T) {
	page, err := os.ReadFile("../docs/safety.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range bench.Columns() {
		if !strings.Contains(usage, "  "+string(c)+"  ") {
			t.Errorf("help says nothing about %q", c)
		}
		if !strings.Contains(string(page), "**"+string(c)+"**") {
			t.Errorf("docs/safety.md says nothing about %q", c)
		}
	}
}
