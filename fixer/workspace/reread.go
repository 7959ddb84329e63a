package workspace

import (
	"context"
	"fmt"
	"os"
	"path"

	"oakum/fixer"
	"oakum/fixer/text"
)

// Reread looks at a source again, keeping what is known of it: after an
// editor was open on it, or when it is said to have changed. What it includes
// or patches is not followed anew; for that, Load again.
func (ws *Workspace) Reread(p string) (fixer.Source, error) {
	old, ok := ws.Source(p)
	if !ok {
		return fixer.Source{}, fmt.Errorf("%s: not a file of this workspace", text.VisibleLine(p))
	}
	root, err := os.OpenRoot(ws.Root)
	if err != nil {
		return fixer.Source{}, fmt.Errorf("%s: %s", text.VisibleLine(ws.Root), systemReason(err))
	}
	defer root.Close()
	g := classify(path.Base(p))
	g.kind, g.sure = old.Kind, true
	src := identify(root, candidate{path: p, guess: g, named: true}, ws.maxBytes)
	src.Context = old.Context
	if src.Kind == "" {
		src.Kind = old.Kind // whatever became of the content
	}
	if old.Skip != nil && (old.Skip.Code == fixer.SkipHelm || old.Skip.Code == fixer.SkipKustomize) {
		// What made it that lies in other files, which are not read again.
		src.Kind, src.Skip = old.Kind, old.Skip
	}
	return *src, nil
}

// Stale gives the paths of sources that no longer hold the bytes that were
// read, sorted: changed, gone or no longer readable.
func (ws *Workspace) Stale(ctx context.Context) ([]string, error) {
	w, err := newWriter(ws.Root)
	if err != nil {
		return nil, err
	}
	defer w.close()
	var stale []string
	for _, s := range ws.Sources {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if s.Data == nil {
			continue
		}
		if same, err := w.holds(s.Path, s.Data); err != nil || !same {
			stale = append(stale, s.Path)
		}
	}
	return stale, nil
}
