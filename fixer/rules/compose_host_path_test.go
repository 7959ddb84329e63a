package rules_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestReadOnlyMountKeepsItsFinding: a mount that compose/writable-host-path makes read-only
// is the same finding of compose/host-path afterwards. As another one it would fail every
// batch that the fix is in, and each pass would make one fix.
func TestReadOnlyMountKeepsItsFinding(t *testing.T) {
	const before = `services:
  app:
    image: example.org/app:1.4
    volumes: ["/etc:/host/etc", "/proc:/host/proc:ro"]
  agent:
    image: example.org/agent:1
    pid: host
    volumes: ["/:/host", "/sys:/host/sys", "/var/lib/docker:/docker"]
`
	keys := func(text string) map[fixer.Key]bool {
		out := map[fixer.Key]bool{}
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "compose.yaml", Kind: fixer.Compose, Data: []byte(text)}})
		for _, f := range engine.Check(snap, nil, rules.All()).Findings {
			if f.Rule == "compose/host-path" {
				out[f.Key()] = true
			}
		}
		return out
	}
	was := keys(before)
	if len(was) != 3 {
		t.Fatalf("%d findings, not 3: %v", len(was), was)
	}
	for k := range keys(strings.NewReplacer("/host/etc\"", "/host/etc:ro\"", "\"/:/host\"", "\"/:/host:ro\"", "/host/sys\"", "/host/sys:ro\"").Replace(before)) {
		if !was[k] {
			t.Errorf("%v is new", k)
		}
	}
}
