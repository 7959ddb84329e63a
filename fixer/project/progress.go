package project

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/oakum-sec/oakum/fixer"
)

const (
	progressAfter = 2 * time.Second        // how long work takes before it is shown
	progressEvery = 200 * time.Millisecond // how often the line changes then
)

// A ProgressLine keeps one line of a terminal up to date while work takes long,
// and leaves nothing of it behind. Without a terminal it shows nothing: a log is
// not made of progress.
type ProgressLine struct {
	Out io.Writer // the terminal, or nil

	mu    sync.Mutex
	start time.Time // of the first stage
	text  string
	quit  chan struct{} // ends the goroutine that draws; nil while none does
	done  chan struct{}
}

// Report takes note of how far the work is. Any goroutine may call it.
func (l *ProgressLine) Report(stage Stage, p fixer.Progress) {
	if l.Out == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case stage == Reading && p.Read == 0:
		l.text = fmt.Sprintf("reading: %d files found", p.Found)
	case stage == Reading:
		l.text = fmt.Sprintf("reading: %d of %d files", p.Read, p.Found)
	case stage == Scanning:
		l.text = fmt.Sprintf("%s %d of %d", stage, min(p.Read+1, p.Found), p.Found)
	case p.Found > 0:
		l.text = fmt.Sprintf("%s %d files", stage, p.Found)
	default:
		l.text = string(stage)
	}
	if l.start.IsZero() {
		l.start = time.Now()
	}
	if l.quit == nil {
		l.quit, l.done = make(chan struct{}), make(chan struct{})
		go l.draw(progressAfter-time.Since(l.start), l.quit, l.done)
	}
}

// Say shows what is done now, at once: it takes long. It must be safe to show.
func (l *ProgressLine) Say(doing string) {
	if doing != "" {
		l.Report(Stage(doing), fixer.Progress{})
	}
}

func (l *ProgressLine) draw(wait time.Duration, quit, done chan struct{}) {
	defer close(done)
	shown := false
	for {
		select {
		case <-quit:
			if shown {
				io.WriteString(l.Out, "\r\x1b[K")
			}
			return
		case <-time.After(wait):
		}
		l.mu.Lock()
		text := l.text
		l.mu.Unlock()
		shown, wait = true, progressEvery
		fmt.Fprintf(l.Out, "\r\x1b[Koakum: %s…", text)
	}
}

// Stop removes the line. What is reported later shows it again.
func (l *ProgressLine) Stop() {
	l.mu.Lock()
	quit, done := l.quit, l.done
	l.quit = nil
	l.mu.Unlock()
	if quit != nil {
		close(quit)
		<-done
	}
}
