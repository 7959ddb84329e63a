package review

import (
	"context"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// A Backend does for an interface what needs the disk, other processes or
// the network. Every method may block. Methods are called from one goroutine at
// a time, except that Load and Commit may run while decisions are saved.
type Backend interface {
	// Load finds and reads the repository's files. progress, which may be
	// called from any goroutine, must return at once.
	Load(ctx context.Context, progress func(fixer.Progress)) (*fixer.Loaded, error)

	// Facts starts looking up what the check of a snapshot with some facts wished to
	// know, and yields who is asked, all that is known each time it is more than before, and
	// what came of it. The channel is closed when nothing more will come; a nil
	// channel means that nothing ever will.
	Facts(ctx context.Context, snap *fixer.Snapshot, known *fixer.Facts) <-chan fixer.News

	// States returns each file's state in version control: "git: clean",
	// and whether writing it mixes with work that is not kept there.
	States(paths []string) map[string]fixer.FileState

	// Commit writes all changes or none. Where files prevent it, it
	// returns a [fixer.RefusedError].
	Commit(ctx context.Context, changes []engine.Change) (*fixer.Receipt, error)

	// SavePatch writes the changes as a patch beside the work and returns the
	// name of the file.
	SavePatch(changes []engine.Change) (string, error)

	// SaveDecisions keeps the decisions so that they survive a crash; an empty
	// map forgets them. It must not change or keep the map. LoadDecisions
	// returns those kept for this root.
	SaveDecisions(engine.Decisions) error
	LoadDecisions() (engine.Decisions, error)
}

// Result is what became of a run of the interface.
type Result struct {
	Interrupted bool     // left by ctrl+c or a signal: nothing was written since
	Written     []string // paths of all files written, sorted
	Open        int      // findings still open when it was left
	Summary     string   // for the scrollback; visible-safe, ends in a newline, may be empty
}

// ExitCode is 130 after an interrupt, 1 while findings are open, else 0.
func (r Result) ExitCode() int {
	switch {
	case r.Interrupted:
		return 130
	case r.Open > 0:
		return 1
	}
	return 0
}
