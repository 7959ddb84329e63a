//go:build unix

package prove

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
)

// fakeEngine stands in for docker. The variables of its environment say what it does
// differently.
const fakeEngine = `#!/bin/sh
echo "$*" >> "$FAKE_LOG"
case "$1" in
context) echo "${FAKE_HOST:-unix:///x}" ;;
network) [ -z "$FAKE_NO_NETWORK" ] ;;
build)
  [ -z "$FAKE_CANNOT" ] || { echo "$FAKE_CANNOT" >&2; exit 1; }
  [ -z "$FAKE_SLOW" ] || exec sleep "$FAKE_SLOW" ;;
image)
  case "$3" in
  *Size*) echo 1000 ;;
  *User*) echo "$FAKE_USER" ;;
  *Exposed*) echo "$FAKE_EXPOSED" ;;
  esac ;;
create) echo abc ;;
start) [ -z "$FAKE_NO_START" ] || { echo "$FAKE_NO_START" >&2; exit 1; } ;;
inspect) echo "${FAKE_STATE:-true false 0 0}" ;;
ps) echo left1; echo left2 ;;
top) printf 'PID UID\n1 33\n' ;;
esac
`

// fake puts the engine on the PATH and returns what it was told.
func fake(t *testing.T) (e *Engine, told func() string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(fakeEngine), 0o755); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "log")
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("FAKE_LOG", log)
	t.Setenv("DOCKER_HOST", "")
	t.Setenv("TMPDIR", t.TempDir())
	e, err := Find(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return e, func() string {
		data, _ := os.ReadFile(log)
		return string(data)
	}
}

func one(t *testing.T, services ...service) (root string, subjects []Subject) {
	t.Helper()
	root = disktest.Tree(t, map[string]string{"Dockerfile": "FROM a\n"})
	return root, []Subject{{
		ProofSubject: fixer.ProofSubject{Dockerfile: "Dockerfile", Context: "."}, services: services,
		changes: []engine.Change{{Path: "Dockerfile", Kind: fixer.Dockerfile, Before: []byte("FROM a\n"), After: []byte("FROM b\n")}},
	}}
}

