package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
)

const (
	manifests   = 5000                   // files of the generated directory
	mostToEnd   = 200 * time.Millisecond // from the signal to the end of the process
	endAttempts = 6                      // a loaded machine may take longer now and then
)

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-%[1]d
spec:
  selector:
    matchLabels: {app: app-%[1]d}
  template:
    metadata:
      labels: {app: app-%[1]d}
    spec:
      containers:
        - name: app
          image: nginx:1.27
          ports:
            - containerPort: 8080
`

// TestSignalsEndEveryPhase interrupts scans, fixes and line mode on many files at
// instants that fall into walking, reading, checking, planning, staging and saying
// what there is: the process ends at once, and every file is as it was.
func TestSignalsEndEveryPhase(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: scans and fixes of 5,000 files take a minute")
	}
	binary, dir := buildOakum(t), t.TempDir()
	for i := range manifests {
		disktest.Put(t, dir, fmt.Sprintf("team-%d/app-%d.yaml", i%50, i), fmt.Sprintf(manifest, i))
	}
	before := files(t, dir)
	for _, args := range [][]string{
		{"scan", "--format", "json"}, {"fix", "--level", "review", "--allow-dirty"}, {"fix", "--diff", "--level", "review"}, {"--accessible"},
	} {
		for _, after := range []time.Duration{20 * time.Millisecond, 150 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
			took, ended := interruptAfter(t, binary, dir, args, after)
			for attempt := 1; attempt < endAttempts && took > mostToEnd; attempt++ {
				took, ended = interruptAfter(t, binary, dir, args, after)
			}
			if ended {
				break // the work itself is over by then
			}
			if took > mostToEnd {
				t.Errorf("%s: %v after the start a signal ends it in %v, at most %v", strings.Join(args, " "), after, took, mostToEnd)
			}
			if got := files(t, dir); !maps.Equal(got, before) {
				t.Fatalf("%s: files were written when it was interrupted after %v", strings.Join(args, " "), after)
			}
		}
	}
}

// interruptAfter runs oakum and interrupts it. ended is true when it ended before,
// or was past the point up to which a signal keeps it from writing.
func interruptAfter(t *testing.T, binary, dir string, args []string, after time.Duration) (took time.Duration, ended bool) {
	t.Helper()
	cmd := exec.Command(binary, append(args, dir)...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir())
	stdin, err := cmd.StdinPipe() // which stays open, so that line mode goes on
	if err != nil {
		t.Fatal(err)
	}
	go io.WriteString(stdin, "accept safe\ndiff all\naccept rule\ndiff all\n")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
		return 0, true
	case <-time.After(after):
	}
	start := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, true
	}
	<-done
	took = time.Since(start)
	t.Logf("%s: signal after %v, ended in %v with %d", strings.Join(args, " "), after, took, cmd.ProcessState.ExitCode())
	// -1 is the signal itself, which came before anybody listened to it.
	code := cmd.ProcessState.ExitCode()
	return took, code != exitInterrupted && code != -1
}

// TestASignalEndsWhatNobodyReads: a result that goes into a pipe whose reader has
// stopped does not keep the process from ending.
func TestASignalEndsWhatNobodyReads(t *testing.T) {
	binary, dir := buildOakum(t), t.TempDir()
	for i := range 400 {
		disktest.Put(t, dir, fmt.Sprintf("app-%d.yaml", i), fmt.Sprintf(manifest, i))
	}
	for _, args := range [][]string{{"scan", "--full"}, {"scan", "--format", "json"}, {"fix", "--diff", "--level", "review"}, {"--accessible"}} {
		cmd := exec.Command(binary, append(args, dir)...)
		cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir())
		cmd.Stdin = strings.NewReader("list all\n")
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout = writer
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		writer.Close()
		if _, err := io.ReadFull(reader, make([]byte, 100)); err != nil { // it has begun
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond) // the pipe fills
		start := time.Now()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case <-done:
			t.Logf("%s ended in %v with %d", strings.Join(args, " "), time.Since(start), cmd.ProcessState.ExitCode())
			if cmd.ProcessState.ExitCode() != exitInterrupted {
				t.Errorf("%s: exit status %d", strings.Join(args, " "), cmd.ProcessState.ExitCode())
			}
		case <-time.After(5 * time.Second):
			cmd.Process.Kill()
			t.Errorf("%s: it waits for a reader", strings.Join(args, " "))
		}
		reader.Close()
	}
}
