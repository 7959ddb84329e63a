package image

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "write table.json from the YAML files")

// compile turns the YAML files into table.json, refusing keys the types do not
// know. The facts travel as written: decoding them into the types and back would
// lose the difference between a field that is empty and one that is absent.
func compile(t *testing.T) []byte {
	t.Helper()
	var head struct {
		SchemaVersion int    `json:"schema_version"`
		TestedMethod  string `json:"tested_method"`
		GeneralRules  []struct {
			Rule     string `json:"rule"`
			Evidence string `json:"evidence"`
		} `json:"general_rules"`
		document
	}
	strict(t, "images.yaml", &head)
	if head.SchemaVersion != 2 || head.TestedMethod == "" || len(head.GeneralRules) == 0 {
		t.Fatal("images.yaml: the head is incomplete")
	}
	more, err := filepath.Glob("images/*.yaml")
	if err != nil || len(more) == 0 {
		t.Fatalf("images: %v", err)
	}
	table := table{Sources: map[string]tableSource{}}
	var lines []json.RawMessage
	for _, file := range append([]string{"images.yaml"}, more...) {
		var d document
		if file != "images.yaml" {
			strict(t, file, &d)
		} else {
			d = head.document
		}
		for id, source := range d.Sources {
			if _, twice := table.Sources[id]; twice {
				t.Fatalf("%s: source %s is there already", file, id)
			}
			table.Sources[id] = source
		}
		var raw struct {
			Images []map[string]json.RawMessage `json:"images"`
		}
		unmarshal(t, file, &raw)
		for i, f := range d.Images {
			table.Families = append(table.Families, f.heading)
			for _, key := range []string{"id", "repos", "words", "also", "version", "except"} {
				delete(raw.Images[i], key) // the heading has them
			}
			lines = append(lines, encode(t, raw.Images[i]))
		}
	}
	var b bases
	strict(t, "bases.yaml", &b)
	var l lifecycles
	strict(t, "lifecycles.yaml", &l)
	var u purposes
	strict(t, "purposes.yaml", &u)
	for _, file := range []string{"bases.yaml", "lifecycles.yaml", "purposes.yaml"} {
		var written json.RawMessage
		unmarshal(t, file, &written)
		lines = append(lines, encode(t, written))
	}
	out := encode(t, table)
	for _, line := range lines {
		out = append(append(out, '\n'), line...)
	}
	return append(out, '\n')
}

// A document is a file of the table.
type document struct {
	Sources map[string]tableSource `json:"sources"`
	Images  []family               `json:"images"`
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func strict(t *testing.T, file string, into any) {
	t.Helper()
	if err := yaml.UnmarshalStrict(read(t, file), into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func unmarshal(t *testing.T, file string, into any) {
	t.Helper()
	if err := yaml.Unmarshal(read(t, file), into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestTableIsCurrent fails when table.json is not what the YAML files say.
func TestTableIsCurrent(t *testing.T) {
	want := compile(t)
	if *update {
		if err := os.WriteFile("table.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(tableJSON, want) {
		t.Error("table.json is not up to date: go test ./fixer/image -run TestTableIsCurrent -update")
	}
}
