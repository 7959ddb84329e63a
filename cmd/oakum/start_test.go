package main

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// mostAtStart is how many bytes the tables of oakum's own packages may take before main
// begins. Expressions that were compiled there took three times as much, and half of
// the time of the shortest commands.
const mostAtStart = 800_000

// TestStartCompilesNothing adds up what the runtime says of the start of each package.
// Bytes do not depend on other work on the machine, as times do.
func TestStartCompilesNothing(t *testing.T) {
	cmd := exec.Command(buildOakum(t), "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	total, packages := 0, 0
	for line := range strings.Lines(string(out)) { // init PACKAGE @1.2 ms, 0.3 ms clock, 456 bytes, 7 allocs
		words := strings.Fields(line)
		if len(words) < 9 || words[0] != "init" || !strings.Contains(words[1], "/oakum/") {
			continue
		}
		n, err := strconv.Atoi(words[7])
		if err != nil || words[8] != "bytes," {
			t.Fatalf("not understood: %s", line)
		}
		total, packages = total+n, packages+1
	}
	if packages < 20 {
		t.Fatalf("only %d packages were traced:\n%s", packages, out)
	}
	if total > mostAtStart {
		t.Errorf("%d bytes are made before main begins, at most %d: GODEBUG=inittrace=1 oakum version shows by which package", total, mostAtStart)
	}
}
