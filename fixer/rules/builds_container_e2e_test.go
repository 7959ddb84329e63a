//go:build e2e

package rules_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// answersWithin is how long an application may take to answer first.
const answersWithin = 30 * time.Second

// stopsWithin is how long a container may take to stop once it is asked to,
// before it is killed.
const stopsWithin = 3 * time.Second

// A sight is what was seen of an image and of a container of it.
type sight struct {
	size    int64  // of the image, bytes
	user    string // UID:GID of the first process
	process string // its words, as the kernel has them
	written bool   // the POST was answered with a status of success
	stopped bool   // it ended when asked to, and was not killed
	health  string // what its HEALTHCHECK says: healthy, unhealthy, or none
	tells   bool   // a secret that the build was given is in the image
}

// bare are the flags of a container without anything it can do without: what
// oakum's rules for Compose and Kubernetes ask for.
var bare = []string{"--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges"}

// try starts an image and returns what is seen of it until it is stopped. It
// fails where the application does not answer as it should.
func (e *dockerEngine) try(t *testing.T, a *app, image string, flags ...string) (s sight, err error) {
	t.Helper()
	inspected, err := e.run("image", "inspect", "--format={{.Size}} {{with .Config.Healthcheck}}{{.Test}}{{end}}", image)
	if err != nil {
		return s, err
	}
	size, check, _ := strings.Cut(inspected, " ")
	if s.size, err = strconv.ParseInt(size, 10, 64); err != nil {
		return s, err
	}

	args := []string{"create", "--network=" + e.network, fmt.Sprintf("--publish=127.0.0.1::%d", a.Port)}
	if check != "" { // the first answer comes after one interval
		args = append(args, "--health-interval=1s")
	}
	id, err := e.run(append(append(args, flags...), image)...)
	if err != nil {
		return s, err
	}
	defer func() {
		if _, gone := e.runIn(context.Background(), "rm", "--force", "--volumes", id); gone != nil {
			err = errors.Join(err, gone)
		}
	}()
	if _, err := e.run("start", id); err != nil {
		return s, err
	}
	address, err := e.answer(t, a, id)
	if err != nil {
		return s, err
	}
	if err := e.look(t, id, &s); err != nil {
		return s, err
	}
	if a.Post != nil {
		status, body, err := ask(t, http.MethodPost, address+a.Post.Path)
		if err != nil {
			return s, err
		}
		s.written = status/100 == 2
		if s.written && !strings.Contains(body, a.Post.Says) {
			return s, fmt.Errorf("POST %s answers %q, want %q", a.Post.Path, body, a.Post.Says)
		}
	}
	if s.health, err = e.health(t, id); err != nil {
		return s, err
	}
	if _, err := e.run("stop", fmt.Sprintf("--time=%.0f", stopsWithin.Seconds()), id); err != nil {
		return s, err
	}
	code, err := e.run("inspect", "--format={{.State.ExitCode}}", id)
	s.stopped = code != "137" // 128 and SIGKILL
	return s, err
}

// answer waits until the application answers over its published port, and
// returns the address of that.
func (e *dockerEngine) answer(t *testing.T, a *app, id string) (string, error) {
	t.Helper()
	var err error
	for end := time.Now().Add(answersWithin); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		var running, port, body string
		if running, err = e.run("inspect", "--format={{.State.Running}}", id); err != nil {
			return "", err
		}
		if running != "true" {
			return "", fmt.Errorf("the container ended:\n%s", e.logs(id))
		}
		if port, err = e.run("port", id, strconv.Itoa(a.Port)); err != nil {
			continue
		}
		var status int
		if status, body, err = ask(t, http.MethodGet, "http://"+port+a.Get.Path); err != nil {
			continue
		}
		if status != http.StatusOK || !strings.Contains(body, a.Get.Says) {
			return "", fmt.Errorf("GET %s answers %d, %q; want %q", a.Get.Path, status, body, a.Get.Says)
		}
		return "http://" + port, nil
	}
	return "", fmt.Errorf("no answer within %s: %w\n%s", answersWithin, err, e.logs(id))
}

// health waits until the HEALTHCHECK has made up its mind.
func (e *dockerEngine) health(t *testing.T, id string) (status string, err error) {
	t.Helper()
	for end := time.Now().Add(answersWithin); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		status, err = e.run("inspect", "--format={{with .State.Health}}{{.Status}}{{else}}none{{end}}", id)
		if err != nil || status != "starting" {
			break
		}
	}
	return status, err
}

// look reads of the first process what its kernel knows. The host's view needs
// no program in the image.
func (e *dockerEngine) look(t *testing.T, id string, s *sight) error {
	t.Helper()
	pid, err := e.run("inspect", "--format={{.State.Pid}}", id)
	if err != nil {
		return err
	}
	words, err := os.ReadFile("/proc/" + pid + "/cmdline")
	if err != nil {
		return err
	}
	// Programs that set a title of their own leave the rest of the room empty.
	s.process = strings.ReplaceAll(strings.TrimRight(string(words), "\x00"), "\x00", " ")
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return err
	}
	ids := map[string]string{}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) == 5 { // real, effective, saved, file system
			ids[f[0]] = f[2]
		}
	}
	s.user = ids["Uid:"] + ":" + ids["Gid:"]
	return nil
}

// logs returns the end of what a container printed.
func (e *dockerEngine) logs(id string) string {
	cmd := exec.CommandContext(e.ctx, e.client, "logs", id)
	cmd.Env = e.env
	printed, err := cmd.CombinedOutput()
	if err != nil {
		return err.Error()
	}
	return tail(printed)
}

var asking = &http.Client{Timeout: 5 * time.Second}

func ask(t *testing.T, method, address string) (status int, body string, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		return 0, "", err
	}
	answer, err := asking.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(data), err
}
