package registry

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// figures are what it costs to resolve some references, each of another image.
type figures struct {
	answers  int
	took     time.Duration
	requests float64 // for each reference, those to the token server included
	gets     int     // of the registry, all together
	heap     uint64  // the largest, with that of the test's own registry
}

// measure resolves references at a registry that takes its time for each answer.
func measure(t testing.TB, refs int, latency time.Duration, withTokens bool, ask image.Question) figures {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	var wishes []image.Wish
	for i := range refs {
		repo := fmt.Sprintf("public/app%d", i)
		reg.push(repo, indexOf(fmt.Sprint("app", i), day), "1.2")
		wishes = append(wishes, wish(reg.host+"/"+repo+":1.2", ask))
	}
	if withTokens {
		tokens.guard(reg)
	}
	guard := reg.before
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		time.Sleep(latency)
		return guard != nil && guard(w, req)
	})
	r := newResolver(t, nil)
	stop, peak := make(chan struct{}), make(chan uint64)
	go watchHeap(stop, peak)
	var out figures
	begin := time.Now()
	for a := range r.Resolve(t.Context(), wishes) {
		if a.Failure != nil {
			t.Error(a.Failure)
		}
		out.answers++
	}
	out.took = time.Since(begin)
	close(stop)
	out.heap = <-peak
	requests := len(tokens.asked())
	for _, line := range reg.asked() {
		requests++
		if strings.HasPrefix(line, "GET ") {
			out.gets++
		}
	}
	out.requests = float64(requests) / float64(refs)
	return out
}

// TestRequestsOfAReference: a plain pin takes no GET, and with the token that it
// needs two requests. One refusal more tells a host that wants tokens.
func TestRequestsOfAReference(t *testing.T) {
	const refs = 50
	for _, c := range []struct {
		tokens bool
		ask    image.Question
		want   float64
		gets   int
	}{
		{false, image.AskDigest, 1, 0},
		{true, image.AskDigest, 2 + 1.0/refs, 0},
		{false, image.AskDigest | image.AskConfig, 4, 3 * refs},
		{true, image.AskDigest | image.AskConfig, 5 + 1.0/refs, 3 * refs},
	} {
		got := measure(t, refs, 0, c.tokens, c.ask)
		if got.answers != refs || got.requests != c.want || got.gets != c.gets {
			t.Errorf("tokens %v, questions %b: %+v, want %g requests for each, %d GETs", c.tokens, c.ask, got, c.want, c.gets)
		}
	}
}

// BenchmarkResolve prints what 500 references cost at a registry that takes 20 ms
// for each answer.
func BenchmarkResolve(b *testing.B) {
	for _, tokens := range []bool{false, true} {
		for name, ask := range map[string]image.Question{"digest": image.AskDigest, "config": image.AskDigest | image.AskConfig} {
			b.Run(fmt.Sprintf("%s/tokens=%v", name, tokens), func(b *testing.B) {
				for b.Loop() {
					got := measure(b, 500, 20*time.Millisecond, tokens, ask)
					b.ReportMetric(got.took.Seconds(), "s")
					b.ReportMetric(got.requests, "requests/reference")
					b.ReportMetric(float64(got.gets), "GETs")
					b.ReportMetric(float64(got.heap>>20), "MiB-heap")
				}
			})
		}
	}
}

// watchHeap reports the largest heap until it is stopped.
func watchHeap(stop <-chan struct{}, peak chan<- uint64) {
	var most uint64
	for {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapInuse)
		select {
		case <-stop:
			peak <- most
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}
