package prove

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

// ask runs a command of the engine that answers soon, and returns the first line and
// what follows of its output, without the end of the last line.
func (e *Engine) ask(ctx context.Context, args ...string) (string, error) {
	return e.askWithin(ctx, answersWithin, nil, args...)
}

// askWithin is ask for a command that takes longer, or whose output may tell secrets that
// are known.
func (e *Engine) askWithin(ctx context.Context, limit time.Duration, secrets []string, args ...string) (string, error) {
	out, said, err := e.run(ctx, limit, args...)
	if err != nil {
		return "", &failure{err, said.lines(secrets...)}
	}
	return strings.TrimSpace(out.String()), nil
}

// A failure is a command of the engine that failed, with the last lines it printed.
type failure struct {
	err   error
	lines []string
}

// Error is the last line that was printed, else what the system says.
func (f *failure) Error() string {
	if len(f.lines) > 0 {
		return strings.TrimSuffix(f.lines[len(f.lines)-1], ".")
	}
	return f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

// run runs a command of the engine within a time. What it prints is kept up to a size:
// the beginning of standard output, and the end of everything.
func (e *Engine) run(ctx context.Context, limit time.Duration, args ...string) (*bytes.Buffer, *tail, error) {
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(within, e.path, args...)
	cmd.Dir, cmd.Env = os.TempDir(), environment()
	apart(cmd)
	cmd.WaitDelay = 5 * time.Second // then it is killed, and what it has started is not waited for
	out, said := &head{}, &tail{}
	cmd.Stdout, cmd.Stderr = both{out, said}, said
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case within.Err() != nil:
		err = fmt.Errorf("it did not finish within %s", limit)
		said = &tail{} // its last line is not the reason
	}
	return &out.Buffer, said, err
}

// environment is that of the person, with BuildKit, and without another builder than
// the engine's own, which would keep the images to itself.
func environment() []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "BUILDX_BUILDER=") {
			out = append(out, v)
		}
	}
	return append(out, "DOCKER_BUILDKIT=1", "BUILDKIT_PROGRESS=plain", "DOCKER_CLI_HINTS=false")
}

// both writes to the beginning and to the end of what is kept.
type both struct {
	head *head
	tail *tail
}

func (b both) Write(p []byte) (int, error) {
	b.head.Write(p)
	return b.tail.Write(p)
}

// maxHead bounds what is kept of the output of a command, in bytes.
const maxHead = 4 << 20

// A head keeps the beginning of what is written to it.
type head struct{ bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	h.Buffer.Write(p[:min(len(p), maxHead-h.Len())])
	return len(p), nil
}

// maxTail bounds what is kept of the end of an output, in bytes.
const maxTail = 8 << 10

// A tail keeps the end of what is written to it, by whichever goroutine.
type tail struct {
	mu   sync.Mutex
	data []byte
	cut  bool // something came before
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cut = t.cut || len(p) > maxTail || len(t.data)+len(p) > 2*maxTail
	t.data = append(t.data, p[max(0, len(p)-maxTail):]...)
	if len(t.data) > 2*maxTail {
		t.data = bytes.Clone(t.data[len(t.data)-maxTail:])
	}
	return len(p), nil
}

// mostLines bounds the lines that are shown of an output, and longest each of them.
const (
	mostLines = 12
	longest   = 200
)

// lines are the last lines that say something: safe to show, and without what looks
// like a secret or is one of those that are known.
func (t *tail) lines(secrets ...string) []string {
	var out []string
	data, before := string(t.data), ""
	if t.cut { // the half of a line does not show what its name was
		_, data, _ = strings.Cut(data, "\n")
	}
	for line := range strings.Lines(data) {
		line = strings.TrimRight(strings.ToValidUTF8(line, "�"), " \t\r\n")
		for _, s := range secrets {
			line = strings.ReplaceAll(line, s, secret.Hidden)
		}
		shown := secret.Hide(line, before)
		if before = line; shown == "" {
			continue
		}
		if at := strings.LastIndexByte(shown, '\r'); at >= 0 {
			shown = shown[at+1:] // what a terminal would show in the end
		}
		if shown = text.VisibleLine(shown); progress().MatchString(shown) {
			continue
		}
		if r := []rune(shown); len(r) > longest {
			shown = string(r[:longest]) + "…"
		}
		out = append(out, shown)
	}
	return out[max(0, len(out)-mostLines):]
}

// progress are the lines by which BuildKit says how far it is.
var progress = text.Regexp(`^#\d+ (sha256:|transferring |DONE|CACHED|\[internal\]|resolve )|^------$`)

// said are the last lines that a failed command printed.
func said(err error) []string {
	var f *failure
	if errors.As(err, &f) {
		return f.lines
	}
	return nil
}
