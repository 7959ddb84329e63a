package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	manifests   = 5000                   // files of the generated directory
	mostToEnd   = 200 * time.Millisecond // from the signal to the end of the process
	endAttempts = 3                      // a loaded machine may take longer now and then
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

// TestSignalsEndEveryPhase interrupts scans and fixes of many files at instants
// that fall into walking, reading, checking, planning and staging: the process
// ends at once, and every file is as it was.
func TestSignalsEndEveryPhase(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: scans and fixes of 5,000 files take a minute")
	}
	binary, dir := buildOakum(t), t.TempDir()
	for i := range manifests {
		at := filepath.Join(dir, fmt.Sprintf("team-%d", i%50), fmt.Sprintf("app-%d.yaml", i))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, fmt.Appendf(nil, manifest, i), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	before := files(t, dir)
	for _, args := range [][]string{{"scan", "--format", "json"}, {"fix", "--level", "review", "--allow-dirty"}} {
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
	return took, cmd.ProcessState.ExitCode() != exitInterrupted
}
