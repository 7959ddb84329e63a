package prove

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/text"
)

// An Engine is a container engine that is installed: its command line client.
type Engine struct {
	Name string // "docker", "podman"

	path  string
	local bool // it runs on this machine, so that ports and processes can be looked at
}

// ErrNone is that no engine is installed, and how to get one.
var ErrNone = errors.New("no container engine: neither docker nor podman is on the PATH; install Docker (https://docs.docker.com/engine/install/) or Podman (https://podman.io/docs/installation)")

// names are the engines, the preferred one first.
var names = []string{"docker", "podman"}

// answersWithin is how long a command may take that only asks the engine something.
const answersWithin = 30 * time.Second

// Find looks for an engine on the PATH that answers. One that lies below root, the
// repository, is not run: a repository must not decide what is executed. Which engine
// docker means DOCKER_HOST and its own configuration say.
func Find(ctx context.Context, root string) (*Engine, error) {
	refused := ErrNone
	for _, name := range names {
		found, err := exec.LookPath(name)
		if err != nil {
			continue // not there, or in a directory that the PATH names relatively
		}
		if below(root, found) {
			refused = fmt.Errorf("%s lies in the repository, so it is not run", text.VisibleLine(found))
			continue
		}
		e := &Engine{Name: name, path: found}
		if _, err := e.ask(ctx, "version"); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			refused = fmt.Errorf("%s is installed and does not answer: %w", name, err)
			continue
		}
		e.local = e.isLocal(ctx)
		return e, nil
	}
	return nil, refused
}

// isLocal reports whether the engine is on this machine.
func (e *Engine) isLocal(ctx context.Context) bool {
	host := os.Getenv("DOCKER_HOST")
	if e.Name == "podman" {
		remote, err := e.ask(ctx, "info", "--format={{.Host.ServiceIsRemote}}")
		return err == nil && remote != "true"
	}
	if host == "" {
		host, _ = e.ask(ctx, "context", "inspect", "--format={{.Endpoints.docker.Host}}")
	}
	if host == "" {
		return true
	}
	for _, here := range []string{"unix://", "npipe://", "tcp://localhost:", "tcp://127.0.0.1:", "tcp://[::1]:"} {
		if strings.HasPrefix(host, here) {
			return true
		}
	}
	return false
}
