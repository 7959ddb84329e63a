package project

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
)

// TestProgressIsShownForLongWorkOnly: nothing before two seconds, nothing off a
// terminal, and nothing of the line is left behind.
func TestProgressIsShownForLongWorkOnly(t *testing.T) {
	var out bytes.Buffer
	quick := &ProgressLine{Out: &out}
	quick.Report(Reading, fixer.Progress{Found: 3})
	quick.Stop()
	if out.Len() > 0 {
		t.Errorf("quick work shows %q", &out)
	}
	quick.Report(Checking, fixer.Progress{Found: 5000})
	quick.mu.Lock()
	quick.start = time.Now().Add(-progressAfter)
	quick.mu.Unlock()
	quick.Stop()
	quick.Report(Planning, fixer.Progress{Found: 5000}) // the work as a whole is long by now
	time.Sleep(progressEvery)
	quick.Stop()
	if got := out.String(); !strings.Contains(got, "planning 5000 files") || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("long work shows %q", got)
	}
	silent := &ProgressLine{}
	silent.Report(Reading, fixer.Progress{})
	silent.Stop()
}
