// Command oakum hardens Dockerfiles, Compose files and Kubernetes manifests in
// place, without touching a byte that is not part of a fix.
//
// Standard output is the result: the report, the patch, the outcomes. Standard
// error is the talk: errors, notes, hints, and the summary where a patch, JSON or a
// text to be pasted is the result. The exit status is 0 for clean, 1 for findings (or
// a patch that is not empty), 2 when the job could not be done, and 130 when it was
// interrupted.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/text"
)

const (
	exitClean       = 0
	exitFindings    = 1
	exitFailed      = 2
	exitInterrupted = 130
)

// errFindings ends a command that did its job and found something. It is
// never printed: the result says it.
var errFindings = errors.New("findings")

func main() {
	project.KeepSmall()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and returns the exit status. A result that
// could not be written in full is a job not done.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := bufio.NewWriter(stdout)
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(afterOutput{out, stderr})
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return exitInterrupted // what was being rendered is given up
	}
	_, werr := project.Await(ctx, func() (struct{}, error) { return struct{}{}, out.Flush() })
	switch {
	case werr != nil && ctx.Err() != nil:
		return exitInterrupted // nobody reads what is left
	case werr != nil:
		err = fmt.Errorf("the result could not be written: %w", werr)
	}
	switch {
	case err == nil:
		return exitClean
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	}
	fmt.Fprintln(stderr, "oakum: "+text.VisibleLine(err.Error()))
	return exitFailed
}

// afterOutput is standard error behind standard output: what was printed there is
// written first, so that the two never meet inside a line of a terminal.
type afterOutput struct {
	out *bufio.Writer
	err io.Writer
}

func (w afterOutput) Write(p []byte) (int, error) {
	_ = w.out.Flush() // it fails again when the command ends, and is said then
	return w.err.Write(p)
}
