package discover

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestSniff(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		want       signature
	}{
		{"empty", "", signature{}},
		{"pod", pod, signature{kube: true}},
		{"kind first", "kind: Pod\nmetadata: {}\napiVersion: v1\n", signature{kube: true}},
		{"no final newline", "kind: Pod\napiVersion: v1", signature{kube: true}},
		{"CRLF", "apiVersion: v1\r\nkind: Pod\r\n", signature{kube: true}},
		{"BOM", "\xef\xbb\xbfapiVersion: v1\nkind: Pod\n", signature{kube: true}},
		{"quoted keys", "\"apiVersion\": v1\n'kind' : Pod\n", signature{kube: true}},
		{"value on the next line", "apiVersion:\n  v1\nkind:\n  Pod\n", signature{kube: true}},
		{"indented root", "  apiVersion: v1\n  kind: Pod\n", signature{kube: true}},
		{"comments before the marker", "# x\n\n%YAML 1.2\n---\n# y\napiVersion: v1\nkind: Pod\n", signature{kube: true}},
		{"second document", "a: b\n--- # here\napiVersion: v1\nkind: Pod\n", signature{kube: true}},
		{"after document end", "a: b\n...\napiVersion: v1\nkind: Pod\n", signature{kube: true}},
		{"keys of two documents", "apiVersion: v1\n---\nkind: Pod\n", signature{}},
		{"nested", "x:\n  apiVersion: v1\n  kind: Pod\n", signature{}},
		{"in a block scalar", "x: |\n  apiVersion: v1\n  kind: Pod\n", signature{}},
		{"in a list", "- apiVersion: v1\n  kind: Pod\n", signature{}},
		{"no space after the colon", "apiVersion:v1\nkind:Pod\n", signature{}},
		{"commented out", "# apiVersion: v1\n# kind: Pod\n", signature{}},
		{"chart", "apiVersion: v2\nname: x\n", signature{}},
		{"kustomization", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Component\n", signature{kube: true, kustomize: true}},
		{"compose", composeFile, signature{services: true}},
		{"workflow", "jobs:\n  test:\n    services:\n      db: {}\n", signature{}},
		{"JSON", `{"apiVersion": "v1", "kind": "List", "items": []}`, signature{kube: true}},
		{"JSON, kind last", `{"apiVersion":"v1","items":[{"a":[{"b":"}"}]}],"kind":"List"}`, signature{kube: true}},
		{"JSON, nested", `{"items":[{"apiVersion":"v1","kind":"Pod"}]}`, signature{}},
		{"JSON, as values", `{"a":"apiVersion","b":"kind"}`, signature{}},
		{"JSON list", `[{"apiVersion":"v1","kind":"Pod"}]`, signature{}},
		{"JSON, braces and quotes in strings", `{"a":"\"}{","apiVersion":"v1","kind":"Pod"}`, signature{kube: true}},
		{"flow YAML", "{apiVersion: v1, kind: Pod}\n", signature{kube: true}},
		{"flow after marker", "--- {apiVersion: v1,\n kind: Pod}\n", signature{kube: true}},
		{"document after flow", "{a: b}\n---\napiVersion: v1\nkind: Pod\n", signature{kube: true}},
		{"unclosed", `{"apiVersion": "v1", "kind`, signature{}},
		{"deep", strings.Repeat("[", 1_000_000), signature{}},
		{"deep flow", strings.Repeat("{a: ", 1_000_000), signature{}},
		{"package.json", `{"name":"x","version":"1","scripts":{"kind":"x","apiVersion":"y"}}`, signature{}},
	} {
		if got := sniff([]byte(tt.data)); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// FuzzSniff compares with a real parser: what it sees as plain top-level keys
// must be seen by the sniff too.
func FuzzSniff(f *testing.F) {
	for _, s := range []string{pod, composeFile, "{apiVersion: v1, kind: Pod}", "a: b\n---\n" + pod, "a: |\n x\n" + pod,
		"a: \"x\n  y\"\n" + pod, "? kind\n: Pod\n", "!!map\nkind: Pod\napiVersion: v1\n", "&a\nkind: Pod\napiVersion: v1\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) {
		got := sniff([]byte(data))
		var doc map[string]any
		// Only block style as people write it; the rest is documented as unseen.
		if strings.ContainsAny(data, "?!&\\\t\r\u0085\u2028\u2029%*<") || yaml.Unmarshal([]byte(data), &doc) != nil {
			return
		}
		if !strings.HasPrefix(data, "apiVersion: ") {
			return
		}
		_, api := doc["apiVersion"]
		_, kind := doc["kind"]
		if api && kind && strings.Contains(data, "\nkind: ") && !got.kube {
			t.Errorf("%q: a parser sees apiVersion and kind", data)
		}
	})
}

func TestStartsLikeDockerfile(t *testing.T) {
	for data, want := range map[string]bool{
		"FROM a":                              true,
		"\n# syntax=x\n\nfrom a\n":            true,
		"ARG A=1\nARG B\nFROM $A\n":           true,
		"\xef\xbb\xbfFROM a\r\n":              true,
		"ARG A\n":                             false,
		"From the notes of a shipwright\n":    true, // prose like this is beyond telling
		"Notes\nFROM a\n":                     false,
		"FROMAGE\n":                           false,
		"":                                    false,
		"# only a comment\n":                  false,
		"ARG A\nRUN x\n\n# and later\nFROM a": true, // the engine reports the order
	} {
		if got := startsLikeDockerfile([]byte(data)); got != want {
			t.Errorf("%q: got %v", data, got)
		}
	}
}
