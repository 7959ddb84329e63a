package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// TestInATerminal plays whole sessions the way a person would.
func TestInATerminal(t *testing.T) {
	binary := buildOakum(t)
	for _, s := range []struct {
		name          string
		width, height int
		env           []string
		play          func(*terminal)
	}{
		{"walk, decide, write, undo", 80, 24, nil, walk},
		{"kill and resume", 100, 30, nil, killAndResume},
		{"no colour in a small terminal", 60, 20, []string{"NO_COLOR=no"}, small},
		{"ctrl+c", 80, 24, nil, interrupt},
		{"signals", 80, 24, nil, signals},
		{"a file changes meanwhile", 80, 24, nil, changedMeanwhile},
		{"an editor and back", 80, 24, nil, edit},
		{"a path that is not there", 80, 24, nil, nowhere},
		{"input from a pipe", 80, 24, nil, piped},
		{"two sessions", 80, 24, nil, twoSessions},
		{"a new service", 80, 24, nil, newByForm},
		{"line mode", 100, 80, []string{"ACCESSIBLE=1"}, byWords},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.play(newTerminal(t, binary, s.width, s.height, s.env...))
		})
	}
}

// toList goes on from the first page to the list.
func (x *terminal) toList() {
	x.t.Helper()
	x.wait("What to do", "Top risks")
	x.keys("l")
}

// list is what the list of the shop shows when all is read.
var list = []string{" oakum", "by file", "api/Dockerfile", "runs as root", "65 left", "q quit"}

func walk(x *terminal) {
	before, stty := files(x.t, x.shop), x.stty()
	x.run("oakum")
	x.toList()
	x.wait(append(list, "> [ ] HIGH runs as root · stage run")...)
	if !strings.HasPrefix(x.tmux("display-message", "-p", "-t", "t", "#{alternate_on}"), "1") {
		x.t.Error("the interface is not on the alternate screen")
	}
	x.keys("j")
	x.wait("> [!] LOW  image not pinned to a digest · stage build")
	x.keys("k", "Enter")
	x.wait(" review ", "+  USER 65532:65532", "y accept")
	x.keys("p")
	form := x.wait("how to fix runs-as-root", "uid  65532")
	for range strings.Count(form, "( )") + strings.Count(form, "(•)") {
		x.keys("Down")
	}
	x.wait("> uid")
	x.keys("C-u")
	x.write("12345")
	x.wait("--set", "uid=12345", "+  USER 12345:65532")
	x.keys("Enter")
	x.wait(" review ", "1 of ", "esc list")
	x.keys("Escape")
	x.wait("by file", "> [✓] HIGH runs as root")
	x.keys("u")
	x.wait("Undone: accept dockerfile/runs-as-root", "> [ ] HIGH runs as root")
	x.keys("C-r")
	x.wait("Done again", "> [✓] HIGH runs as root")
	x.keys("A")
	x.wait(" accepted, ")
	x.keys("w")
	x.wait("nothing written yet", "enter write ", "api/Dockerfile                      2      1", "git: untracked")
	if got := files(x.t, x.shop); len(got) != len(before) || got["api/Dockerfile"] != before["api/Dockerfile"] {
		x.t.Fatal("something was written before anybody asked for it")
	}
	x.keys("Enter")
	x.wait("files written", "oakum undo")
	x.keys("q")
	x.exited(exitFindings)
	x.wait("\nsh>") // the end of what stays in the scrollback
	x.restored(stty)

	// The same decisions without a terminal make the same files.
	want := maps.Clone(before)
	for _, c := range sameDecisions(x.t, copyShop(x.t)).Changes {
		want[c.Path] = string(c.After)
	}
	sameFiles(x.t, files(x.t, x.shop), want)

	x.oakum(x.shop, exitClean, "undo")
	sameFiles(x.t, files(x.t, x.shop), before)
	x.run("oakum") // what was written is not offered again
	x.toList()
	x.wait(list...)
	x.keys("q")
	x.exited(exitFindings)
}

