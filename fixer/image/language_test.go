package image

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/oakum-sec/oakum/fixer/languagetest"
)

// TestTheTableSpeaksTheLanguage holds what reports show of the table to the language of the
// project: conditions, places without a path, and the notes on root filesystems and
// capabilities. Notes on sources are for those who check these.
func TestTheTableSpeaksTheLanguage(t *testing.T) {
	seen := 0
	hold := func(s string) {
		seen++
		for _, c := range languagetest.Complaints(s) {
			t.Error(c)
		}
	}
	var walk func(x any, parent string)
	walk = func(x any, parent string) {
		switch x := x.(type) {
		case []any:
			for _, v := range x {
				walk(v, parent)
			}
		case map[string]any:
			note, _ := x["note"].(string)
			_, how := x["how"]
			_, source := x["source"]
			if note != "" && !how && !source && (parent == "read_only" || parent == "caps_root") {
				hold(note)
			}
			for k, v := range x {
				if s, ok := v.(string); ok && (k == "says" || k == "where") {
					hold(s)
				}
				walk(v, k)
			}
		}
	}
	for line := range bytes.Lines(tableJSON) {
		var x any
		if err := json.Unmarshal(line, &x); err != nil {
			t.Fatal(err)
		}
		walk(x, "")
	}
	if seen < 200 {
		t.Errorf("%d texts are held, want 200 at least", seen)
	}
}
