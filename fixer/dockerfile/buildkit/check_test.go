package buildkit

import (
	"context"
	"testing"
)

func TestProbe(t *testing.T) {
	r, err := Check(context.Background(), []byte("# check=skip=all\nFROM alpine AS Build\nENV PASSWORD x\nCMD foo\n# check=skip=WorkdirRelativePath\nWORKDIR x\nUSER $FOO\n"))
	t.Logf("%+v %v", r, err)
}
