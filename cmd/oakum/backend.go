package main

import (
	"context"
	"sync/atomic"

	"oakum/fixer"
	"oakum/fixer/discover"
	"oakum/fixer/git"
	"oakum/fixer/text"
	"oakum/tui"
)

// A backend does for the interface what it must not do itself: everything that
// touches the disk or starts a process. It serves the screens and line mode.
type backend struct {
	root  string // where decisions are kept for, and patches are saved
	paths []string
	opts  discover.Options

	loaded atomic.Pointer[discover.Tree] // the newest; nil before the first
	failed error                         // of the newest load
}

var _ tui.Backend = (*backend)(nil)

// Load reads the files; see [tui.Backend].
func (b *backend) Load(ctx context.Context, progress func(tui.Progress)) (*tui.Loaded, error) {
	opts := b.opts
	opts.Progress = func(p discover.Progress) { progress(tui.Progress{Found: p.Found, Read: p.Read}) }
	ws, err := discover.Load(ctx, b.paths, opts)
	b.failed = err
	if err != nil {
		return nil, err
	}
	b.loaded.Store(ws)
	out := &tui.Loaded{Sources: ws.Sources, Names: ws.Names, Facts: factsOf(ws)}
	for _, n := range ws.Notes {
		out.Notes = append(out.Notes, noteText(n))
	}
	return out, nil
}

// noteText is a note on one line, visible-safe.
func noteText(n discover.Note) string {
	if n.Path != "" {
		return text.VisibleLine(n.Path + ": " + n.Text)
	}
	return text.VisibleLine(n.Text)
}

// Facts has none beyond those in the files and the image table.
func (b *backend) Facts(context.Context, *fixer.Snapshot) <-chan *fixer.Facts { return nil }

// States asks version control; see [tui.Backend].
func (b *backend) States(paths []string) map[string]tui.FileState {
	out := make(map[string]tui.FileState, len(paths))
	ws := b.loaded.Load()
	if ws == nil {
		return out
	}
	states, _ := git.States(ws.Root, paths) // an error is the state "unknown"
	for _, p := range paths {
		if _, there := ws.Source(p); !there {
			out[p] = tui.FileState{Text: "new file"}
			continue
		}
		switch s := states[p]; s {
		case git.None:
			out[p] = tui.FileState{Text: "no git"}
		case git.Clean:
			out[p] = tui.FileState{Text: "git: clean"}
		case "":
			out[p] = tui.FileState{Text: "git: unknown", Warn: true}
		default:
			out[p] = tui.FileState{Text: "git: " + string(s), Warn: true}
		}
	}
	return out
}
