package fixer

import (
	"slices"
	"sort"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// The types in this file are what the disk, the engine and the interfaces exchange:
// plain data, so that none of them has to know the others.

// Progress counts the files whose name makes them worth reading.
type Progress struct {
	Found int // so far; final once Read is above 0
	Read  int
}

// A Note is something a person should know about a run that is no state of
// a source: an ignored directory, an include of a missing file.
type Note struct {
	Path string // relative to the root; "" when it is about the whole run
	Text string // lower case, no full stop; may hold names from the disk
}

// String is the note on one line, safe to show.
func (n Note) String() string {
	if n.Path != "" {
		return text.VisibleLine(n.Path + ": " + n.Text)
	}
	return text.VisibleLine(n.Text)
}

// Loaded is what a repository holds. It is never changed afterwards.
type Loaded struct {
	Root    string   // absolute, free of links
	Git     bool     // the root is the top of a git work tree
	Sources []Source // sorted by path
	Names   []Name   // of the files that builds may be sent, sorted by path; none without a Dockerfile
	Notes   []Note   // sorted by path, then text

	// Facts are those known at once, beyond what is in the files; nil for none.
	Facts *Facts
}

// Source returns the source of a path, if there is one.
func (l *Loaded) Source(path string) (Source, bool) {
	i := sort.Search(len(l.Sources), func(i int) bool { return l.Sources[i].Path >= path })
	if i < len(l.Sources) && l.Sources[i].Path == path {
		return l.Sources[i], true
	}
	return Source{}, false
}

// News is what looking up facts has brought so far.
type News struct {
	// Text says who is asked, or what came of it: a sentence without full stop,
	// safe to show; "" for nothing to say.
	Text string

	Facts *Facts // all that is known by now; nil when only the text is new
}

// FileState is how a file stands with version control, in words.
type FileState struct {
	Text string // "git: clean", "git: modified", "not in git"
	Warn bool   // writing it mixes with changes that nothing else keeps
}

// A Receipt is what was written, or taken back.
type Receipt struct {
	Written  []string // paths whose bytes were replaced or made, sorted
	Removed  []string // paths that are gone again, sorted
	Undo     string   // the command that takes it back; "" when there is none
	Warnings []string // what could not be kept as it was, such as a file's owner
}

// RefusalCode classifies a [FileRefusal]; the codes are stable.
type RefusalCode string

// The reasons for which a file is not written.
const (
	RefusedChanged    RefusalCode = "changed"    // other bytes than the change was made from
	RefusedMissing    RefusalCode = "missing"    // it is gone
	RefusedExists     RefusalCode = "exists"     // a new file would replace one that is there
	RefusedReadOnly   RefusalCode = "read-only"  // its mode forbids writing
	RefusedPermission RefusalCode = "permission" // the system forbids writing it, or beside it
	RefusedIrregular  RefusalCode = "irregular"  // no regular file
	RefusedOutside    RefusalCode = "outside"    // the path or a link in it leaves the root
	RefusedIO         RefusalCode = "io"         // the system failed: disk full, read error
)

// A FileRefusal says why one file was not written.
type FileRefusal struct {
	Path   string // relative to the root, with forward slashes
	Code   RefusalCode
	Reason string // a sentence for people, lower case, no full stop
}

// Stale reports whether the file is no longer what was read: reading it again helps.
func (r FileRefusal) Stale() bool {
	return r.Code == RefusedChanged || r.Code == RefusedMissing || r.Code == RefusedExists
}

// RefusedError says which files kept a change from being written or taken back.
// No file was changed, or every change was rolled back, unless Interrupted or
// Partial is set.
type RefusedError struct {
	Refusals []FileRefusal // sorted by path, at least one

	// Interrupted is set when some files had been replaced and could not be
	// put back. The undo record is kept: undo finishes the work.
	Interrupted bool

	// Partial is set when an undo restored the other files and left these.
	Partial bool

	Cause error // the system's error that led to the first refusal, or nil
}

// mostRefused bounds the files that an error names for one reason.
const mostRefused = 5

// Error says each reason once, with the files it is about, on one line.
func (e *RefusedError) Error() string {
	var reasons []string
	files := map[string][]string{}
	for _, r := range e.Refusals {
		if files[r.Reason] == nil {
			reasons = append(reasons, r.Reason)
		}
		files[r.Reason] = append(files[r.Reason], text.VisibleLine(r.Path))
	}
	var parts []string
	for _, reason := range reasons {
		names := files[reason]
		if more := len(names) - mostRefused; more > 0 {
			names = append(names[:mostRefused:mostRefused], text.Count(more, "more file", "more files"))
		}
		parts = append(parts, strings.Join(names, ", ")+": "+reason)
	}
	s := strings.Join(parts, "; ")
	if e.Interrupted {
		return s + " (some files were already written and could not be put back; undo restores them)"
	}
	if e.Partial {
		return s + " (the other files were restored)"
	}
	return s + " (nothing was written)"
}

// Names reports whether a file is among those that were refused.
func (e *RefusedError) Names(path string) bool {
	return slices.ContainsFunc(e.Refusals, func(r FileRefusal) bool { return r.Path == path })
}

// Unwrap returns the cause.
func (e *RefusedError) Unwrap() error { return e.Cause }
