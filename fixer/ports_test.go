package fixer

import (
	"fmt"
	"testing"
)

// TestARefusalOfManyFilesIsShort: a directory of read-only files is one sentence.
func TestARefusalOfManyFilesIsShort(t *testing.T) {
	e := &RefusedError{}
	for i := range 40 {
		e.Refusals = append(e.Refusals, FileRefusal{Path: fmt.Sprintf("k8s/%02d.yaml", i), Reason: "the file is read-only"})
	}
	e.Refusals = append(e.Refusals, FileRefusal{Path: "x\x1b.yaml", Reason: "it has changed"})
	want := "k8s/00.yaml, k8s/01.yaml, k8s/02.yaml, k8s/03.yaml, k8s/04.yaml, 35 more files: the file is read-only; x^[.yaml: it has changed (nothing was written)"
	if got := e.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
