package project

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// KeepSmall lets the collector run more often than it does by itself, which is when the
// heap has doubled: a repository stays in memory whole, several times its size. GOGC
// overrides it.
//
// A small heap may grow by half between two collections. The larger it is, the more of
// the memory is garbage that waits, and the less of its own size a heap may grow: what
// is large takes less memory for some hundredths of the time.
func KeepSmall() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(mayGrow(0))
	afterEachCollection(func() { debug.SetGCPercent(mayGrow(live())) })
}

// mayGrow returns by how many hundredths a heap may grow before the next collection, by
// what of it was alive after the last one.
func mayGrow(live uint64) int {
	const most, least = 50, 20
	if live == 0 {
		return most
	}
	return max(least, min(most, int(100*room/live)))
}

// room is what a heap may grow by that is neither small nor very large.
const room = 20 << 20

// live returns the bytes that were alive after the last collection.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

// afterEachCollection calls work after each collection: by an object that nobody holds,
// so that each collection finds it.
func afterEachCollection(work func()) {
	type unheld struct{ _ [16]byte }
	var again func(*unheld)
	again = func(*unheld) {
		work()
		runtime.SetFinalizer(&unheld{}, again)
	}
	runtime.SetFinalizer(&unheld{}, again)
}
