//go:build e2e

package rules_test

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestApps builds and starts the applications of testdata/apps with a real Docker
// engine: as they are, and after every fix up to review level. The second time they
// run as a hardened container does: read-only, without capabilities or new privileges,
// as a user by number.
//
// What answered must give the same answer; the user, the first process and the size
// must be what the file about the application says, what is to leave the image must
// have been there and be gone, and what it needs must be there. With -v a table is
// printed.
func TestApps(t *testing.T) {
	e := startEngine(t)
	var table stagedTable
	for _, a := range readStagedApps(t) {
		t.Run(a.name, func(t *testing.T) {
			r := &stagedRun{app: a, dir: t.TempDir()}
			t.Cleanup(func() { table.add(r) })
			r.run(t, e)
		})
	}
	t.Logf("before → after:\n%s", table)
}

// A stagedRun is of one application before and after its fixes.
type stagedRun struct {
	app     *stagedApp
	dir     string // its files, fixed in place
	verdict string // oakum's
	hard    string // UID:GID that it answered as when hardened
	seen    [2]stagedSight
	wrong   int // of what is to be gone or there
	note    string
}

// A stagedSight is what was seen of one image and of its container.
type stagedSight struct {
	built, answered bool
	body            string
	sight
	*contents
}

func (r *stagedRun) run(t *testing.T, e *dockerEngine) {
	a := r.app
	a.copyTo(t, r.dir)
	before := read(t, r.dir, a.Dockerfile)
	plan := stagedPlan(t, r.dir, a.Choice)
	for _, change := range plan.Changes {
		if change.Path == a.Dockerfile {
			r.verdict = verdictOf(t, before, string(change.After))
		}
	}
	if r.verdict == "" {
		r.verdict = refused
	}
	if a.Skip != "" {
		r.skip(t, a.Skip)
	}
	if !r.stage(t, e, 0) {
		t.Fatal("the application does not work as it is")
	}
	for _, change := range plan.Changes {
		if err := os.WriteFile(filepath.Join(r.dir, filepath.FromSlash(change.Path)), change.After, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	after := read(t, r.dir, a.Dockerfile)
	t.Logf("it is now:\n%s", after)
	if !r.stage(t, e, 1) {
		t.Fatal("oakum's fixes broke it")
	}
	if stagesRuleIsThere() && a.Today == "" {
		for _, w := range a.compare(t, before, after, plan) {
			t.Error(w)
		}
		r.check(t)
	}
}

// skip ends the test of an application with a reason that the table has too.
func (r *stagedRun) skip(t *testing.T, why string) {
	t.Helper()
	r.note = why
	t.Skip("nothing was built: " + why)
}

// stage builds and starts the application as it is now.
func (r *stagedRun) stage(t *testing.T, e *dockerEngine, when int) bool {
	t.Helper()
	a, s := r.app, &r.seen[when]
	if missing := e.makeBases(t, []byte(read(t, r.dir, a.Dockerfile))); len(missing) > 0 {
		r.skip(t, fmt.Sprintf("nothing stands in for %s", strings.Join(missing, ", ")))
	}
	image := fmt.Sprintf("oakum-e2e/staged-%s:%s", a.name, []string{"before", "after"}[when])
	context := filepath.Join(r.dir, filepath.FromSlash(path.Dir(a.Dockerfile)))
	// Steps that are the same before and after are made once.
	if _, err := e.run("build", "--network=host", "--tag", image, context); err != nil {
		t.Error(err)
		return false
	}
	s.built = true
	t.Cleanup(func() {
		e.forget(t, image)
		if when == 1 {
			_, _ = e.run("builder", "prune", "--force", "--all")
		}
	})
	port, flags, err := r.flags(e, image, when)
	if err != nil {
		t.Error(err)
		return false
	}
	if len(flags) > 0 { // a hardened container is given what it may write: it must work without that, too
		if err := r.start(t, e, image, port, s, nil); err != nil {
			t.Error(err)
			return false
		}
	}
	if err := r.start(t, e, image, port, s, flags); err != nil {
		t.Errorf("%s: %v", strings.Join(flags, " "), err)
		return false
	}
	s.answered = true
	if when == 1 && a.Verdict != refused {
		r.hard = s.user
	}
	if s.contents, err = e.contents(image); err != nil {
		t.Error(err)
		return false
	}
	return true
}

// flags returns the port that the container listens on and the flags that it is
// created with: none as it is, and nor for what is to be left as it is.
func (r *stagedRun) flags(e *dockerEngine, image string, when int) (port int, flags []string, err error) {
	a := r.app
	port = a.Port
	if when == 0 || a.Verdict == refused {
		return port, nil, nil
	}
	config, err := e.run("image", "inspect", "--format={{.Config.User}};{{range $port, $_ := .Config.ExposedPorts}}{{$port}} {{end}}", image)
	if err != nil {
		return 0, nil, err
	}
	user, ports, _ := strings.Cut(config, ";")
	if a.After.Port != 0 && strings.Contains(ports, strconv.Itoa(a.After.Port)) {
		port = a.After.Port
	}
	uid, gid, _ := strings.Cut(user, ":")
	if gid == "" {
		gid = uid
	}
	if n, err := strconv.Atoi(uid); err != nil || n == 0 {
		uid, gid = "65532", "65532" // the image has none that is safe to start as
	}
	flags = append(flags, bare...)
	flags = append(flags, "--user="+uid+":"+gid)
	for _, dir := range a.Writes {
		flags = append(flags, fmt.Sprintf("--tmpfs=%s:uid=%s,gid=%s,mode=0755", dir, uid, gid))
	}
	return port, flags, nil
}

// start starts a container, asks it and looks at it.
func (r *stagedRun) start(t *testing.T, e *dockerEngine, image string, port int, s *stagedSight, flags []string) (err error) {
	t.Helper()
	a := &app{Port: port, Get: request{Path: r.app.Get.Path, Says: r.app.Get.Says}}
	size, err := e.run("image", "inspect", "--format={{.Size}}", image)
	if err != nil {
		return err
	}
	if s.size, err = strconv.ParseInt(size, 10, 64); err != nil {
		return err
	}
	args := []string{"create", "--network=" + e.network, fmt.Sprintf("--publish=127.0.0.1::%d", port)}
	if r.app.Health != "" {
		args = append(args, "--health-interval=1s")
	}
	id, err := e.run(append(append(args, flags...), image)...)
	if err != nil {
		return err
	}
	defer func() {
		_, gone := e.run("rm", "--force", "--volumes", id)
		err = errors.Join(err, gone)
	}()
	if _, err := e.run("start", id); err != nil {
		return err
	}
	address, err := e.answer(t, a, id)
	if err != nil {
		return err
	}
	if _, s.body, err = ask(t, "GET", address+a.Get.Path); err != nil {
		return err
	}
	if err := e.look(t, id, &s.sight); err != nil {
		return err
	}
	if s.health, err = e.health(t, id); err != nil {
		return err
	}
	if r.app.Health != "" && s.health != r.app.Health {
		return fmt.Errorf("its health is %s, want %s", s.health, r.app.Health)
	}
	return nil
}

// buildTime matches when a page was built, which two builds do not agree on.
var buildTime = regexp.MustCompile(`\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?`)

// check holds what was seen of the two images against what is right.
func (r *stagedRun) check(t *testing.T) {
	t.Helper()
	a, before, after := r.app, &r.seen[0], &r.seen[1]
	if a.After == nil {
		return
	}
	if buildTime.ReplaceAllString(after.body, "TIME") != buildTime.ReplaceAllString(before.body, "TIME") {
		t.Errorf("it answers %q, and answered %q", after.body, before.body)
	}
	if part := float64(after.size) / float64(before.size); a.After.Size > 0 && part > a.After.Size {
		t.Errorf("the image has %.2f of its size before, want at most %.2f", part, a.After.Size)
	}
	if shell := after.paths["/bin/sh"] || after.paths["/usr/bin/sh"]; a.After.Shell != nil && shell != *a.After.Shell {
		t.Errorf("there is a shell: %v, want %v", shell, *a.After.Shell)
	}
	wrong := func(format string, args ...any) {
		r.wrong++
		if a.Leaves == "" {
			t.Errorf(format, args...)
		}
	}
	defer func() {
		if a.Leaves != "" && r.wrong == 0 {
			t.Errorf("something is said to stay in the image, and does not: %s", a.Leaves)
		}
	}()
	words := strings.Fields(after.process)
	if len(words) > 0 {
		words[0] = path.Base(words[0])
	}
	if got := strings.Join(words, " "); a.After.Process != "" && got != a.After.Process {
		wrong("its first process is %q, want %q", got, a.After.Process)
	}
	for _, name := range a.After.Without.Packages {
		if !before.packages[name] {
			t.Errorf("the package %s was never there", name)
		}
		if after.packages[name] {
			wrong("the package %s is still there", name)
		}
	}
	for _, name := range a.After.Without.Paths {
		if !before.paths[name] {
			t.Errorf("%s was never there", name)
		}
		if after.paths[name] {
			wrong("%s is still there", name)
		}
	}
	for _, name := range a.After.Without.Tools {
		if !before.hasTool(name) {
			t.Errorf("%s was never there", name)
		}
		if after.hasTool(name) {
			wrong("%s is still there", name)
		}
	}
	for _, name := range a.After.With.Packages {
		if !after.packages[name] {
			wrong("the package %s is missing", name)
		}
	}
	for _, name := range a.After.With.Paths {
		if !after.paths[name] {
			wrong("%s is missing", name)
		}
	}
}
