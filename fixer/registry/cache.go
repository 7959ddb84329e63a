package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A span says how long something that a registry said is believed.
type span int

const (
	freshly   span = iota // what a tag points to changes
	lastingly             // what a digest holds does not
	thisTime              // it changes, and is too long to be kept
	atAll                 // however old, where the registry cannot be asked
)

// Bounds of the directory.
const (
	maxKeptFile  = 512 << 10 // bytes of one file
	maxKeptFiles = 8192
	keptSuffix   = ".json"

	// keptFormat changes when what is kept means something else, or more: files of
	// another format are not found.
	keptFormat = "1"
)

// A cache keeps what registries said, in memory and in a directory. Every fact is
// a file of its own, named by the hash of what it is about, so that processes do not
// get in each other's way. A directory that cannot be used costs one warning.
type cache struct {
	dir     string // "" for memory alone
	options Options
	started time.Time
	warn    func(string)

	mu      sync.Mutex
	memory  map[string]keptFact
	written bool
	broken  bool // the directory cannot be written
}

// A keptFact is one file.
type keptFact struct {
	Kind  string          `json:"kind"`
	Key   string          `json:"key"` // what it is about, because a hash does not say it
	At    time.Time       `json:"at"`  // when the registry said so
	Value json.RawMessage `json:"value"`
}

// openCache finds the directory. It is made on the first writing.
func openCache(o Options, warn func(string)) *cache {
	c := &cache{options: o, started: o.Now(), warn: warn, memory: map[string]keptFact{}}
	switch {
	case o.NoCache:
	case o.CacheDir != "":
		c.dir = o.CacheDir
	default:
		dir, err := cacheDirectory()
		if err != nil {
			warn("What registries answer is not kept: set XDG_CACHE_HOME or HOME")
		}
		c.dir = dir
	}
	return c
}

func (c *cache) path(kind, key string) string {
	sum := sha256.Sum256([]byte(keptFormat + " " + kind + " " + key))
	return filepath.Join(c.dir, hex.EncodeToString(sum[:16])+keptSuffix)
}

// get returns what is kept, when it is not too old. Offline, any age will do.
func (c *cache) get(kind, key string, s span) (keptFact, bool) {
	c.mu.Lock()
	f, ok := c.memory[kind+" "+key]
	c.mu.Unlock()
	if !ok {
		if f, ok = c.read(kind, key); !ok {
			return keptFact{}, false
		}
		c.mu.Lock()
		c.memory[kind+" "+key] = f
		c.mu.Unlock()
	}
	now := c.options.Now()
	age := now.Sub(f.At)
	switch {
	case s == atAll:
		return f, age >= -time.Minute && !c.options.Refresh
	case age < -time.Minute: // from the future: the clock or the file is wrong
		return keptFact{}, false
	case c.options.Offline:
		return f, true
	case c.options.Refresh && f.At.Before(c.started):
		return keptFact{}, false
	case s == lastingly:
		return f, age <= c.options.KeepFor
	}
	return f, age <= c.options.MaxAge
}

// read reads a file. Whatever is wrong with it, it is as if it were not there.
func (c *cache) read(kind, key string) (keptFact, bool) {
	if c.dir == "" {
		return keptFact{}, false
	}
	data, _, err := disk.ReadBounded(c.path(kind, key), maxKeptFile)
	if err != nil {
		return keptFact{}, false
	}
	var f keptFact
	if json.Unmarshal(data, &f) != nil || f.Kind != kind || f.Key != key || f.At.IsZero() {
		return keptFact{}, false
	}
	return f, true
}

// put keeps a value from now on.
func (c *cache) put(kind, key string, value any) time.Time {
	at := c.options.Now().UTC()
	raw, err := json.Marshal(value)
	if err != nil {
		return at
	}
	f := keptFact{Kind: kind, Key: key, At: at, Value: raw}
	c.mu.Lock()
	c.memory[kind+" "+key] = f
	skip := c.dir == "" || c.broken
	c.mu.Unlock()
	if skip {
		return at
	}
	data, err := json.Marshal(f)
	if err != nil || len(data) > maxKeptFile {
		return at
	}
	err = c.write(c.path(kind, key), data)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.written = true
	} else if !c.broken {
		c.broken = true
		c.warn(fmt.Sprintf("What registries answer is not kept: %s: %s", text.VisibleLine(c.dir), disk.Reason(err)))
	}
	return at
}

// write replaces a file in one step: readers see the old bytes or the new ones.
func (c *cache) write(name string, data []byte) error {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(c.dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// tidy removes what is too old to be believed and, beyond a bound, what is
// oldest. It does so only after something was written.
func (c *cache) tidy() {
	c.mu.Lock()
	needed := c.written && c.dir != ""
	c.written = false
	c.mu.Unlock()
	if !needed {
		return
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	now := c.options.Now()
	var left []fs.FileInfo
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		age := now.Sub(info.ModTime())
		switch {
		case strings.HasSuffix(e.Name(), keptSuffix) && age > c.options.KeepFor,
			strings.HasPrefix(e.Name(), ".new-") && age > time.Hour: // from a process that was killed
			os.Remove(filepath.Join(c.dir, e.Name()))
		case strings.HasSuffix(e.Name(), keptSuffix):
			left = append(left, info)
		}
	}
	if len(left) <= maxKeptFiles {
		return
	}
	slices.SortFunc(left, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, info := range left[:len(left)-maxKeptFiles] {
		os.Remove(filepath.Join(c.dir, info.Name()))
	}
}

// recall returns what is kept of a kind about a key, or asks and keeps it. In one
// run, everything is asked at most once. Where the registry gives no answer, what is kept
// counts however old it is, and the answer says so.
func recall[T interface{ valid() bool }](ctx context.Context, a *asking, kind, key string, s span, ask func(context.Context) (T, error)) (T, error) {
	kept := a.run.r.kept
	type said struct {
		value T
		at    time.Time
	}
	look := func(s span) (said, bool) {
		if s == thisTime {
			v, ok := a.run.remembered(kind + " " + key).(said)
			return v, ok
		}
		f, ok := kept.get(kind, key, s)
		if !ok {
			return said{}, false
		}
		var v T
		if string(f.Value) == "null" || json.Unmarshal(f.Value, &v) != nil || !v.valid() {
			return said{}, false
		}
		return said{v, f.At}, true
	}
	if got, ok := look(s); ok {
		a.used(got.at)
		return got.value, nil
	}
	if !a.run.network {
		var zero T
		return zero, errNotKept
	}
	v, err, _ := a.run.flights.Do(kind+" "+key, func() (any, error) {
		if got, ok := look(s); ok { // asked while this one waited
			return got, nil
		}
		if err := a.run.failedBefore(kind + " " + key); err != nil {
			return nil, err
		}
		value, err := ask(ctx)
		if err != nil {
			a.run.fails(kind+" "+key, err)
			return nil, err
		}
		if s == thisTime {
			v := said{value, kept.options.Now().UTC()}
			a.run.remember(kind+" "+key, v)
			return v, nil
		}
		return said{value, kept.put(kind, key, value)}, nil
	})
	if err != nil {
		if s != thisTime && silent(err) {
			if old, ok := look(atAll); ok {
				a.used(old.at)
				a.standsIn(err)
				return old.value, nil
			}
		}
		var zero T
		return zero, err
	}
	got := v.(said)
	a.used(got.at)
	return got.value, nil
}

// silent reports whether a registry gave no answer at all: what it said before is better
// than nothing then.
func silent(err error) bool {
	switch asFailure(err).Kind {
	case image.Unreachable, image.RateLimited:
		return true
	}
	return false
}
