package linemode

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/oakum-sec/oakum/tui/review"
)

// patience is how long a conversation that is interrupted may take to end by
// itself, and how long what it says last may take to be written: a terminal may
// have stopped, or who reads a pipe.
const patience = 50 * time.Millisecond

// A door is what a conversation reaches the world through. Once it is shut
// nothing gets out any more, neither words nor files: the process goes on to its
// end while something long is still being worked out.
type door struct {
	out     io.Writer
	talking sync.Mutex // while words are written

	mu      sync.Mutex // while files are written
	isShut  bool
	written []string // files, so far
	kept    int      // decisions that were saved last
}

// Write says something.
func (d *door) Write(p []byte) (int, error) {
	d.talking.Lock()
	defer d.talking.Unlock()
	d.mu.Lock()
	shut := d.isShut
	d.mu.Unlock()
	if shut {
		return 0, context.Canceled
	}
	return d.out.Write(p)
}

// through writes files, unless the door is shut.
func (d *door) through(write func(*door) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.isShut {
		return context.Canceled
	}
	return write(d)
}

// files returns the files that were written, sorted.
func (d *door) files() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.Sort(d.written)
	d.written = slices.Compact(d.written)
	return slices.Clone(d.written)
}

// shut waits for a write that is under way, shuts the door and says so.
func (d *door) shut() review.Result {
	d.mu.Lock()
	d.isShut = true
	last := "\nInterrupted. Nothing more is written.\n"
	if d.kept > 0 {
		last += fmt.Sprintf("%s kept for next time.\n", isAre(d.kept, "decision"))
	}
	d.mu.Unlock()
	said := make(chan struct{})
	go func() {
		defer close(said)
		d.talking.Lock()
		defer d.talking.Unlock()
		io.WriteString(d.out, last)
	}()
	select {
	case <-said:
	case <-time.After(patience):
	}
	return review.Result{Interrupted: true, Written: d.files()}
}
