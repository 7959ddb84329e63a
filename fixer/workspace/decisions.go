package workspace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/text"
)

// maxDecisions bounds the file with the decisions of one root, in bytes: some
// ten thousands of them.
const maxDecisions = 16 << 20

const (
	decisionsVersion = 1
	decisionsName    = "decisions.json"
)

// keptDecisions is the file in the state directory. Keys are spelt out, and so are
// levels, so that a later oakum can see whether it still knows them.
type keptDecisions struct {
	Version   int            `json:"version"`
	Root      byteName       `json:"root"`
	Decisions []keptDecision `json:"decisions"` // sorted by key
}

type keptDecision struct {
	Rule    string         `json:"rule"`
	File    byteName       `json:"file"` // relative to the root, with forward slashes
	Path    byteName       `json:"path"`
	Verdict engine.Verdict `json:"verdict"`
	Fix     string         `json:"fix,omitempty"`
	Params  fixer.Params   `json:"params,omitempty"`
	Reason  string         `json:"reason,omitempty"`
	Level   string         `json:"level,omitempty"`
}

// DamagedDecisionsError is returned when decisions were saved and cannot be
// understood. The next [SaveDecisions] replaces them.
type DamagedDecisionsError struct {
	File   string // as an absolute path
	Reason string
}

// Error names the file and what is wrong with it.
func (e *DamagedDecisionsError) Error() string {
	return fmt.Sprintf("%s: the saved decisions are damaged: %s", text.VisibleLine(e.File), e.Reason)
}

// SaveDecisions keeps the decisions about the files below root in oakum's
// state directory, readable by its owner only, so that they survive the end of
// the process. It replaces those saved before, all at once; an empty map
// forgets them. Of two sessions on one root the later save counts.
//
// Decisions can hold what a person typed and names from the repository, and
// nothing of what its files contain.
func SaveDecisions(root string, all engine.Decisions) error {
	s, err := openDecisions(root, len(all) > 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing to forget
	}
	if err != nil {
		return fmt.Errorf("decisions cannot be saved: %w", err)
	}
	defer s.close()
	if len(all) == 0 {
		err = os.Remove(filepath.Join(s.dir, decisionsName))
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("%s: the saved decisions cannot be removed: %s", text.VisibleLine(s.dir), disk.Reason(err))
	}
	data, err := encodeDecisions(s.root, all)
	if err != nil {
		return err
	}
	if err := s.replace(decisionsName, data); err != nil {
		return fmt.Errorf("%s: decisions cannot be saved: %s", text.VisibleLine(s.dir), disk.Reason(err))
	}
	return nil
}

// LoadDecisions returns the decisions last saved for root, none when there are
// none. What does not parse, is of an unknown version or is about another root
// is a [DamagedDecisionsError]. Whether their findings and fixes still exist is
// for the caller to find out.
func LoadDecisions(root string) (engine.Decisions, error) {
	s, err := openDecisions(root, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the saved decisions cannot be read: %w", err)
	}
	defer s.close()
	file := filepath.Join(s.dir, decisionsName)
	damaged := func(reason string) error { return &DamagedDecisionsError{File: file, Reason: reason} }
	data, _, err := disk.ReadBounded(file, maxDecisions)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.As(err, new(*fs.PathError)):
		return nil, fmt.Errorf("%s: the saved decisions cannot be read: %s", text.VisibleLine(file), disk.Reason(err))
	case err != nil:
		return nil, damaged("not a file, or too large")
	}
	all, reason := decodeDecisions(s.root, data)
	if reason != "" {
		return nil, damaged(reason)
	}
	return all, nil
}

// openDecisions opens and locks the directory with the decisions of a root. It
// fails with fs.ErrNotExist when there is none and create is not set.
func openDecisions(root string, create bool) (*store, error) {
	home, err := stateHome()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(home, "sessions", checksum([]byte(root))[:32])
	if create {
		err = os.MkdirAll(dir, 0o700)
	} else {
		_, err = os.Stat(dir)
	}
	var lock *os.File
	if err == nil {
		lock, err = os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR|disk.OpenFlags, 0o600)
	}
	if err == nil {
		if err = disk.Lock(context.Background(), lock); err == nil {
			return &store{dir: dir, root: root, lock: lock}, nil
		}
		lock.Close()
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return nil, fmt.Errorf("%s: %s", text.VisibleLine(dir), disk.Reason(err))
}

func encodeDecisions(root string, all engine.Decisions) ([]byte, error) {
	kept := keptDecisions{Version: decisionsVersion, Root: byteName(root)}
	for k, d := range all {
		one := keptDecision{
			Rule: k.Rule, File: byteName(k.File), Path: byteName(k.Path),
			Verdict: d.Verdict, Fix: d.Fix, Params: d.Params, Reason: d.Reason,
		}
		if d.Level != 0 {
			one.Level = d.Level.String()
		}
		kept.Decisions = append(kept.Decisions, one)
	}
	slices.SortFunc(kept.Decisions, func(a, b keptDecision) int { return a.key().Compare(b.key()) })
	data, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("decisions cannot be saved: %w", err)
	}
	if len(data) > maxDecisions {
		return nil, fmt.Errorf("decisions cannot be saved: they take %d bytes, and the limit is %d", len(data), maxDecisions)
	}
	return data, nil
}

func (d keptDecision) key() fixer.Key {
	return fixer.Key{Rule: d.Rule, File: string(d.File), Path: string(d.Path)}
}

// decodeDecisions returns what is wrong with data when it cannot be used. One
// decision that makes no sense spoils all: what else was changed in the file
// is not known.
func decodeDecisions(root string, data []byte) (all engine.Decisions, reason string) {
	var kept keptDecisions
	if err := json.Unmarshal(data, &kept); err != nil {
		return nil, "cannot be parsed: " + text.VisibleLine(err.Error())
	}
	switch {
	case kept.Version != decisionsVersion:
		return nil, fmt.Sprintf("unknown version %d", kept.Version)
	case string(kept.Root) != root:
		return nil, "belongs to another directory"
	}
	all = make(engine.Decisions, len(kept.Decisions))
	for _, d := range kept.Decisions {
		out := engine.Decision{Verdict: d.Verdict, Fix: d.Fix, Params: d.Params, Reason: d.Reason}
		if d.Level != "" {
			level, err := fixer.ParseLevel(d.Level)
			if err != nil {
				return nil, text.VisibleLine(err.Error())
			}
			out.Level = level
		}
		switch {
		case d.Rule == "" || !isLocal(string(d.File)):
			return nil, "names an impossible finding"
		case d.Verdict != engine.Accept && d.Verdict != engine.Skip && d.Verdict != engine.Suppress:
			return nil, fmt.Sprintf("unknown decision %q", text.VisibleLine(string(d.Verdict)))
		}
		if _, twice := all[d.key()]; twice {
			return nil, "two decisions on one finding"
		}
		all[d.key()] = out
	}
	return all, ""
}
