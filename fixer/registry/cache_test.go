package registry

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

const everything = image.AskDigest | image.AskVersion | image.AskConfig | image.AskPin | image.AskSignatures

// again is a resolver that has the directory and the time of another.
func again(t *testing.T, r *Resolver, change func(*Options)) *Resolver {
	t.Helper()
	o := r.options
	if change != nil {
		change(&o)
	}
	out, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	out.pause, out.sleep = r.pause, r.sleep
	return out
}

func TestAnswersAreKept(t *testing.T) {
	reg := newTestRegistry(t)
	old := reg.push("app", indexOf("app", day), "1", "1.2.3")
	r, clock := withClock(t, nil)
	ask := func(r *Resolver) *image.Answer { return one(t, r, reg.host+"/app:1@"+old, everything) }
	first := ask(r)
	if first.Failure != nil {
		t.Fatal(first.Failure)
	}
	asked := len(reg.asked())

	// In this process and in the next, nothing is asked, and the answer is as old as
	// it is.
	clock.now.Add(int64(30 * time.Minute))
	for _, r := range []*Resolver{r, again(t, r, nil), again(t, r, func(o *Options) { o.Offline = true })} {
		if hosts := r.Hosts([]image.Wish{wish(reg.host+"/app:1@"+old, everything)}); len(hosts) > 0 {
			t.Errorf("%q would be asked", hosts)
		}
		kept := ask(r)
		if got, want := must(json.Marshal(kept)), must(json.Marshal(first)); !bytes.Equal(got, want) {
			t.Errorf("kept answer is\n%s\nwant\n%s", got, want)
		}
		if n := len(reg.asked()); n > 0 {
			t.Errorf("%d requests", n)
		}
	}

	// After an hour a tag is asked again, and what its digest holds is not.
	clock.now.Add(int64(time.Hour))
	stale := again(t, r, nil)
	if hosts := stale.Hosts([]image.Wish{wish(reg.host+"/app:1", image.AskDigest)}); !slices.Equal(hosts, []string{reg.host}) {
		t.Errorf("%q would be asked", hosts)
	}
	one(t, stale, reg.host+"/app:1", image.AskDigest|image.AskConfig)
	wantRequests(t, reg, "HEAD /v2/app/manifests/1")

	// Offline, age does not matter; it is in the answer.
	clock.now.Add(int64(20 * 24 * time.Hour))
	offline := again(t, r, func(o *Options) { o.Offline = true })
	if got := ask(offline); got.Failure != nil || !got.At.Equal(first.At) {
		t.Errorf("answer of %s, %v; want that of %s", got.At, got.Failure, first.At)
	}

	// On request, nothing that was kept before is used; what is asked now is.
	refresh := again(t, r, func(o *Options) { o.Refresh = true })
	ask(refresh)
	if n := len(reg.asked()); n != asked {
		t.Errorf("%d requests, want %d", n, asked)
	}
	ask(refresh)
	if n := len(reg.asked()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestOffline(t *testing.T) {
	reg := newTestRegistry(t)
	sum := reg.push("app", indexOf("app", day), "1")
	r := newResolver(t, func(o *Options) { o.Offline = true })
	if hosts := r.Hosts([]image.Wish{wish(reg.host+"/app:1", everything)}); len(hosts) > 0 {
		t.Errorf("%q would be asked", hosts)
	}
	got := one(t, r, reg.host+"/app:1@"+sum, everything)
	wantFailure(t, got, image.NotAsked, "not asked: oakum is offline, and no earlier answer is kept")
	if got.Failed != everything || got.Known(image.AskDigest) {
		t.Errorf("failed is %b", got.Failed)
	}
	wantRequests(t, reg)
}

// TestFailuresAreNotKept: an image that is pushed meanwhile is found.
func TestFailuresAreNotKept(t *testing.T) {
	reg := newTestRegistry(t)
	r := newResolver(t, nil)
	if got := one(t, r, reg.host+"/app:1", everything); got.Failure == nil {
		t.Error("there is an answer")
	}
	if n := len(reg.asked()); n != 1 {
		t.Errorf("%d requests about what is not there", n)
	}
	want := reg.push("app", indexOf("app", day), "1")
	if got := one(t, r, reg.host+"/app:1", image.AskDigest); got.Digest != want {
		t.Errorf("answer is %+v", got)
	}
}

// TestNothingIsWritten when nothing is to be kept.
func TestNothingIsWritten(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", indexOf("app", day), "1")
	r := newResolver(t, func(o *Options) { o.CacheDir, o.NoCache = "", true })
	if got := one(t, r, reg.host+"/app:1", image.AskConfig); got.Failure != nil {
		t.Error(got.Failure)
	}
	if entries := must(os.ReadDir(os.Getenv("HOME"))); len(entries) > 0 {
		t.Errorf("%s was written", entries[0].Name())
	}
	r = newResolver(t, func(o *Options) { o.CacheDir = "" })
	one(t, r, reg.host+"/app:1", image.AskConfig)
	files := 0
	err := filepath.WalkDir(filepath.Join(os.Getenv("HOME"), ".cache", "oakum", "registry"), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info := must(d.Info())
		if want := map[bool]fs.FileMode{true: fs.ModeDir | 0o700, false: 0o600}[d.IsDir()]; info.Mode() != want {
			t.Errorf("%s has the mode %s", name, info.Mode())
		}
		if !d.IsDir() {
			files++
		}
		return nil
	})
	if err != nil || files != 4 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestCacheThatCannotBeUsed costs one warning.
func TestCacheThatCannotBeUsed(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", indexOf("app", day), "1")
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := newResolver(t, func(o *Options) { o.CacheDir = dir })
	for range 2 {
		if got := one(t, r, reg.host+"/app:1", image.AskConfig); got.Failure != nil {
			t.Error(got.Failure)
		}
	}
	if w := r.Warnings(); len(w) != 1 || !strings.HasPrefix(w[0], "What registries answer is not kept: "+dir) {
		t.Errorf("warnings are %q", w)
	}
}

// TestHostileCache: whatever is in the directory, it is as if it were not there.
func TestHostileCache(t *testing.T) {
	reg := newTestRegistry(t)
	sum := reg.push("app", indexOf("app", day), "1", "1.2.3")
	r := newResolver(t, nil)
	ask := func(r *Resolver) *image.Answer { return one(t, r, reg.host+"/app:1@"+sum, everything) }
	want := must(json.Marshal(withoutTime(ask(r))))
	asked := len(reg.asked())
	dir := r.options.CacheDir
	var names []string
	originals := map[string][]byte{}
	for _, e := range must(os.ReadDir(dir)) {
		names = append(names, e.Name())
		originals[e.Name()] = must(os.ReadFile(filepath.Join(dir, e.Name())))
	}
	for about, damage := range map[string]func(name string, data []byte) []byte{
		"empty":          func(string, []byte) []byte { return nil },
		"cut off":        func(_ string, data []byte) []byte { return data[:len(data)/2] },
		"another's":      func(name string, _ []byte) []byte { return originals[names[(slices.Index(names, name)+1)%len(names)]] },
		"no value":       func(_ string, data []byte) []byte { return replaceValue(data, `null`) },
		"a number":       func(_ string, data []byte) []byte { return replaceValue(data, `7`) },
		"an empty value": func(_ string, data []byte) []byte { return replaceValue(data, `{}`) },
		"a wrong digest": func(_ string, data []byte) []byte {
			return replaceValue(data, `{"Digest":"\u001b[31m","Index":true,"Children":[{"Digest":"x"}]}`)
		},
		"negative numbers": func(_ string, data []byte) []byte { return replaceValue(data, `{"Cosign":-1}`) },
		"deep":             func(_ string, data []byte) []byte { return []byte(strings.Repeat("[", 100_000)) },
		"long":             func(_ string, data []byte) []byte { return bytes.Repeat([]byte("x"), maxKeptFile+1) },
		"from the future": func(_ string, data []byte) []byte {
			return bytes.Replace(data, []byte(`"at":"2`), []byte(`"at":"9`), 1)
		},
		"without a time": func(_ string, data []byte) []byte { return bytes.Replace(data, []byte(`"at"`), []byte(`"xx"`), 1) },
	} {
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(dir, name), damage(name, originals[name]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		r := again(t, r, nil)
		reg.asked()
		if got := must(json.Marshal(withoutTime(ask(r)))); !bytes.Equal(got, want) {
			t.Errorf("%s: answer is\n%s\nwant\n%s", about, got, want)
		}
		if n := len(reg.asked()); n != asked {
			t.Errorf("%s: %d requests, want %d as without a cache", about, n, asked)
		}
		if w := r.Warnings(); len(w) > 0 {
			t.Errorf("%s: warnings are %q", about, w)
		}
	}
	// A directory or a FIFO in the place of a file is not waited for.
	for _, name := range names {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got := must(json.Marshal(withoutTime(ask(again(t, r, nil))))); !bytes.Equal(got, want) {
		t.Errorf("directories: answer is %s", got)
	}
}

func withoutTime(a *image.Answer) *image.Answer {
	out := *a
	out.At = time.Time{}
	return &out
}

func replaceValue(data []byte, value string) []byte {
	var f keptFact
	if json.Unmarshal(data, &f) != nil {
		panic("kept file is no JSON")
	}
	f.Value = json.RawMessage(value)
	return must(json.Marshal(f))
}

// TestOldFilesAreRemoved once something is written.
func TestOldFilesAreRemoved(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", indexOf("app", day), "1")
	r := newResolver(t, nil)
	dir := r.options.CacheDir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"old.json": 31 * 24 * time.Hour, "young.json": time.Hour, ".new-1": 2 * time.Hour, "notes.txt": 99 * 24 * time.Hour} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	one(t, r, reg.host+"/app:1", image.AskDigest)
	for name, want := range map[string]bool{"old.json": false, "young.json": true, ".new-1": false, "notes.txt": true} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOldAnswersOfAHostThatIsDown: what was kept for longer than it is believed is better
// than nothing, and the answer says so; where the registry answers, or everything is to
// be asked again, it does not count.
func TestOldAnswersOfAHostThatIsDown(t *testing.T) {
	reg := newTestRegistry(t)
	sum := reg.push("app", indexOf("app", day), "1", "1.2.3")
	r, clock := withClock(t, nil)
	name := reg.host + "/app:1@" + sum
	first := one(t, r, name, everything)
	clock.now.Add(int64(10 * 24 * time.Hour))

	down := func(status int) {
		reg.answer(func(w http.ResponseWriter, _ *http.Request) bool { return respond(w, status, "") })
	}
	for status, why := range map[int]string{
		http.StatusBadGateway:      reg.host + " answers with an error of its own (status 502)",
		http.StatusTooManyRequests: reg.host + ": the limit of anonymous requests is used up; try again in 60 s or log in (docker login " + reg.host + ")",
	} {
		down(status)
		got := one(t, again(t, r, nil), name, everything)
		if got.Failure != nil || got.Old == nil || got.Old.Text != why || !got.At.Equal(first.At) {
			t.Errorf("status %d: %+v, old because %+v", status, got, got.Old)
			continue
		}
		kept := *got
		kept.Old = nil
		if a, b := must(json.Marshal(kept)), must(json.Marshal(first)); !bytes.Equal(a, b) {
			t.Errorf("status %d: the answer is\n%s\nwas\n%s", status, a, b)
		}
	}
	for about, c := range map[string]struct {
		status int
		change func(*Options)
	}{
		"a registry that says no":         {http.StatusNotFound, nil},
		"everything is to be asked again": {http.StatusBadGateway, func(o *Options) { o.Refresh = true }},
		"nothing was kept":                {http.StatusBadGateway, func(o *Options) { o.CacheDir = t.TempDir() }},
		"the clock is before the answer":  {http.StatusBadGateway, func(o *Options) { o.Now = func() time.Time { return first.At.Add(-time.Hour) } }},
	} {
		down(c.status)
		if got := one(t, again(t, r, c.change), reg.host+"/app:1", image.AskDigest); got.Failure == nil || got.Old != nil {
			t.Errorf("%s: %+v", about, got)
		}
	}

	reg.Close()
	got := one(t, again(t, r, nil), name, image.AskDigest)
	if got.Failure != nil || got.Old == nil || got.Old.Kind != image.Unreachable || got.Digest != sum {
		t.Errorf("a host that is gone: %+v", got)
	}
	if tooLate := one(t, again(t, r, nil), reg.host+"/app:1.2.3", image.AskConfig); tooLate.Digest != "" && tooLate.Old == nil {
		t.Errorf("an image that was not asked about: %+v", tooLate)
	}
}
