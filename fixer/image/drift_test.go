package image

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "write table.json from images.yaml and bases.yaml")

// compile turns the two YAML files into table.json, refusing keys the types do
// not know.
func compile(t *testing.T) []byte {
	t.Helper()
	var document struct {
		SchemaVersion int    `json:"schema_version"`
		TestedMethod  string `json:"tested_method"`
		GeneralRules  []struct {
			Rule     string `json:"rule"`
			Evidence string `json:"evidence"`
		} `json:"general_rules"`
		table
	}
	if err := yaml.UnmarshalStrict(read(t, "images.yaml"), &document); err != nil {
		t.Fatalf("images.yaml: %v", err)
	}
	if document.SchemaVersion != 2 || document.TestedMethod == "" || len(document.GeneralRules) == 0 {
		t.Fatal("images.yaml: the head is incomplete")
	}
	// The facts travel as written: decoding them into the types and back would
	// lose the difference between a field that is empty and one that is absent.
	var raw struct {
		Sources json.RawMessage `json:"sources"`
		Images  json.RawMessage `json:"images"`
		Bases   json.RawMessage `json:"bases"`
	}
	unmarshal(t, "images.yaml", &raw)
	var b bases
	if err := yaml.UnmarshalStrict(read(t, "bases.yaml"), &b); err != nil {
		t.Fatalf("bases.yaml: %v", err)
	}
	unmarshal(t, "bases.yaml", &raw.Bases)
	out, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
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
