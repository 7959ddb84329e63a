package dockerfile

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// TestNoToolIsSaidOnlyOfKnownImages: that an image includes no tool to probe itself with
// is said only where its contents are known and the Dockerfile installs none.
func TestNoToolIsSaidOnlyOfKnownImages(t *testing.T) {
	const (
		none    = "includes no tool for this"
		unknown = "oakum does not know which tools"
		curl    = `Or use curl, which the Dockerfile installs: ` + "`" + `HEALTHCHECK CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:3000/"]` + "`"
	)
	for _, tt := range []struct{ src, want string }{
		{"FROM gcr.io/distroless/static-debian13\nEXPOSE 3000\n", none},
		{"FROM example.org/acme/runtime:3\nEXPOSE 3000\n", unknown},
		{"FROM example.org/acme/runtime:3 AS base\nRUN apt-get update && apt-get install -y curl=8.*\nFROM base\nEXPOSE 3000\n", curl},
		{"FROM example.org/acme/runtime:3\nRUN apk add --no-cache wget\nEXPOSE 3000\n", "Or use wget, which"},
		{"FROM example.org/acme/runtime:3\nRUN apt-get install -y curl && make && apt-get purge -y curl\nEXPOSE 3000\n", unknown},
		{"FROM example.org/acme/runtime:3\nRUN apt-get install -y curl\nEXPOSE 5432\n", unknown},
	} {
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(tt.src)}})
		found := engine.Check(snap, nil, []*fixer.Rule{NoHealthcheck}).Findings
		if len(found) != 1 || !strings.Contains(found[0].Advice, tt.want) {
			t.Errorf("%q: %d findings, want the advice %q", tt.src, len(found), tt.want)
			continue
		}
		if said := strings.Contains(found[0].Advice, none); said != (tt.want == none) {
			t.Errorf("%q: %s", tt.src, found[0].Advice)
		}
	}
}
