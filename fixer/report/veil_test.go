package report_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/report"
)

// TestShownDiffHasNoSecret: what a plan moves into a file of secrets is hidden wherever it
// stands, and so are the lines that a finding about a secret is about.
func TestShownDiffHasNoSecret(t *testing.T) {
	before := "services:\n  db:\n    image: postgres:17\n    x: AB12cd34EF\n    key: |\n      first\n      second\n    user: postgres\n"
	after := strings.Replace(before, "x: AB12cd34EF", "x: ${X:?set X}", 1) + "    note: AB12cd34EF and postgres\n"
	made := []fixer.Source{
		{Path: ".env", Kind: fixer.Environment, Data: []byte("# made\nX='AB12cd34EF'\nY=postgres\nZ=abc\n")},
		{Path: "secrets/db", Kind: fixer.SecretValue, Data: []byte("one whole secret\n")},
	}
	snapshot := func(compose string, more ...fixer.Source) *fixer.Snapshot {
		return fixer.NewSnapshot(append([]fixer.Source{{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(compose)}}, more...))
	}
	about := &fixer.Finding{Rule: "compose/secret-in-env", File: "compose.yaml", Line: 5, EndLine: 7}
	veil := report.NewVeil(
		report.Version{Snapshot: snapshot(before), Report: &engine.Report{Findings: []*fixer.Finding{about}}},
		report.Version{Snapshot: snapshot(after, made...), Report: &engine.Report{}},
	)
	for _, c := range []struct {
		path          string
		kind          fixer.Kind
		before, after []byte
		want          string
	}{
		{"compose.yaml", fixer.Compose, []byte(before), []byte(after), `--- a/compose.yaml
+++ b/compose.yaml
@@ -1,8 +1,9 @@
 services:
   db:
     image: postgres:17
-    x: (hidden)
+    x: ${X:?set X}
     key: (hidden)
       (hidden)
       (hidden)
     user: postgres
+    note: (hidden) and postgres
`},
		{".env", fixer.Environment, nil, made[0].Data, "--- /dev/null\n+++ b/.env\n@@ -0,0 +1,4 @@\n+# made\n+X=(hidden)\n+Y=(hidden)\n+Z=(hidden)\n"},
		{"secrets/db", fixer.SecretValue, nil, made[1].Data, "--- /dev/null\n+++ b/secrets/db\n@@ -0,0 +1 @@\n+(hidden)\n"},
		{"crlf", fixer.Compose, []byte("a\r\nPASSWORD: q7Rk2pX9\r\n"), []byte("b\r\nPASSWORD: q7Rk2pX8"), "--- a/crlf\n+++ b/crlf\n@@ -1,2 +1,2 @@\n-a\r\n-PASSWORD: (hidden)\r\n+b\r\n+PASSWORD: (hidden)\n\\ No newline at end of file\n"},
	} {
		if got := veil.Over(c.path, c.kind, c.before, c.after).Unified(c.before, c.after, 9); got != c.want {
			t.Errorf("%s is shown as\n%s\nwant\n%s", c.path, got, c.want)
		}
	}
}