// proofs runs the subjects and returns what was seen.
func proofs(t *testing.T, e *Engine, root string, subjects []Subject, o Options) []fixer.Proof {
	t.Helper()
	var out []fixer.Proof
	err := e.Prove(t.Context(), root, subjects, o, func(n fixer.ProofNews) {
		if n.Proof != nil {
			out = append(out, *n.Proof)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestInterruptedProof: when the context ends, the build ends, and all that was made is
// removed.
func TestInterruptedProof(t *testing.T) {
	t.Setenv("FAKE_SLOW", "60")
	e, told := fake(t)
	root, subjects := one(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := time.Now()
	err := e.Prove(ctx, root, subjects, Options{}, func(n fixer.ProofNews) {
		if strings.HasPrefix(n.Doing, "building") {
			time.AfterFunc(300*time.Millisecond, cancel)
		}
	})
	if !errors.Is(err, context.Canceled) || time.Since(began) > 20*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
	log := told()
	for _, command := range []string{"build --file=", "rmi --force oakum-prove-", "ps --all --quiet --filter=label=oakum-prove=oakum-prove-", "rm --force --volumes left1 left2", "network rm oakum-prove-"} {
		if !strings.Contains(log, command) {
			t.Errorf("it was not told %q:\n%s", command, log)
		}
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if strings.Contains(log, "create --pull") {
		t.Errorf("a container was made:\n%s", log)
	}
}

// TestBuildTakesTooLong: a build has its time, and is then no build.
func TestBuildTakesTooLong(t *testing.T) {
	t.Setenv("FAKE_SLOW", "60")
	e, _ := fake(t)
	root, subjects := one(t)
	for _, p := range proofs(t, e, root, subjects, Options{Build: 100 * time.Millisecond}) {
		if v, _ := p.Result(); v != fixer.ProofSame || p.Before.Failure != "it did not finish within 100ms" || p.Before.Built {
			t.Errorf("%s %+v", v, p.Before)
		}
	}
}

// TestEngineThatCannotBuild: what the engine lacks is said, and is nothing that the plan
// has made worse.
func TestEngineThatCannotBuild(t *testing.T) {
	e, _ := fake(t)
	for says, want := range map[string]string{
		"executor failed running [/bin/sh -c x]: network bridge not found":              "--build-network host",
		"ERROR: BuildKit is enabled but the buildx component is missing or broken.\n  ": "install the plugin buildx",
	} {
		t.Setenv("FAKE_CANNOT", says)
		root, subjects := one(t)
		p := proofs(t, e, root, subjects, Options{})[0]
		if v, why := p.Result(); v != fixer.ProofNone || !strings.Contains(why, want) {
			t.Errorf("%s: %s, %s", says, v, why)
		}
	}
}

// TestRuns: what is started how often and with what.
func TestRuns(t *testing.T) {
	e, told := fake(t)
	t.Setenv("FAKE_NO_NETWORK", "1")
	t.Setenv("FAKE_STATE", "false false 0 0") // so that it does not take long
	strict := settings{readOnly: true, drop: []string{"ALL"}}
	root, subjects := one(t, service{name: "web", place: "compose.yaml:1", before: plain, after: strict}, service{name: "same", place: "compose.yaml:9", before: strict, after: strict})
	list := proofs(t, e, root, subjects, Options{Memory: "64m"})
	if len(list) != 2 || list[0].Before.AsAsked == nil || list[0].Before.Hardened == nil || list[0].After.AsAsked != nil || list[1].Before.AsAsked != nil {
		t.Fatalf("%+v", list)
	}
	var got []string
	for line := range strings.Lines(told()) {
		if strings.HasPrefix(line, "create") {
			_, when, _ := strings.Cut(strings.TrimSpace(line), "-1:")
			if strings.Contains(line, "--read-only") {
				when += " read-only"
			}
			got = append(got, when)
			if !strings.Contains(line, "--memory=64m --pids-limit=512 ") || strings.Contains(line, "--network") || !strings.Contains(line, "--pull=never") {
				t.Errorf("%s", line)
			}
		}
	}
	// Before as it is and with the new settings, after, and after once more to see what
	// it writes; where nothing changes, each once and once to see.
	want := []string{"before", "before read-only", "after read-only", "after", "before read-only", "before", "after read-only", "after"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for _, p := range list {
		if p.Before.WritesUnknown || p.After.WritesUnknown || !p.After.Hardened.Started || !p.After.Hardened.Ended {
			t.Errorf("%+v", p)
		}
	}
}

// TestWhyNotStarted: what keeps a container from starting is said.
func TestWhyNotStarted(t *testing.T) {
	e, _ := fake(t)
	for _, c := range []struct {
		name, variable, value string
		settings              settings
		want                  string
	}{
		{"no such program", "FAKE_NO_START", "exec: not found\x1b[31m", settings{}, "exec: not found^[[31m"},
		{"root, and may not be", "FAKE_USER", "app", settings{nonRoot: true}, "runAsNonRoot is set, and the image's user is root or a name: the kubelet refuses to start it"},
		{"out of memory", "FAKE_STATE", "false true 137 0", settings{}, "it needs more memory than --memory allows"},
		{"no sense", "FAKE_STATE", "nonsense", settings{}, "docker says nothing of the container that can be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(c.variable, c.value)
			root, subjects := one(t, service{name: "web", place: "c:1", before: c.settings, after: c.settings})
			p := proofs(t, e, root, subjects, Options{})[0]
			if r := p.After.Hardened; r.Started || r.Failure != c.want {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestEngineElsewhere: ports of another machine are not asked, and its processes are not
// looked for here.
func TestEngineElsewhere(t *testing.T) {
	t.Setenv("FAKE_HOST", "ssh://other")
	t.Setenv("FAKE_EXPOSED", "80/tcp")
	e, _ := fake(t)
	root, subjects := one(t, service{name: "web", place: "c:1"})
	p := proofs(t, e, root, subjects, Options{})[0]
	if r := p.After.Hardened; e.local || !r.Started || len(r.Ports) > 0 || r.Answer.TCP || !strings.Contains(strings.Join(p.Without, " "), "another machine") || r.UID != 33 {
		t.Errorf("%+v %q", r, p.Without)
	}
}

// TestEngineInRepository: what a repository holds under the name of an engine is not run.
func TestEngineInRepository(t *testing.T) {
	dir := disktest.Tree(t, map[string]string{"bin/docker": "#!/bin/sh\ntouch \"$FAKE_LOG\"\n"})
	if err := os.Chmod(filepath.Join(dir, "bin/docker"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FAKE_LOG", filepath.Join(dir, "ran"))
	t.Setenv("PATH", filepath.Join(dir, "bin"))
	if _, err := Find(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "lies in the repository") {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("it was run")
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(t.Context(), dir); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}
