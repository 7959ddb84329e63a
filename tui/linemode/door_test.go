package linemode

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// soon is how long the end of a conversation may take, on a machine that has
// other things to do as well.
const soon = 2 * time.Second

// TestInterruptEndsALongFold: a signal that comes while something long is worked
// out ends the conversation at once; what was worked out is neither said nor kept.
func TestInterruptEndsALongFold(t *testing.T) {
	begun, enough := make(chan struct{}), make(chan struct{})
	var once sync.Once
	slow := dockerRule("slow", "takes long", fixer.Low, func(p *fixer.Pass, all []*dockerfile.Instruction) {
		p.Report(fixer.Finding{Path: "x", Start: all[0].Start, End: all[0].End, Message: "it is slow",
			Fixes: []fixer.Fix{{ID: "x", Title: "try", Level: fixer.Safe, Edit: func(*fixer.Draft) error {
				once.Do(func() { close(begun) })
				<-enough
				return fixer.Refuse("it took too long")
			}}}})
	})
	b := &fakeBackend{disk: map[string]string{"Dockerfile": shop}}
	s := engine.NewSession(fixer.NewSnapshot(b.sources()), nil, []*fixer.Rule{slow})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	var out bytes.Buffer
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		res, err := Run(ctx, strings.NewReader("accept safe\nwrite\nyes\n"), &out, s, b)
		if err != nil || res.ExitCode() != 130 || len(res.Written) > 0 {
			t.Errorf("%+v, %v", res, err)
		}
	}()
	select {
	case <-ended:
	case <-time.After(soon):
		t.Fatal("it goes on working things out")
	}
	said := out.String()
	close(enough)
	time.Sleep(10 * time.Millisecond) // for what would be said or kept now
	if !strings.HasSuffix(said, "Interrupted. Nothing more is written.\n") || out.String() != said || len(b.kept) > 0 || b.disk["Dockerfile"] != shop {
		t.Errorf("%d kept, said:\n%s", len(b.kept), out.String())
	}
}

// TestInterruptWhileNobodyListens: a pipe that is not read, or a terminal that has
// stopped, does not keep the conversation from ending.
func TestInterruptWhileNobodyListens(t *testing.T) {
	s, b := talkAbout(map[string]string{"Dockerfile": shop})
	nobody, out := io.Pipe()
	defer nobody.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if res, err := Run(ctx, strings.NewReader("diff all\n"), out, s, b); err != nil || !res.Interrupted {
			t.Errorf("%+v, %v", res, err)
		}
	}()
	time.Sleep(10 * time.Millisecond)
	cancel()
	select {
	case <-ended:
	case <-time.After(soon):
		t.Fatal("it waits for a reader")
	}
}
