package registry

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/oakum-sec/oakum/fixer/image"
)

// A Resolver asks registries. It may be used by several goroutines.
type Resolver struct {
	options  Options
	platform platform
	mirrors  map[string]mirror
	client   *http.Client
	files    *http.Client // of downloads, which have connections of their own
	keys     *keychain
	kept     *cache
	sleep    func(context.Context, time.Duration) error
	pause    time.Duration // before the second attempt; 0 is a quarter of a second

	mu       sync.Mutex
	hosts    map[string]*host
	warnings []string
	warned   map[string]bool
}

func (r *Resolver) backoff() time.Duration {
	if r.pause > 0 {
		return r.pause
	}
	return 250 * time.Millisecond
}

// Warnings returns what a person should know about the asking so far, each once:
// a credential helper that failed, a limit that is nearly used up. They are sentences,
// safe to show.
func (r *Resolver) Warnings() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.warnings)
}

func (r *Resolver) warn(text string) { r.warnOnce(text, text) }

// warnOnce adds a warning unless there is one about the same thing.
func (r *Resolver) warnOnce(about, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.warned[about] {
		r.warned[about] = true
		r.warnings = append(r.warnings, text)
	}
}

// Hosts returns the hosts that Resolve would ask for the wishes, sorted, as people
// know them: "docker.io", "ghcr.io", or the mirror. Those whose answers
// are all kept, or that may not be asked, are not among them.
func (r *Resolver) Hosts(wishes []image.Wish) []string {
	if r.options.Offline {
		return nil
	}
	run := r.newRun(false)
	seen := map[string]bool{}
	for _, w := range image.SortWishes(slices.Clone(wishes)) {
		if w.URL != "" {
			if name := clean(fileHost(w.URL)); !seen[name] {
				_, kept := run.file(context.Background(), w)
				seen[name] = !kept
			}
			continue
		}
		if name := r.locate(w.Ref).host.shown; !seen[name] && r.allowed(w.Ref) {
			if _, kept := run.answer(context.Background(), w); !kept {
				seen[name] = true
			}
		}
	}
	var out []string
	for name, asked := range seen {
		if asked {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Resolve answers the wishes, one answer for each reference, in the order in which
// they arrive. What is kept comes first. The channel is closed at the end; it must be
// read to there, or the context cancelled. Whatever fails is an answer with
// a failure, which is not kept.
func (r *Resolver) Resolve(ctx context.Context, wishes []image.Wish) <-chan *image.Answer {
	wishes = image.SortWishes(slices.Clone(wishes))
	out := make(chan *image.Answer)
	go func() {
		defer close(out)
		send := func(a *image.Answer) bool {
			select {
			case out <- a:
				return true
			case <-ctx.Done():
				return false
			}
		}
		local := r.newRun(false)
		var files []image.Wish
		var hosts []*host // in order of their first wish
		queues := map[*host][]image.Wish{}
		for _, w := range wishes {
			a, kept := local.answer(ctx, w)
			if kept || r.options.Offline {
				if !send(a) {
					return
				}
				continue
			}
			if w.URL != "" {
				files = append(files, w)
				continue
			}
			h := r.locate(w.Ref).host
			if queues[h] == nil {
				hosts = append(hosts, h)
			}
			queues[h] = append(queues[h], w)
		}
		if len(hosts) > 0 {
			r.askAll(ctx, hosts, queues, send)
		}
		if len(files) > 0 {
			r.askFiles(ctx, files, send)
		}
		r.kept.tidy()
	}()
	return out
}

// askAll lets a few workers for each host take its wishes in order.
func (r *Resolver) askAll(ctx context.Context, hosts []*host, queues map[*host][]image.Wish, send func(*image.Answer) bool) {
	calls, cancel := context.WithTimeout(ctx, r.options.Overall)
	defer cancel()
	run := r.newRun(true)
	var workers sync.WaitGroup
	for _, h := range hosts {
		queue := make(chan image.Wish, len(queues[h]))
		for _, w := range queues[h] {
			queue <- w
		}
		close(queue)
		for range min(r.options.PerHost, len(queues[h])) {
			workers.Go(func() {
				for w := range queue {
					a, _ := run.answer(calls, w)
					if !send(a) {
						return
					}
				}
			})
		}
	}
	workers.Wait()
}

// A run is one Resolve: what is asked twice in it is asked once, and a host that
// does not answer is not waited for again.
type run struct {
	r       *Resolver
	network bool
	flights singleflight.Group

	mu     sync.Mutex
	down   map[*host]*failure
	failed map[string]error // by what was asked
	said   map[string]any   // what is not kept beyond the run
}

func (r *Resolver) newRun(network bool) *run {
	return &run{r: r, network: network, down: map[*host]*failure{}, failed: map[string]error{}, said: map[string]any{}}
}

// do makes a call in its turn, unless the host is known to be down by then: that it is
// down is known before the next call has its turn.
func (run *run) do(ctx context.Context, h *host, c call) (*response, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return nil, run.failure(ctx, h, err)
	}
	defer leave()
	if f := run.isDown(h); f != nil {
		return nil, f
	}
	resp, err := h.do(ctx, c)
	if err != nil {
		return nil, run.failure(ctx, h, err)
	}
	return resp, nil
}

// failure says why a call failed, and remembers it where it is about the host.
func (run *run) failure(ctx context.Context, h *host, err error) *failure {
	f := asFailure(err)
	if ctx.Err() != nil && f.Kind == image.Unreachable {
		return fail(image.Unreachable, "%s was not asked to the end: all questions together may take %s", h.shown, inWords(run.r.options.Overall))
	}
	if f.down {
		run.mu.Lock()
		defer run.mu.Unlock()
		run.down[h] = f
	}
	return f
}

func (run *run) isDown(h *host) *failure {
	run.mu.Lock()
	defer run.mu.Unlock()
	return run.down[h]
}

func (run *run) failedBefore(what string) error {
	run.mu.Lock()
	defer run.mu.Unlock()
	return run.failed[what]
}

// remember is for what is too long to be kept.
func (run *run) remember(what string, value any) {
	run.mu.Lock()
	defer run.mu.Unlock()
	run.said[what] = value
}

func (run *run) remembered(what string) any {
	run.mu.Lock()
	defer run.mu.Unlock()
	return run.said[what]
}

func (run *run) fails(what string, err error) {
	run.mu.Lock()
	defer run.mu.Unlock()
	run.failed[what] = err
}
