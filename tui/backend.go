package tui

import (
	"context"
	"os/exec"
	"strings"

	"oakum/fixer"
	"oakum/fixer/engine"
)

// A Backend does for the interface what needs the disk, other processes or
// the network. Every method may block; the interface calls them in commands
// only. Methods are called from one goroutine at a time, except that Load and
// Commit may run while decisions are saved.
type Backend interface {
	// Load finds and reads the repository's files. progress, which may be
	// called from any goroutine, must return at once.
	Load(ctx context.Context, progress func(Progress)) (*Loaded, error)

	// Facts starts looking up what is not known from the files and yields
	// all that is known, each time it is more than before. The channel is
	// closed when nothing more will come; a nil channel means that nothing
	// ever will.
	Facts(ctx context.Context, snap *fixer.Snapshot) <-chan *fixer.Facts

	// States tells how each file stands with version control: "git: clean",
	// and whether writing it mixes with work that is not kept there.
	States(paths []string) map[string]FileState

	// Commit writes all changes or none. Where files stand in the way it
	// returns a [RefusedError].
	Commit(ctx context.Context, changes []engine.Change) (*Receipt, error)

	// SavePatch writes the changes as a patch beside the work and returns the
	// name of the file.
	SavePatch(changes []engine.Change) (string, error)

	// SaveDecisions keeps the decisions so that they survive a crash; an empty
	// map forgets them. It must not change or keep the map. LoadDecisions
	// returns those kept for this root.
	SaveDecisions(engine.Decisions) error
	LoadDecisions() (engine.Decisions, error)

	// Editor returns the command that opens a file at a line, from 1, in the
	// person's editor.
	Editor(path string, line int) (*exec.Cmd, error)

	// OpenURL shows a page in the person's browser.
	OpenURL(url string) error
}

// Progress counts the files whose name makes them worth reading.
type Progress struct {
	Found int // so far
	Read  int
}

// Loaded is what a repository holds.
type Loaded struct {
	Sources []fixer.Source
	Names   []fixer.Name // of all files that builds may be sent
	Notes   []string     // what has no file to hang on, one sentence each

	// Facts are those known at once; [Backend.Facts] brings the later ones.
	Facts *fixer.Facts
}

// FileState is how a file stands with version control.
type FileState struct {
	Text string // "git: clean", "git: modified", "no git"
	Warn bool   // writing it mixes with changes that nothing else keeps
}

// A Receipt is what Commit did.
type Receipt struct {
	Written  []string // paths, sorted
	Undo     string   // the command that takes it back: "oakum undo"
	Warnings []string
}

// A RefusedError says which files kept a commit from being made. Nothing was
// written.
type RefusedError struct {
	Files []RefusedFile // at least one
}

// RefusedFile is one reason in a [RefusedError].
type RefusedFile struct {
	Path    string
	Reason  string // a sentence, lower case, no full stop
	Changed bool   // the file holds other bytes than were read
}

// Error names every file and its reason on one line.
func (e *RefusedError) Error() string {
	parts := make([]string, len(e.Files))
	for i, f := range e.Files {
		parts[i] = f.Path + ": " + f.Reason
	}
	return strings.Join(parts, "; ") + " (nothing was written)"
}

// Options say what [Run] opens and how it looks.
type Options struct {
	Title   string // the root, for people: "shop/"
	Rules   []*fixer.Rule
	Backend Backend

	Theme   string // auto, dark, light, high-contrast, colorblind or none
	NoColor bool   // NO_COLOR is set, to whatever value
	ASCII   bool   // the terminal's character set is not UTF-8
	Version string // for the help overlay
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
