package main

import (
	"os"
	"runtime/debug"
)

// keepSmall lets the collector run when the heap has grown by half, and not only
// when it has doubled: a repository stays in memory whole, several times its size,
// and takes less of it for a few hundredths of the time. GOGC overrides it.
func keepSmall() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}
