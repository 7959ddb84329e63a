//go:build e2e

package rules_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// given is what a build is given from outside, by name.
type given struct{ args, secrets map[string]string }

// A composeFile has the parts of a Compose file that say what a build is given.
type composeFile struct {
	Services map[string]struct {
		Build struct {
			Args    map[string]string `json:"args"`
			Secrets []string          `json:"secrets"`
		} `json:"build"`
	} `json:"services"`
	Secrets map[string]struct {
		Environment string `json:"environment"`
	} `json:"secrets"`
}

// given returns what the build of the application is given: what its Compose
// file says, as it is now, with the secrets in the environment; without such a
// file build arguments before the fixes, and secrets, as they ask for, after.
// An application without secrets is given nothing.
func (c *comparison) given(when int) (given, error) {
	if len(c.app.Secrets) == 0 {
		return given{}, nil
	}
	data, err := os.ReadFile(filepath.Join(c.dir, "compose.yaml"))
	switch {
	case os.IsNotExist(err) && when == 0:
		return given{args: c.app.Secrets}, nil
	case os.IsNotExist(err):
		return given{secrets: c.app.Secrets}, nil
	case err != nil:
		return given{}, err
	}
	var file composeFile
	if err := yaml.Unmarshal(data, &file); err != nil {
		return given{}, fmt.Errorf("compose.yaml: %w", err)
	}
	with := given{args: map[string]string{}, secrets: map[string]string{}}
	environment := func(name string) string { return c.app.Secrets[name] }
	for _, s := range file.Services {
		for name, value := range s.Build.Args {
			with.args[name] = os.Expand(value, environment)
		}
		for _, name := range s.Build.Secrets {
			with.secrets[name] = environment(file.Secrets[name].Environment)
		}
	}
	return with, nil
}

// tells reports whether whoever has an image can read one of the secrets in it:
// in its configuration, in its history or in a file.
func (e *dockerEngine) tells(image string, secrets map[string]string) (bool, error) {
	if len(secrets) == 0 {
		return false, nil
	}
	cmd := exec.CommandContext(e.ctx, e.client, "save", image)
	cmd.Env = e.env
	out, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	found, err := holds(out, secrets)
	if err != nil {
		return false, err
	}
	return found, cmd.Wait()
}

// holds reads to the end, and reports whether one of the values is in it. The
// values are short: what is kept of a piece for the next is longer.
func holds(from io.Reader, values map[string]string) (found bool, err error) {
	const kept = 1 << 10
	piece := make([]byte, kept+1<<20)
	have := 0
	for {
		n, err := from.Read(piece[have:])
		have += n
		for _, value := range values {
			found = found || bytes.Contains(piece[:have], []byte(value))
		}
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return false, err
		}
		if have > kept {
			have = copy(piece, piece[have-kept:have])
		}
	}
}
