package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/text"
)

// keepRecords is how many commits of one root can be taken back. Records hold
// old bytes, and so perhaps secrets: they are private and not kept for ever.
const keepRecords = 20

// maxRecord bounds what is read of a record file: a plan of many files at the
// size cap, in base64.
const maxRecord = 1 << 30

// entry is a record as it lies in the state directory. The state goes from
// pending to done; a record that is still pending belongs to a commit that
// was interrupted and may have replaced any of its files, or none.
type entry struct {
	Version int         `json:"version"`
	Root    byteName    `json:"root"`
	State   string      `json:"state"`
	Files   []entryFile `json:"files"`
	Dirs    []byteName  `json:"dirs,omitempty"` // directories made for new files, parents first

	// Passed says that an undo could restore none of the files that are left,
	// and has reported it. The next one goes on to the record before.
	Passed bool `json:"passed,omitempty"`

	name string // file name in the state directory
}

type entryFile struct {
	Path   byteName `json:"path"`
	New    bool     `json:"new,omitempty"`
	Before []byte   `json:"before,omitempty"`
	// The sums decide what a file is found to be: old, new or neither.
	BeforeSum string `json:"beforeSHA256,omitempty"`
	AfterSum  string `json:"afterSHA256"`
	// Temp is the name the new bytes are staged under, beside the file, so
	// that what an interrupted commit leaves can be cleared.
	Temp byteName `json:"temp"`
}

const (
	statePending = "pending"
	stateDone    = "done"
)

func checksum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// store is the directory with the records of one root. The lock is held from
// open to close: one commit or undo at a time for one root.
type store struct {
	dir  string
	root string
	lock *os.File
}

// stateHome returns the directory that holds oakum's state, by the XDG base
// directory rules: relative values are ignored.
func stateHome() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "oakum"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errors.New("no state directory: set XDG_STATE_HOME or HOME")
	}
	return filepath.Join(home, ".local", "state", "oakum"), nil
}

// storeOf returns the directory with the records of a root.
func storeOf(root string) (string, error) {
	home, err := stateHome()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, "undo", checksum([]byte(root))[:32]), nil
}

// openStore opens the records of root, making the directory when create is set.
// Without it a missing directory is ErrNoRecord. The caller closes the store.
func openStore(ctx context.Context, root string, create bool) (*store, error) {
	dir, err := storeOf(root)
	if err != nil {
		return nil, err
	}
	if create {
		err = os.MkdirAll(dir, 0o700)
	} else {
		_, err = os.Stat(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", text.VisibleLine(root), ErrNoRecord)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: undo records cannot be saved: %s", text.VisibleLine(dir), disk.Reason(err))
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		if err = disk.Lock(ctx, lock); err != nil {
			lock.Close()
		}
	}
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: undo records cannot be locked: %s", text.VisibleLine(dir), disk.Reason(err))
	}
	return &store{dir: dir, root: root, lock: lock}, nil
}

func (s *store) close() { s.lock.Close() }

// names returns the record files, oldest first.
func (s *store) names() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("%s: undo records cannot be listed: %s", text.VisibleLine(s.dir), disk.Reason(err))
	}
	var names []string
	for _, e := range entries {
		if recordNumber(e.Name()) > 0 {
			names = append(names, e.Name())
		}
	}
	sort.Slice(names, func(i, j int) bool { return recordNumber(names[i]) < recordNumber(names[j]) })
	return names, nil
}

// recordNumber is the sequence number in a record's name, or 0.
func recordNumber(name string) int {
	digits, ok := strings.CutSuffix(name, ".json")
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || n > mostRecords {
		return 0
	}
	return n
}

// mostRecords is a number no root ever comes to; a file with a higher one is not
// ours.
const mostRecords = 1_000_000_000

// passedName is the file that says that [Undo] has reported a record it cannot
// use. The record itself stays as it is: another version of oakum may know it.
func passedName(record string) string { return strings.TrimSuffix(record, ".json") + ".passed" }

func (s *store) passed(record string) bool {
	_, err := os.Lstat(filepath.Join(s.dir, passedName(record)))
	return err == nil
}

