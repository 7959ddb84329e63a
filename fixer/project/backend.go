package project

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/git"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/workspace"
)

// A Backend does for an interface what it must not do itself: everything that
// touches the disk or starts a process. It serves the screens and line mode.
type Backend struct {
	root      string // for which decisions are kept, and where patches are saved
	paths     []string
	noIgnore  bool
	generated bool
	lookup    Lookup
	allowed   []string // registries; nil without such a policy

	loaded atomic.Pointer[fixer.Loaded] // the newest; nil before the first
	failed error                        // of the newest load
}

// NewBackend finds the root of the paths. Nothing is read before Load is called.
// noIgnore looks at what .gitignore names, and generated edits what tools write.
func NewBackend(paths []string, noIgnore, generated bool, lookup Lookup) (*Backend, error) {
	root, err := discover.FindRoot(paths)
	if err != nil {
		return nil, err
	}
	return &Backend{root: root, paths: paths, noIgnore: noIgnore, generated: generated, lookup: lookup}, nil
}

// AllowRegistries sets the registries that images may come from; nil is no policy. It is
// called before Load.
func (b *Backend) AllowRegistries(registries []string) { b.allowed = registries }

// Claim keeps other sessions, fixes and undos away from the repository, until
// release is called or the process ends. It fails when one is under way.
func (b *Backend) Claim(ctx context.Context) (release func(), err error) {
	claim, err := workspace.ClaimRoot(ctx, b.root)
	if err != nil {
		return nil, err
	}
	return claim.Release, nil
}

// Root is the directory that everything is relative to.
func (b *Backend) Root() string { return b.root }

// Failure is why nothing could ever be read, or nil.
func (b *Backend) Failure() error {
	if b.loaded.Load() != nil {
		return nil
	}
	return b.failed
}

// Load finds and reads the repository's files.
func (b *Backend) Load(ctx context.Context, progress func(fixer.Progress)) (*fixer.Loaded, error) {
	loaded, err := discover.Load(ctx, b.paths, discover.Options{NoIgnore: b.noIgnore, Generated: b.generated, Progress: progress})
	if err == nil && !slices.ContainsFunc(loaded.Sources, isOurs) {
		err = nothingIn(b.paths)
	}
	b.failed = err
	if err != nil {
		return nil, err
	}
	loaded.Facts = factsOf(loaded.Root, b.allowed, b.lookup)
	loaded.Notes = withInterruption(ctx, loaded.Root, loaded.Notes)
	b.loaded.Store(loaded)
	return loaded, nil
}

// Facts asks image registries what the check of a snapshot wished to know. What
// cannot be asked at all is said as news.
func (b *Backend) Facts(ctx context.Context, snap *fixer.Snapshot, known *fixer.Facts) <-chan fixer.News {
	if !b.lookup.Ask {
		return nil
	}
	news := make(chan fixer.News, 1)
	s, err := b.lookup.within(b.allowed).newSearch()
	if err != nil {
		news <- fixer.News{Text: "Registries are not asked: " + text.VisibleLine(err.Error())}
		close(news)
		return news
	}
	go s.stream(ctx, snap, known, news)
	return news
}

// Commit writes the changes and forgets the decisions that led to them.
func (b *Backend) Commit(ctx context.Context, changes []engine.Change) (*fixer.Receipt, error) {
	loaded := b.loaded.Load()
	if loaded == nil {
		return nil, errors.New("no files have been read")
	}
	receipt, err := commit(ctx, loaded.Root, changes)
	if err != nil {
		return nil, err
	}
	if err := b.SaveDecisions(nil); err != nil {
		receipt.Warnings = append(receipt.Warnings, err.Error())
	}
	return receipt, nil
}

// States asks version control.
func (b *Backend) States(paths []string) map[string]fixer.FileState {
	out := make(map[string]fixer.FileState, len(paths))
	loaded := b.loaded.Load()
	if loaded == nil {
		return out
	}
	states, _ := git.States(loaded.Root, paths) // an error is the state "unknown"
	for _, p := range paths {
		if _, there := loaded.Source(p); !there {
			out[p] = fixer.FileState{Text: "new file"}
			continue
		}
		switch s := states[p]; s {
		case git.None:
			out[p] = fixer.FileState{Text: "not in git", Warn: true}
		case git.Clean:
			out[p] = fixer.FileState{Text: "git: clean"}
		case "":
			out[p] = fixer.FileState{Text: "git: unknown", Warn: true}
		default:
			out[p] = fixer.FileState{Text: "git: " + string(s), Warn: true}
		}
	}
	return out
}
