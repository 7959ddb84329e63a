package compose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/compose"
)

// TestEnvironmentKeepsNoValue: of an environment file the names are read, with their
// lines, and no value is kept.
func TestEnvironmentKeepsNoValue(t *testing.T) {
	const file = "\ufeff# comment A=1\nTAG=1.2\r\n\nexport KEY = \"first\nSECRET=inside\nlast\\\" more\" \nYAML: s3cret\n1X=no\nINHERITED\nSINGLE='a=b'\nOPEN='x\nMIIEvAIBADANBg=="
	want := "2 TAG, 4 KEY, 7 YAML, 10 SINGLE, 11 OPEN"
	list := func(data []byte) string {
		var out []string
		for _, v := range compose.Environment(data) {
			out = append(out, fmt.Sprint(v.Line, " ", v.Name))
		}
		return strings.Join(out, ", ")
	}
	if got := list([]byte(file)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	kept := compose.NamesOnly([]byte(file))
	if got := list(kept); got != want {
		t.Errorf("without values: got %s\nwant %s", got, want)
	}
	if got := string(kept); got != "\nTAG=\n\nKEY=\n\n\nYAML=\n\n\nSINGLE=\nOPEN=\n" {
		t.Errorf("kept %q", got)
	}
	if got := compose.NamesOnly(nil); len(got) != 0 {
		t.Errorf("kept %q of nothing", got)
	}
}

func TestEndingOf(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"postgres:${TAG:-17.2}", "postgres: | postgres:${TAG:- | 17.2 | } [TAG]"},
		{"postgres:${TAG-17.2}", "postgres: | postgres:${TAG- | 17.2 | } [TAG]"},
		{"${IMAGE:-nginx:1.27}", " | ${IMAGE:- | nginx:1.27 | } [IMAGE]"},
		{"app:${A:-${B-1.2}}", "app: | app:${A:-${B- | 1.2 | }} [A B]"},
		{"app:${A:-1.${B:-2}}", ""},
		{"app:${A:-1}-${B:-2}", ""},
		{"app:${A:-1}-alpine", ""},
		{"$REG/app:${A:-1}", ""},
		{"app$$:${A:-1}", ""},
		{"app:${A:-1$$}", ""},
		{"app:${A}", ""},
		{"app:${A:?set it}", ""},
		{"app:${A:+1}", ""},
		{"app:${A:-1", ""},
		{"app:1", ""},
		{"app:${:-1}", ""},
	} {
		got := ""
		if e, ok := compose.EndingOf(c.in); ok {
			got = fmt.Sprintf("%s | %s | %s | %s %v", e.Prefix, e.Open, e.Default, e.Close, e.Names)
			if e.Open+e.Default+e.Close != c.in {
				t.Errorf("%s is cut into %q", c.in, e)
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.in, got, c.want)
		}
	}
}
