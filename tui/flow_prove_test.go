package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
)

// toProve is the plan with E pressed, and what opened by itself ready for keys.
func toProve(t *testing.T, b *fakeBackend) *drive {
	t.Helper()
	d := led(t, b, "space", "A", "w", "E")
	d.elapse()
	return d
}

// longProof is one with much to be said of it.
func longProof(_ context.Context, news func(fixer.ProofNews)) error {
	p := fixer.Proof{Service: "api", Before: fixer.ProofSide{Built: true}, After: fixer.ProofSide{Failure: "exit status 1"}}
	for i := range 60 {
		p.After.Output = append(p.After.Output, fmt.Sprint("line ", i))
	}
	news(fixer.ProofNews{Proof: &p})
	return nil
}

// TestProveAsksFirst: the key says what would be executed, and only the answer executes
// it. The result stands beside the plan, and nothing is written.
func TestProveAsksFirst(t *testing.T) {
	b := newFake(shop())
	was := b.disk()
	d := toProve(t, b)
	d.at(onProve)
	d.wants("build and start these images with docker?", "This executes what these Dockerfiles say", "Dockerfile  runs as api")
	if b.proved != 0 {
		t.Fatal("something was executed before anybody agreed")
	}
	d.press("x", "r") // which mean something only later
	d.press("esc")
	d.at(onPlan)
	if d.press("E"); b.proved != 0 {
		t.Fatal("something was executed without an answer")
	}
	d.press("enter") // it was on its way when the question opened
	if b.proved != 0 {
		t.Fatal("a key that came too early is taken for the answer")
	}
	d.elapse()
	d.press("enter")
	if b.proved != 1 {
		t.Fatalf("it was executed %d times", b.proved)
	}
	d.at(onProve)
	d.wants("HTTP 200", "412 MB", "before, new settings", "ended 1", "better: it runs as user 65532 instead of root; only the new image works")
	d.press("enter", "esc")
	d.at(onPlan)
	d.wants("Proof: 1 service: 1 better (E)")
	d.press("E")
	d.at(onProve)
	if d.press("esc"); b.proved != 1 {
		t.Error("looking at the result executes it again")
	}
	d.press("space", "E") // another plan
	d.elapse()
	d.wants("build and start these images")
	if len(b.commits) > 0 || b.disk() != was {
		t.Error("proving has written files")
	}
}

// TestProveOfAnotherPlan: what is known of a plan is not said of the next.
func TestProveOfAnotherPlan(t *testing.T) {
	d := toProve(t, newFake(shop()))
	d.press("enter", "esc", "space")
	d.wants("(before the plan changed)")
}

// TestProveWithoutEngine: the reason is shown, and how to get one; all else works.
func TestProveWithoutEngine(t *testing.T) {
	b := newFake(shop())
	b.proveErr = errors.New("no container engine: neither docker nor podman is on the PATH; install Docker")
	d := toProve(t, b)
	d.at(onNotice)
	d.wants("Nothing was executed", "install Docker")
	d.press("esc", "enter")
	d.at(onDone)
}

// TestProveNothing: a plan that changes no image says so.
func TestProveNothing(t *testing.T) {
	b := newFake(shop())
	b.nothing = true
	d := led(t, b, "A", "w", "E")
	d.at(onPlan)
	d.wants("The plan changes no image that is built here")
}

// TestProveStops: what runs can be left alone, looked at again and stopped.
func TestProveStops(t *testing.T) {
	b := newFake(shop())
	cleared := false
	b.prove = func(ctx context.Context, news func(fixer.ProofNews)) error {
		news(fixer.ProofNews{Doing: "building Dock\x1b[31mfile as it is"})
		<-ctx.Done()
		cleared = true
		return ctx.Err()
	}
	d := toProve(t, b)
	d.slow = true
	d.press("enter")
	d.next()
	d.wants("building Dock^[[31mfile as it is")
	d.press("enter", "r", "esc")
	d.at(onPlan)
	d.wants("Proof: building Dock")
	d.press("E")
	d.at(onProve)
	d.press("x")
	d.wants("stopping")
	d.drain()
	d.wants("Stopped, and removed what was made", "stopped")
	if !cleared || b.proved != 1 {
		t.Errorf("cleared: %v, executed %d times", cleared, b.proved)
	}
	d.press("esc")
	if strings.Contains(d.screen(), "Proof:") {
		t.Errorf("a proof that was stopped says something:\n%s", d.screen())
	}
}

// TestLeavingStopsProof: leaving waits until all that was made is removed.
func TestLeavingStopsProof(t *testing.T) {
	b := newFake(shop())
	cleared := make(chan bool, 1)
	b.prove = func(ctx context.Context, news func(fixer.ProofNews)) error {
		news(fixer.ProofNews{Doing: "building"})
		<-ctx.Done()
		time.Sleep(50 * time.Millisecond)
		cleared <- true
		return ctx.Err()
	}
	d := toProve(t, b)
	d.slow = true
	d.press("enter")
	d.next()
	d.press("ctrl+c")
	d.app.Result()
	select {
	case <-cleared:
	default:
		t.Error("the program is left before everything is removed")
	}
}

// TestCommandsDoNotWrite: enter on the list of commands runs one, and never writes.
func TestCommandsDoNotWrite(t *testing.T) {
	b := newFake(shop())
	d := led(t, b, "A", "w", ":", "enter")
	if len(b.commits) > 0 {
		t.Error("enter on the list of commands has written files")
	}
	d.press("esc")
}

// TestProofThatIsWorse: it is said as a warning, and can be read to its end.
func TestProofThatIsWorse(t *testing.T) {
	b := newFake(shop())
	b.prove = longProof
	d := toProve(t, b)
	d.press("enter")
	d.wants("1 worse")
	d.press("G")
	d.wants("line 59", "1 service: 1 worse")
	d.sound()
}
