package project

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// KeepSmall bounds what the heap may grow to before the next collection. What a scan of
// most repositories allocates altogether fits in there, so that nothing is collected. A
// repository stays in memory whole, several times its size: where that takes most of the
// bound or more, what waits to be collected is held to a part of it, so that
// memory is saved for some hundredths of the time. Fixes of very large repositories may
// leave more. GOGC overrides it.
func KeepSmall() {
	runtime.MemProfileRate = 0 // nobody asks where memory was allocated
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(mayGrow(0))
	afterEachCollection(func() { debug.SetGCPercent(mayGrow(live())) })
}

// enough is the size that a heap may have whatever of it is alive. From large to huge on it
// is time that is saved: to look for so little garbage takes longer than all else there.
const (
	enough = 80 << 20
	large  = 150 << 20
	huge   = 200 << 20
)

// smallest is the heap that the runtime takes every heap for that is smaller, when it works
// out by how much it may grow.
const smallest = 4 << 20

// mayGrow returns by how many hundredths a heap may grow before the next collection, by
// what of it was alive after the last one.
func mayGrow(live uint64) int {
	const least, most = 20, 50
	switch live = max(live, smallest); {
	case live < enough:
		return max(least, int(100*(enough-live)/live))
	case live > large:
		return least + int((most-least)*(min(live, huge)-large)/(huge-large))
	}
	return least
}

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
