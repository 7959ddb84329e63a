package prove

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer"
)

const (
	createsWithin = time.Minute            // a container, or removes one
	looksEvery    = 300 * time.Millisecond // whether it answers
	settles       = 2 * time.Second        // of one that has no port to be asked
	warmsUp       = 5 * time.Second        // while an answer of 5xx is not the last word
	mostPorts     = 4
)

// A trial is one start of a container of an image.
type trial struct {
	*work
	image    string
	settings settings
	ports    []int
}

// try starts the container, looks at it until it answers, ends or has had its time, and
// removes it. seen is called with the container while it is there.
func (t trial) try(ctx context.Context, seen func(id string)) *fixer.ProofRun {
	r := &fixer.ProofRun{Ports: t.ports}
	if t.settings.nonRoot && t.settings.user == "" {
		if user, _ := t.engine.ask(ctx, "image", "inspect", "--format={{.Config.User}}", t.image); !numericNonRoot(user) {
			r.Failure = "runAsNonRoot is set, and the image's user is root or a name: the kubelet refuses to start it"
			return r
		}
	}
	secrets := secretsIn(t.settings.env)
	id, err := t.engine.askWithin(ctx, createsWithin, secrets, t.create()...)
	if err == nil {
		id = lastLine(id) // warnings may come first
		defer t.remove(id)
		_, err = t.engine.askWithin(ctx, createsWithin, secrets, "start", id)
	}
	if err != nil {
		r.Failure, r.Output = err.Error(), said(err)
		return r
	}
	t.watch(ctx, id, r)
	if seen != nil && (r.Started || r.Ended) {
		seen(id)
	}
	if !r.Started || len(t.ports) > 0 && !r.Answer.TCP {
		_, printed, _ := t.engine.run(ctx, answersWithin, "logs", "--tail=50", id)
		r.Output = printed.lines(secrets...)
	}
	return r
}

// create are the arguments that make the container.
func (t trial) create() []string {
	args := []string{
		"create", "--pull=never", "--label=" + label + "=" + t.id, "--memory=" + t.options.memory(), "--pids-limit=" + mostProcesses,
		"--log-driver=json-file", "--log-opt=max-size=1m",
	}
	if t.network != "" {
		args = append(args, "--network="+t.network)
	}
	for _, port := range t.ports {
		args = append(args, fmt.Sprintf("--publish=127.0.0.1::%d", port))
	}
	entrypoint, behind := t.settings.words()
	args = append(append(args, t.settings.flags()...), entrypoint...)
	return append(append(args, t.image), behind...)
}

// watch looks at the container until there is something to say about it.
func (t trial) watch(ctx context.Context, id string, r *fixer.ProofRun) {
	began := time.Now()
	published := map[int]int{}
	for {
		state, err := t.state(ctx, id)
		switch spent := time.Since(began); {
		case err != nil:
			r.Started, r.Failure = false, err.Error()
			return
		case !state.running:
			r.Ended, r.Status, r.Started = true, state.code, state.code == 0
			if state.killed {
				r.Failure = "it needs more memory than --memory allows"
			}
			return
		default:
			r.Started = true
			t.readUser(ctx, id, state.pid, r)
			if len(t.ports) == 0 && spent >= settles {
				return
			}
			t.askPorts(ctx, id, published, r)
			if r.Answer.TCP && (r.Answer.Status < 500 || spent >= warmsUp) || spent >= t.options.start() {
				t.readUser(ctx, id, state.pid, r) // it may have dropped its privileges since
				return
			}
		}
		select {
		case <-ctx.Done():
			r.Failure = ctx.Err().Error()
			return
		case <-time.After(looksEvery):
		}
	}
}

// askPorts asks the ports in their order. The first that speaks HTTP counts, else the
// first that is open.
func (t trial) askPorts(ctx context.Context, id string, published map[int]int, r *fixer.ProofRun) {
	best := fixer.ProofAnswer{}
	for _, port := range t.ports {
		if published[port] == 0 {
			published[port] = t.published(ctx, id, port)
		}
		if published[port] == 0 {
			continue
		}
		answer := probe(ctx, loopback(published[port]), t.options.probe())
		answer.Port = port
		if answer.Status > 0 {
			best = answer
			break
		}
		if answer.TCP && !best.TCP {
			best = answer
		}
	}
	r.Answer = best
}

// published is the port of this machine that leads to a port of the container, 0 for
// none.
func (t trial) published(ctx context.Context, id string, port int) int {
	out, err := t.engine.ask(ctx, "port", id, strconv.Itoa(port)+"/tcp")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(out, "\n")
	n, _ := strconv.Atoi(line[strings.LastIndexByte(line, ':')+1:])
	if n < 1 || n > 65535 {
		return 0
	}
	return n
}

// A state is how a container is.
type state struct {
	running, killed bool // killed for want of memory
	code, pid       int
}

func (t trial) state(ctx context.Context, id string) (state, error) {
	out, err := t.engine.ask(ctx, "inspect", "--format={{.State.Running}} {{.State.OOMKilled}} {{.State.ExitCode}} {{.State.Pid}}", id)
	if err != nil {
		return state{}, err
	}
	var s state
	if _, err := fmt.Sscan(lastLine(out), &s.running, &s.killed, &s.code, &s.pid); err != nil {
		return state{}, fmt.Errorf("%s says nothing of the container that can be read", t.engine.Name)
	}
	return s, nil
}

// numericNonRoot reports whether an image's user is a number and not root's.
func numericNonRoot(user string) bool {
	user, _, _ = strings.Cut(user, ":")
	uid, err := strconv.Atoi(user)
	return err == nil && uid > 0
}

func lastLine(s string) string { return s[strings.LastIndexByte(s, '\n')+1:] }
