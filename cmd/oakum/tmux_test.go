package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long a screen may take to show what is waited for. A machine
// can be busy; a test that passes does not take it.
const patience = 30 * time.Second

// A terminal is a shell in a tmux of its own, with its own home and state, in
// a copy of the shop.
type terminal struct {
	t      *testing.T
	binary string
	home   string
	shop   string // a git work tree with nothing committed
	socket string // of the present tmux
	opened int    // how many there were
	env    []string
	asks   int // for the end of a command
}

// buildOakum makes the binary as a person would, or skips the test.
func buildOakum(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed, so nothing can play the terminal")
	}
	if testing.Short() {
		t.Skip("-short: sessions in a terminal take seconds")
	}
	binary := filepath.Join(t.TempDir(), "oakum")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// newTerminal starts a shell in a terminal of that size.
func newTerminal(t *testing.T, binary string, width, height int, env ...string) *terminal {
	t.Helper()
	dir := t.TempDir()
	x := &terminal{
		t: t, binary: binary, home: filepath.Join(dir, "home"), shop: copyShop(t),
	}
	if err := os.Mkdir(x.home, 0o700); err != nil {
		t.Fatal(err)
	}
	x.env = append([]string{
		"PATH=" + filepath.Dir(binary) + string(os.PathListSeparator) + os.Getenv("PATH"),
		"HOME=" + x.home, "XDG_STATE_HOME=" + filepath.Join(x.home, "state"),
		"OAKUM_OFFLINE=1", "LANG=C.UTF-8", "TERM=screen-256color", "PS1=sh>",
	}, env...)
	x.open(width, height)
	return x
}

// open starts the shell, in a tmux of its own each time.
func (x *terminal) open(width, height int) {
	x.t.Helper()
	x.opened++
	x.socket = filepath.Join(filepath.Dir(x.home), fmt.Sprintf("tmux-%d", x.opened))
	args := []string{
		"-f", os.DevNull, "-u", "new-session", "-d", "-s", "t", "-c", x.shop,
		"-x", fmt.Sprint(width), "-y", fmt.Sprint(height), "env", "-i",
	}
	x.tmux(append(append(args, x.env...), "sh")...)
	x.tmux("set-option", "-s", "escape-time", "0")
	x.t.Cleanup(x.close)
	x.wait("sh>")
}

func (x *terminal) close() {
	cmd := exec.Command("tmux", "-S", x.socket, "kill-server")
	cmd.Run() // it may be gone already
}

// tmux runs one of its commands and returns what it prints.
func (x *terminal) tmux(args ...string) string {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-S", x.socket}, args...)...)
	cmd.Env = append(os.Environ(), "TMUX=", "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		x.t.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (x *terminal) screen() string { return x.tmux("capture-pane", "-p", "-t", "t") }

// keys presses keys, as tmux spells them.
func (x *terminal) keys(keys ...string) {
	x.t.Helper()
	x.tmux(append([]string{"send-keys", "-t", "t"}, keys...)...)
}

// write types a text.
func (x *terminal) write(s string) {
	x.t.Helper()
	x.tmux("send-keys", "-t", "t", "-l", s)
}

// line types a line and enter.
func (x *terminal) line(s string) {
	x.t.Helper()
	x.write(s)
	x.keys("Enter")
}

// wait waits until the screen shows all the words, and returns it.
func (x *terminal) wait(words ...string) string {
	x.t.Helper()
	s, ok := x.within(patience, func(s string) bool { return containsAll(s, words) })
	if !ok {
		x.t.Fatalf("after %v no %q on the screen:\n%s", patience, words, s)
	}
	return s
}

// press presses a key until the screen shows the words: what opens by itself
// is deaf for a moment.
func (x *terminal) press(key string, words ...string) string {
	x.t.Helper()
	var s string
	for range int(patience / time.Second) {
		x.keys(key)
		var ok bool
		if s, ok = x.within(time.Second, func(s string) bool { return containsAll(s, words) }); ok {
			return s
		}
	}
	x.t.Fatalf("%s does not bring %q to the screen:\n%s", key, words, s)
	return ""
}

func (x *terminal) within(limit time.Duration, ok func(string) bool) (string, bool) {
	x.t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		s := x.screen()
		if ok(s) {
			return s, true
		}
		if time.Now().After(end) {
			return s, false
		}
	}
}

func containsAll(s string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}

// run types a command line that notes its exit status. exited waits for that.
func (x *terminal) run(command string) {
	x.t.Helper()
	x.asks++
	x.line(fmt.Sprintf("%s; echo $? >%s/status-%d", command, x.home, x.asks))
}

func (x *terminal) exited(want int) {
	x.t.Helper()
	name := filepath.Join(x.home, fmt.Sprintf("status-%d", x.asks))
	s, ok := x.within(patience, func(string) bool {
		data, err := os.ReadFile(name)
		return err == nil && bytes.HasSuffix(data, []byte("\n"))
	})
	data, _ := os.ReadFile(name)
	if got := strings.TrimSpace(string(data)); !ok || got != fmt.Sprint(want) {
		x.t.Fatalf("exit status %q, want %d:\n%s", got, want, s)
	}
}

// restored fails unless the terminal is as stty noted it in the file before,
// and shows its ordinary screen and its cursor.
func (x *terminal) restored(before string) {
	x.t.Helper()
	if got := strings.TrimSpace(x.tmux("display-message", "-p", "-t", "t", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}")); got != "0 1 0" {
		x.t.Errorf("alternate screen, cursor, mouse are %s, want 0 1 0:\n%s", got, x.screen())
	}
	x.run("stty -a >" + x.home + "/stty-after")
	x.exited(0)
	was, err1 := os.ReadFile(before)
	is, err2 := os.ReadFile(x.home + "/stty-after")
	if err := errors.Join(err1, err2); err != nil || !bytes.Equal(was, is) || !strings.Contains(string(is), " echo ") {
		x.t.Errorf("the terminal is not as it was (%v):\n%s\nbefore:\n%s", err, is, was)
	}
}

// stty notes the state of the terminal and returns the name of the file.
func (x *terminal) stty() string {
	x.t.Helper()
	x.run("stty -a >" + x.home + "/stty-before")
	x.exited(0)
	return x.home + "/stty-before"
}

// oakum runs oakum outside the terminal, with the terminal's environment.
func (x *terminal) oakum(dir string, want int, args ...string) string {
	x.t.Helper()
	cmd := exec.Command(x.binary, args...)
	cmd.Dir, cmd.Env = dir, x.env
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		x.t.Fatalf("oakum %s: %v, want exit status %d\n%s", strings.Join(args, " "), err, want, out)
	}
	return string(out)
}

// copyShop copies the shop into an empty git work tree called shop.
func copyShop(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "shop")
	if err := os.CopyFS(dir, os.DirFS("../../testdata/repos/shop")); err != nil {
		t.Fatal(err)
	}
	git := filepath.Join(dir, ".git")
	if err := errors.Join(os.Mkdir(git, 0o755), os.WriteFile(filepath.Join(git, "HEAD"), []byte("ref: refs/heads/main\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// files reads all files below a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		out[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sameFiles fails unless both folders hold the same bytes.
func sameFiles(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, content := range want {
		if got[name] != content {
			t.Errorf("%s is\n%s\nwant\n%s", name, got[name], content)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("there is %s", name)
		}
	}
}