// sameDecisions is the plan of what walk decides.
func sameDecisions(t *testing.T, shop string) *engine.Plan {
	t.Helper()
	ws, err := discover.Load(t.Context(), []string{shop}, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := engine.NewSession(fixer.NewSnapshot(ws.Sources, ws.Names...), nil, rules.All())
	for _, f := range s.Baseline().Findings {
		if f.Rule != "dockerfile/runs-as-root" || f.File != "api/Dockerfile" {
			continue
		}
		if err := s.Decide(f.Key(), engine.Decision{Verdict: engine.Accept, Params: fixer.Params{"uid": "12345"}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AcceptAll(fixer.Safe, nil); err != nil {
		t.Fatal(err)
	}
	return s.Plan()
}

// keptDecisions are the files with decisions in the state folder.
func (x *terminal) keptDecisions() []string {
	found, err := filepath.Glob(filepath.Join(x.home, "state", "oakum", "sessions", "*", "*.json"))
	if err != nil {
		x.t.Fatal(err)
	}
	return found
}

// acceptSafe starts oakum, accepts all safe fixes, waits for what is kept of
// that, and returns how many there are, in digits. The process id of oakum is
// in the file pid.
func (x *terminal) acceptSafe() string {
	x.t.Helper()
	x.run("sh -c 'echo $$ >" + x.home + "/pid; exec oakum'")
	x.toList()
	x.wait(list...)
	x.keys("A")
	said := regexp.MustCompile(`findings: (\d+) accepted, 1 suppressed`).FindStringSubmatch(x.wait(" accepted, 1 suppressed"))
	if said == nil {
		x.t.Fatalf("how many fixes were accepted is not said:\n%s", x.screen())
	}
	if _, ok := x.within(patience, func(string) bool { return len(x.keptDecisions()) == 1 }); !ok {
		x.t.Fatal("the decisions are not kept")
	}
	return said[1]
}

// signal sends oakum a signal.
func (x *terminal) signal(s syscall.Signal) {
	x.t.Helper()
	data, err := os.ReadFile(x.home + "/pid")
	if err != nil {
		x.t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(data), &pid); err != nil {
		x.t.Fatal(err)
	}
	if err := syscall.Kill(pid, s); err != nil {
		x.t.Fatal(err)
	}
}

func killAndResume(x *terminal) {
	before := files(x.t, x.shop)
	n := x.acceptSafe()
	x.keys("j")
	x.signal(syscall.SIGKILL)
	x.exited(128 + int(syscall.SIGKILL))
	sameFiles(x.t, files(x.t, x.shop), before)
	x.close() // nothing could restore this one
	x.open(100, 30)

	x.run("oakum")
	x.wait("Resume your last session?", n+" decisions not written yet: "+n+" accepted.")
	x.press("y", " "+n+" accepted, 1 suppressed")
	x.keys("w")
	x.wait("enter write ")
	x.keys("Enter")
	x.wait("files written")
	x.keys("q")
	x.exited(exitFindings)
	if kept := x.keptDecisions(); len(kept) > 0 {
		x.t.Errorf("kept after they were written: %v", kept)
	}
	same := copyShop(x.t)
	x.oakum(same, exitClean, "fix", "--allow-dirty", "--fail-on", "none")
	sameFiles(x.t, files(x.t, x.shop), files(x.t, same))

	x.run("oakum")
	s := x.wait("What to do") // q while it still reads would leave before a finding is known
	if strings.Contains(s, "last session") {
		x.t.Errorf("what was written is offered again:\n%s", s)
	}
	x.keys("q")
	x.exited(exitFindings)
}

func small(x *terminal) {
	x.run("oakum --ascii")
	x.wait("What to do")
	x.keys("l")
	x.wait(" oakum", "api/Dockerfile", "runs as root", " left")
	colours := regexp.MustCompile(`\x1b\[([0-9;:]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;:m]`)
	for _, step := range [][2]string{
		{"Enter", "esc list"}, {"?", "keys: review"}, {"Escape", "esc list"}, {"z", "as it will be written"}, {"Escape", "esc list"}, {"w", "nothing written yet"},
		{"Escape", "esc list"}, {"Escape", "by file"},
	} {
		x.keys(step[0])
		x.wait(step[1])
		s := x.tmux("capture-pane", "-p", "-e", "-t", "t")
		if c := colours.FindString(s); c != "" {
			x.t.Errorf("a colour with NO_COLOR: %q in\n%s", c, s)
		}
		if i := strings.IndexFunc(s, func(r rune) bool { return r >= 0x2190 && r < 0x2c00 }); i >= 0 {
			x.t.Errorf("a sign beyond ASCII with --ascii: %.20q in\n%s", s[i:], s)
		}
	}
	x.keys("q")
	x.exited(exitFindings)
}

func interrupt(x *terminal) {
	before, stty := files(x.t, x.shop), x.stty()
	x.acceptSafe()
	x.keys("w")
	x.wait("enter write ")
	x.keys("C-c")
	x.exited(exitInterrupted)
	x.restored(stty)
	sameFiles(x.t, files(x.t, x.shop), before)
	if kept := x.keptDecisions(); len(kept) != 1 {
		x.t.Errorf("kept for the next time: %v", kept)
	}
}

func signals(x *terminal) {
	before, stty := files(x.t, x.shop), x.stty()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		x.run("sh -c 'echo $$ >" + x.home + "/pid; exec oakum'")
		x.toList()
		x.wait(list...)
		x.signal(s)
		x.exited(exitInterrupted)
		x.restored(stty)
		x.tmux("send-keys", "-R", "-t", "t", "clear", "Enter")
	}
	sameFiles(x.t, files(x.t, x.shop), before)
}

func changedMeanwhile(x *terminal) {
	x.acceptSafe()
	x.keys("w")
	x.wait("enter write ")
	name := filepath.Join(x.shop, "compose.yaml")
	if err := os.WriteFile(name, []byte(files(x.t, x.shop)["compose.yaml"]+"# mine\n"), 0o644); err != nil {
		x.t.Fatal(err)
	}
	before := files(x.t, x.shop)
	x.keys("Enter")
	x.wait("nothing was written", "compose.yaml: ", "r read again")
	sameFiles(x.t, files(x.t, x.shop), before)
	x.press("r", "enter write ")
	x.press("Enter", "files written")
	x.keys("q")
	x.exited(exitFindings)
	if got := files(x.t, x.shop)["compose.yaml"]; !strings.Contains(got, "no-new-privileges") || !strings.HasSuffix(got, "# mine\n") {
		x.t.Errorf("compose.yaml is\n%s", got)
	}
}

func edit(x *terminal) {
	editor := filepath.Join(x.home, "my editor", "vim")
	script := "#!/bin/sh\necho \"$@\" >" + x.home + "/args\necho '# edited' >>\"$2\"\n"
	if err := os.Mkdir(filepath.Dir(editor), 0o700); err != nil {
		x.t.Fatal(err)
	}
	if err := os.WriteFile(editor, []byte(script), 0o700); err != nil {
		x.t.Fatal(err)
	}
	stty := x.stty()
	x.run(`VISUAL="'` + editor + `'" oakum`)
	x.toList()
	x.wait(append(list, "> [ ] HIGH runs as root · stage run")...)
	x.keys("e")
	x.wait("Read again", " left")
	x.keys("q")
	x.exited(exitFindings)
	x.restored(stty)
	want := "+8 " + filepath.Join(x.shop, "api/Dockerfile") + "\n"
	if args, err := os.ReadFile(x.home + "/args"); err != nil || string(args) != want {
		x.t.Errorf("the editor got %q, %v, want %q", args, err, want)
	}
	if got := files(x.t, x.shop)["api/Dockerfile"]; !strings.HasSuffix(got, "# edited\n") {
		x.t.Errorf("the editor did not edit:\n%s", got)
	}
}

func nowhere(x *terminal) {
	x.run("oakum nowhere")
	x.exited(exitFailed)
	x.wait("oakum: nowhere: no such file or directory")
	x.run("oakum --theme pink")
	x.exited(exitFailed)
	x.wait("--theme: unknown theme")
}

func piped(x *terminal) {
	x.run("echo q | oakum")
	x.toList()
	x.wait(list...)
	x.keys("q")
	x.exited(exitFindings)
	x.run("oakum >" + x.home + "/out") // the scan, and no interface
	x.exited(exitFindings)
	if out := files(x.t, x.home)["out"]; !strings.Contains(out, "compose/privileged") || strings.Contains(out, "\x1b") {
		x.t.Errorf("into a file oakum prints\n%s", out)
	}
}

func byWords(x *terminal) {
	x.run("oakum")
	s := x.wait("oakum, line mode.", "Say accept")
	if strings.HasPrefix(x.tmux("display-message", "-p", "-t", "t", "#{alternate_on}"), "1") {
		x.t.Errorf("line mode leaves the ordinary screen:\n%s", s)
	}
	x.line("accept safe")
	x.wait("findings that were safe")
	x.line("write")
	x.wait("Say yes or no")
	x.line("yes")
	x.wait("To undo: oakum undo")
	x.line("quit")
	x.exited(exitFindings)
	same := copyShop(x.t)
	x.oakum(same, exitClean, "fix", "--allow-dirty", "--fail-on", "none")
	sameFiles(x.t, files(x.t, x.shop), files(x.t, same))

	x.tmux("send-keys", "-R", "-t", "t", "clear", "Enter")
	x.run("oakum")
	x.wait("oakum, line mode.", "Say ")
	x.keys("C-c")
	x.exited(exitInterrupted)
}

// twoSessions: the second oakum on a repository is told of the first, and so are
// fix and undo, which would write beneath it; what only reads is not kept out.
func twoSessions(x *terminal) {
	before := files(x.t, x.shop)
	x.acceptSafe()
	for _, args := range [][]string{{"--accessible"}, {"fix", "--allow-dirty"}, {"undo"}} {
		if out := x.oakum(x.shop, exitFailed, args...); !strings.Contains(out, "oakum is already open on this repository (process ") {
			x.t.Errorf("oakum %q: %s", args, out)
		}
	}
	x.oakum(x.shop, exitFindings, "scan")
	x.oakum(x.shop, exitFindings, "fix", "--diff")
	sameFiles(x.t, files(x.t, x.shop), before)
	x.keys("q")
	x.wait("leave without writing?")
	x.keys("q")
	x.exited(exitFindings)
	x.oakum(x.shop, exitFindings, "fix", "--allow-dirty")
}

// newByForm: without a stack the form asks for one, and what is written is reported on the
// screen that the shell had.
func newByForm(x *terminal) {
	stty := x.stty()
	x.run("oakum new")
	x.wait("new service", "‹ go ›", "directory", "same as: oakum new go .")
	x.keys("Right", "Down")
	x.write("fresh")
	x.wait("‹ node-npm ›", "same as: oakum new node-npm fresh", "fresh/.dockerignore")
	x.keys("Enter")
	x.wait("enter write")
	x.keys("Enter")
	x.wait("Run it              see fresh/README.md")
	x.exited(exitClean)
	x.restored(stty)
	if _, err := os.Stat(filepath.Join(x.shop, "fresh", "Dockerfile")); err != nil {
		x.t.Error(err)
	}
}
