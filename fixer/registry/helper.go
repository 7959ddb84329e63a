package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/text"
)

// helperTimeout is how long a credential helper may take. Some ask a person or a
// cloud.
const helperTimeout = 10 * time.Second

// helperName is what a helper may be called: it becomes part of the name of a
// program, and must not become a path.
var helperName = text.Regexp(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$`)

// askHelper runs docker-credential-NAME get with the key of a server as input. A
// helper that has nothing for the server gives an anonymous credential. Errors
// hold nothing that the helper printed: it may be a secret.
func askHelper(ctx context.Context, name, key string) (credential, error) {
	if !helperName().MatchString(name) {
		return credential{}, errors.New("no command can have this name")
	}
	program, err := exec.LookPath("docker-credential-" + name)
	if err != nil {
		return credential{}, errors.New("it is not on PATH")
	}
	ctx, cancel := context.WithTimeout(ctx, helperTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "get")
	cmd.Stdin = strings.NewReader(key)
	out := &boundedBuffer{left: maxErrorBody}
	cmd.Stdout = out
	cmd.WaitDelay = time.Second // children of the helper may hold its output open
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return credential{}, fmt.Errorf("no answer within %s", inWords(helperTimeout))
	case errors.As(err, &exit) && isNotFound(out.String()):
		return credential{}, nil
	case errors.As(err, &exit):
		return credential{}, fmt.Errorf("exit status %d", exit.ExitCode())
	case err != nil:
		return credential{}, errors.New("it cannot be run")
	}
	var answer struct{ Username, Secret string }
	if json.Unmarshal(out.Bytes(), &answer) != nil {
		return credential{}, errors.New("its answer is not JSON")
	}
	return named(answer.Username, answer.Secret), nil
}

// isNotFound reports whether a helper says that it has no credential for the
// server, which helpers do in words.
func isNotFound(output string) bool {
	output = strings.ToLower(output)
	return strings.Contains(output, "credentials not found") || strings.Contains(output, "no credentials server url")
}

// A boundedBuffer keeps the first bytes that are written to it.
type boundedBuffer struct {
	bytes.Buffer
	left int
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.left -= n
	b.Buffer.Write(p[:n])
	return len(p), nil
}
