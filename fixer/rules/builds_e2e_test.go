//go:build e2e

package rules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/engine"
)

// TestBuilds builds and starts small applications with a real Docker engine,
// before and after every fix up to review level is made to their Dockerfiles.
//
// What built must build, what answered must answer, what ended when it was
// asked to must still end; the user, the first process and the size of the
// image must be what the expectation file of the application says, and so must
// be what is left undone and why. With -v the figures are printed.
func TestBuilds(t *testing.T) {
	e := startEngine(t)
	apps := readApps(t)
	for _, a := range apps {
		if missing := e.makeBases(t, a.dockerfile(t)); len(missing) > 0 {
			t.Fatalf("%s: nothing stands in for %s", a.name, missing)
		}
	}
	var table buildTable
	compare := func(t *testing.T, a *app, build buildFunc) {
		t.Run(a.name, func(t *testing.T) {
			c := &comparison{app: a, dir: t.TempDir(), build: build}
			t.Cleanup(func() { table.add(c) })
			c.compare(t, e)
		})
	}
	var newer []*app
	for _, a := range apps {
		if a.Newer {
			newer = append(newer, a)
			continue
		}
		compare(t, a, func(_ *testing.T, dir, image string, _ given) error { return e.build(dir, image) })
	}
	t.Run("newer-buildkit", func(t *testing.T) {
		b := startBuildKit(t, e, newer)
		for _, a := range newer {
			compare(t, a, b.build)
		}
	})
	t.Logf("before → after, or one where they are the same:\n%s", table)
}

// dockerfile returns the Dockerfile of the application as it is.
func (a *app) dockerfile(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(appsFolder, a.name, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A buildFunc makes an image of a name from the Dockerfile in a folder.
type buildFunc func(t *testing.T, dir, image string, with given) error

// A comparison is of one application before and after its fixes.
type comparison struct {
	app           *app
	dir           string // the application's files, fixed in place
	build         buildFunc
	built         [2]bool
	started       [2]bool
	seen          [2]sight
	bareSeen      bool // it also starts without what it can do without
	fixes, manual int
}

func (c *comparison) compare(t *testing.T, e *dockerEngine) {
	c.app.copyTo(t, c.dir)
	if !c.stage(t, e, 0) {
		t.Fatal("the application does not work as it is")
	}
	plan := c.fix(t)
	c.fixes, c.manual = c.app.checkPlan(t, plan)
	if !c.stage(t, e, 1) {
		t.Fatal("oakum's fixes broke it")
	}
	c.check(t)
}

// stage builds and starts the application as it is now.
func (c *comparison) stage(t *testing.T, e *dockerEngine, when int) bool {
	t.Helper()
	image := fmt.Sprintf("oakum-e2e/app-%s:%s", c.app.name, []string{"before", "after"}[when])
	with, err := c.given(when)
	if err != nil {
		t.Error(err)
		return false
	}
	if err := c.build(t, c.dir, image, with); err != nil {
		t.Error(err)
		return false
	}
	c.built[when] = true
	t.Cleanup(func() { e.forget(t, image) })
	if c.seen[when], err = e.try(t, c.app, image); err != nil {
		t.Error(err)
		return false
	}
	c.started[when] = true
	if c.seen[when].tells, err = e.tells(image, c.app.Secrets); err != nil {
		t.Error(err)
	}
	if when == 1 && c.app.Root {
		s, err := e.try(t, c.app, image, "--user=65532:65532")
		if err == nil && (c.app.Post == nil || s.written) {
			t.Error("it works as another user too: nothing speaks for leaving USER to a person")
		}
		t.Logf("as another user it writes: %v; error: %v", s.written, err)
	}
	if when == 1 && c.app.Bare {
		s, err := e.try(t, c.app, image, bare...)
		switch now := c.seen[1]; {
		case err != nil:
			t.Errorf("with %s: %v", strings.Join(bare, " "), err)
		case s.user != now.user || s.process != now.process || s.written != now.written || s.health != now.health:
			t.Errorf("with %s it is %+v, and without %+v", strings.Join(bare, " "), s, now)
		default:
			c.bareSeen = true
		}
	}
	return true
}

// fix makes every fix up to review level, as oakum fix --level review does, and
// sees that there is nothing to be made after them.
func (c *comparison) fix(t *testing.T) *engine.Plan {
	t.Helper()
	plan := planOfApp(t, c.dir)
	for _, change := range plan.Changes {
		path := filepath.Join(c.dir, filepath.FromSlash(change.Path))
		if err := os.WriteFile(path, change.After, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if again := planOfApp(t, c.dir); len(again.Changes) > 0 {
		t.Errorf("a second run changes %s again", again.Changes[0].Path)
	}
	return plan
}

// check holds what was seen against what is expected.
func (c *comparison) check(t *testing.T) {
	t.Helper()
	before, after := c.seen[0], c.seen[1]
	for _, want := range []struct {
		what, got, want string
	}{
		{"user before", before.user, c.app.User.Before},
		{"user after", after.user, c.app.User.After},
		{"first process before", before.process, c.app.Process.Before},
		{"first process after", after.process, c.app.Process.After},
		{"health before", before.health, c.app.Health.Before},
		{"health after", after.health, c.app.Health.After},
	} {
		if want.got != want.want {
			t.Errorf("%s: %s, want %s", want.what, want.got, want.want)
		}
	}
	if c.app.Size == "smaller" && after.size >= before.size {
		t.Errorf("the image has %d bytes, and had %d", after.size, before.size)
	}
	if after.size > before.size+before.size/100 {
		t.Errorf("the image grew from %d bytes to %d", before.size, after.size)
	}
	if before.stopped != c.app.Ends.Before || after.stopped != c.app.Ends.After {
		t.Errorf("it ends when asked to: %v before and %v after, want %v and %v", before.stopped, after.stopped, c.app.Ends.Before, c.app.Ends.After)
	}
	if len(c.app.Secrets) > 0 && (!before.tells || after.tells) {
		t.Errorf("a secret is in the image: %v before and %v after, want it there and then gone", before.tells, after.tells)
	}
	if c.app.Post != nil {
		if !before.written {
			t.Errorf("POST %s failed before", c.app.Post.Path)
		}
		if broken := !after.written; broken != (c.app.Breaks == "write") {
			t.Errorf("POST %s fails after the fixes: %v; breaks: %q", c.app.Post.Path, broken, c.app.Breaks)
		}
	}
}
