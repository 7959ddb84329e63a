package workspace

import (
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
)

func change(path string, before, after []byte) engine.Change {
	return engine.Change{Path: path, Before: before, After: after}
}

const (
	dockerfile = disktest.Dockerfile
	compose    = disktest.Compose
	pod        = disktest.Pod
)
