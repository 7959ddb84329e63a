package workspace

import "oakum/fixer/disk/disktest"

const (
	dockerfile = disktest.Dockerfile
	compose    = disktest.Compose
	pod        = disktest.Pod
)
