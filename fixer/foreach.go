package fixer

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// ForEach calls work with every number below n, on as many goroutines as there
// are processors, and returns when all calls have. The goroutines are few and
// take one number after the other: work that goes deep makes a new stack grow,
// which costs more than most files do.
func ForEach(n int, work func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	all.Wait()
}
