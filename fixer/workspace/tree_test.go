package workspace

import (
	"oakum/fixer/disk/disktest"
	"oakum/fixer/engine"
)

func change(path string, before, after []byte) engine.Change {
	return engine.Change{Path: path, Before: before, After: after}
}

const (
	dockerfile = disktest.Dockerfile
	compose    = disktest.Compose
	pod        = disktest.Pod
)