func (s *store) pass(record string) error {
	f, err := os.OpenFile(filepath.Join(s.dir, passedName(record)), os.O_CREATE|os.O_WRONLY|disk.OpenFlags, 0o600)
	if err != nil {
		return fmt.Errorf("%s: the undo record cannot be marked as skipped: %s", text.VisibleLine(s.dir), disk.Reason(err))
	}
	return f.Close()
}

// last reads the newest record, of whatever state; nil when there is none.
func (s *store) last() (*entry, error) {
	names, err := s.names()
	if err != nil || len(names) == 0 {
		return nil, err
	}
	return s.read(names[len(names)-1])
}

func (s *store) read(name string) (*entry, error) {
	file := filepath.Join(s.dir, name)
	damaged := func(reason string) error { return &DamagedRecordError{File: file, Reason: reason} }
	data, _, err := disk.ReadBounded(file, maxRecord)
	switch {
	case errors.As(err, new(*fs.PathError)):
		return nil, damaged(disk.Reason(err))
	case err != nil:
		return nil, damaged("not a file, or too large")
	}
	e := &entry{name: name}
	if err := json.Unmarshal(data, e); err != nil {
		return nil, damaged("cannot be parsed: " + err.Error())
	}
	switch {
	case e.Version != 1:
		return nil, damaged(fmt.Sprintf("unknown version %d", e.Version))
	case string(e.Root) != s.root:
		return nil, damaged("belongs to another directory")
	case e.State != statePending && e.State != stateDone:
		return nil, damaged("unknown state")
	}
	for _, f := range e.Files {
		file, temp := string(f.Path), string(f.Temp)
		if !isLocal(file) || inStore(file) || !isLocal(temp) || path.Dir(temp) != path.Dir(file) || !strings.HasPrefix(path.Base(temp), tempPrefix) {
			return nil, damaged("contains an invalid path")
		}
		if !f.New && checksum(f.Before) != f.BeforeSum {
			return nil, damaged("checksum mismatch")
		}
	}
	for _, d := range e.Dirs {
		if !isLocal(string(d)) || inStore(string(d)) {
			return nil, damaged("contains an invalid path")
		}
	}
	return e, nil
}

// isLocal reports whether p is a clean path that stays below the root.
func isLocal(p string) bool {
	return p != "." && path.Clean(p) == p && filepath.IsLocal(filepath.FromSlash(p))
}

// next returns the name for a new record.
func (s *store) next() (string, error) {
	names, err := s.names()
	if err != nil {
		return "", err
	}
	n := 1
	if len(names) > 0 {
		n = recordNumber(names[len(names)-1]) + 1
	}
	return fmt.Sprintf("%06d.json", n), nil
}

// write makes a record durable, replacing the one of that name: whole or not
// at all, like any other file.
func (s *store) write(e *entry) error {
	data, err := json.Marshal(e)
	if err == nil {
		err = s.replace(e.name, data)
	}
	if err != nil {
		return fmt.Errorf("%s: the undo record cannot be written: %s", text.VisibleLine(s.dir), disk.Reason(err))
	}
	return nil
}

func (s *store) replace(name string, data []byte) error {
	temp := filepath.Join(s.dir, "record.tmp") // the lock makes it ours
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(temp, filepath.Join(s.dir, name))
	}
	if err != nil {
		os.Remove(temp)
		return err
	}
	return s.sync()
}

func (s *store) sync() error {
	d, err := os.Open(s.dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return disk.SyncDirectory(d)
}

// drop removes a record.
func (s *store) drop(name string) error {
	os.Remove(filepath.Join(s.dir, passedName(name))) // most often there is none
	if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
		return fmt.Errorf("%s: the undo record cannot be removed: %s", text.VisibleLine(s.dir), disk.Reason(err))
	}
	return s.sync()
}

// prune removes the oldest records over keepRecords. That it fails is no
// reason to fail a commit that is already done.
func (s *store) prune() {
	names, err := s.names()
	if err != nil {
		return
	}
	for len(names) > keepRecords {
		os.Remove(filepath.Join(s.dir, names[0]))
		os.Remove(filepath.Join(s.dir, passedName(names[0])))
		names = names[1:]
	}
}
