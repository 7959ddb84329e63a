package project

import (
	"maps"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/workspace"
)

// SaveDecisions keeps what a crash must not take. Verdicts on files outside
// the paths of this session stay as they were kept before: it cannot see them,
// and has not taken them back.
func (b *Backend) SaveDecisions(all engine.Decisions) error {
	kept, err := workspace.LoadDecisions(b.root)
	if err != nil {
		kept = nil // damaged: what is known now is better than nothing
	}
	kept = maps.Clone(kept)
	maps.DeleteFunc(kept, func(k fixer.Key, _ engine.Decision) bool { return b.shows(k.File) })
	if kept == nil {
		kept = engine.Decisions{}
	}
	maps.Copy(kept, all)
	return workspace.SaveDecisions(b.root, kept)
}

// LoadDecisions returns the verdicts kept for the files of this session.
func (b *Backend) LoadDecisions() (engine.Decisions, error) {
	kept, err := workspace.LoadDecisions(b.root)
	kept = maps.Clone(kept)
	maps.DeleteFunc(kept, func(k fixer.Key, _ engine.Decision) bool { return !b.shows(k.File) })
	return kept, err
}

// shows reports whether a file is among those the session looks at. Before
// anything is loaded, and when everything was asked for, all are: a file that
// is gone takes its verdicts with it.
func (b *Backend) shows(path string) bool {
	loaded := b.loaded.Load()
	if loaded == nil {
		return true
	}
	source, there := loaded.Source(path)
	if !there {
		return len(b.paths) == 0 || len(b.paths) == 1 && b.paths[0] == "."
	}
	return !source.Context
}
