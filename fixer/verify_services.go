package fixer

import (
	"path"

	"github.com/oakum-sec/oakum/fixer/compose"
)

// VerifyServices checks that Compose services are, with all that is read over them, what
// they were but for what the changes of their files declare, and that Compose loads
// them. Each file has been verified by itself: this is about what no file shows alone.
func VerifyServices(before, after *Snapshot, changes map[string]*FileChange) error {
	edits := map[string]compose.Edit{}
	for at, c := range changes {
		was, is := before.File(at), after.File(at)
		switch {
		case is == nil || c.Comment:
		case is.Compose != nil:
			e := compose.Edit{Adds: c.Adds, New: was == nil || was.Compose == nil}
			for _, paths := range c.Paths {
				e.Paths = append(e.Paths, paths...)
			}
			edits[at] = e
		case is.Kind == Environment && path.Base(at) == ".env":
			var known []byte
			if was != nil {
				known = was.Data
			}
			if sets := compose.Added(known, is.Data); len(sets) > 0 {
				edits[at] = compose.Edit{Sets: sets}
			}
		}
	}
	if len(edits) == 0 {
		return nil
	}
	return compose.Compare(before.Topology().Compose(), after.Topology().Compose(), edits)
}
