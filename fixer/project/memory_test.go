package project

import (
	"runtime"
	"testing"
	"time"
)

// TestLargeHeapsGrowLess: with one share for all sizes, a scan of a large repository held
// as much garbage as half of what it needed, and one of a small repository collected it
// many times although it would have fitted. With the least share for all that are large, fixes of
// 200 projects took half as long again for a seventh less memory.
func TestLargeHeapsGrowLess(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 1900}, {3 * mb, 1900}, {8 * mb, 900}, {40 * mb, 100}, {60 * mb, 33}, {70 * mb, 20}, {80 * mb, 20}, {150 * mb, 20}, {175 * mb, 35}, {200 * mb, 50}, {4000 * mb, 50}} {
		if got := mayGrow(c.live); got != c.want {
			t.Errorf("a heap of %d MB may grow by %d hundredths, not %d", c.live/mb, got, c.want)
		}
	}
	runtime.GC() // before the first one nothing is known
	if live() == 0 {
		t.Error("nothing is known of the heap")
	}
}

// TestEachCollectionIsNoticed: what is done after a collection is done after the next one,
// too.
func TestEachCollectionIsNoticed(t *testing.T) {
	noticed := make(chan bool, 100)
	afterEachCollection(func() {
		select {
		case noticed <- true:
		default:
		}
	})
	for n := range 3 {
		runtime.GC()
		select {
		case <-noticed:
		case <-time.After(30 * time.Second):
			t.Fatalf("collection %d was not noticed", n+1)
		}
	}
}
