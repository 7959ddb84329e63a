package registry

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// A clock moves only when a test says so. Sleeping moves it.
type clock struct{ now atomic.Int64 }

func (c *clock) Now() time.Time { return time.Unix(0, c.now.Load()) }

func (c *clock) sleep(_ context.Context, d time.Duration) error {
	c.now.Add(int64(d))
	return nil
}

// withClock makes a resolver whose time is the test's.
func withClock(t *testing.T, change func(*Options)) (*Resolver, *clock) {
	c := &clock{}
	c.now.Store(day.UnixNano())
	r := newResolver(t, func(o *Options) {
		o.Now = c.Now
		if change != nil {
			change(o)
		}
	})
	r.sleep = c.sleep
	return r, c
}

// TestTooManyRequests: 429 stops the questions to a host, and says until when.
func TestTooManyRequests(t *testing.T) {
	reg := newTestRegistry(t)
	want := reg.push("app", indexOf("app", day), "1", "2")
	for _, c := range []struct {
		about  string
		refuse int // how often
		header []string
		text   string // of the failure; "" for an answer
		asked  int
		waited time.Duration
	}{
		{"once, without a time", 1, nil, "", 2, time.Millisecond},
		{"once, with a short time", 1, []string{"Retry-After", "2"}, "", 2, 2 * time.Second},
		{"again and again", 9, nil, reg.host + ": the limit of anonymous requests is used up; try again in 60 s or log in (docker login " + reg.host + ")", 3, 3 * time.Millisecond},
		{"with a long time", 9, []string{"Retry-After", "7200"}, reg.host + ": the limit of anonymous requests is used up; try again in 2 h or log in (docker login " + reg.host + ")", 1, 0},
		{"with a date", 9, []string{"Retry-After", day.Add(30 * time.Minute).Format(http.TimeFormat)}, reg.host + ": the limit of anonymous requests is used up; try again in 30 min or log in (docker login " + reg.host + ")", 1, 0},
		{"with a time without end", 9, []string{"Retry-After", "99999999999"}, reg.host + ": the limit of anonymous requests is used up; try again in 24 h or log in (docker login " + reg.host + ")", 1, 0},
		{"as Docker Hub says it", 9, []string{"Ratelimit-Remaining", "0;w=21600"}, reg.host + ": the limit of anonymous requests is used up; try again in 6 h or log in (docker login " + reg.host + ")", 3, 3 * time.Millisecond},
	} {
		t.Run(c.about, func(t *testing.T) {
			left := c.refuse
			reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
				if left--; left < 0 {
					return false
				}
				return respond(w, http.StatusTooManyRequests, "", c.header...)
			})
			r, clock := withClock(t, nil)
			got := one(t, r, reg.host+"/app:1", image.AskDigest)
			if c.text == "" {
				if got.Digest != want {
					t.Errorf("answer is %+v, %v", got, got.Failure)
				}
			} else {
				wantFailure(t, got, image.RateLimited, c.text)
			}
			if n := len(reg.asked()); n != c.asked {
				t.Errorf("%d requests, want %d", n, c.asked)
			}
			if waited := clock.Now().Sub(day); waited != c.waited {
				t.Errorf("waited %s, want %s", waited, c.waited)
			}
			if c.text == "" {
				return
			}
			// Nothing more is asked before it is time; then it is.
			if got := one(t, r, reg.host+"/app:2", image.AskDigest); got.Failure == nil || got.Failure.Kind != image.RateLimited || len(reg.asked()) != 0 {
				t.Errorf("the host is asked on: %+v", got)
			}
			left = 0
			clock.now.Add(int64(24 * time.Hour))
			if got := one(t, r, reg.host+"/app:2", image.AskDigest); got.Digest != want {
				t.Errorf("the host is not asked again: %v", got.Failure)
			}
			reg.asked()
		})
	}
}

// limited answers as Docker Hub does: GETs of manifests count, HEADs do not.
func limited(reg *testRegistry, left *int, headCosts bool) {
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		if !strings.Contains(req.URL.Path, "/manifests/") {
			return false
		}
		if req.Method == http.MethodGet || headCosts {
			*left--
		}
		w.Header().Set("Ratelimit-Limit", "100;w=21600")
		w.Header().Set("Ratelimit-Remaining", fmt.Sprintf("%d;w=21600", *left))
		return false
	})
}

// TestLastRequestsAreLeft: the last ones are for the person's own pulls. HEADs, which
// do not count, go on.
func TestLastRequestsAreLeft(t *testing.T) {
	reg := newTestRegistry(t)
	for _, repo := range []string{"a", "b", "c", "d", "e"} {
		reg.push(repo, imageOf(repo, "amd64", day), "1")
	}
	left := 8
	limited(reg, &left, false)
	r, clock := withClock(t, func(o *Options) { o.PerHost = 1 })
	var wishes []image.Wish
	for _, repo := range []string{"a", "b", "c", "d", "e"} {
		wishes = append(wishes, wish(reg.host+"/"+repo+":1", image.AskDigest|image.AskConfig))
	}
	got := resolve(t, r, wishes...)
	for i, w := range wishes {
		a := got[w.Ref.Raw]
		if !a.Known(image.AskDigest) || a.Digest == "" {
			t.Errorf("%s: the digest is not known: %v", a.Ref, a.Failure)
		}
		if a.Known(image.AskConfig) != (i < 3) {
			t.Errorf("%s: configuration %v, %v", a.Ref, a.Config, a.Failure)
		}
	}
	text := reg.host + ": the limit of requests is nearly used up (5 left, which oakum keeps for your own pulls); try again in 6 h or log in (docker login " + reg.host + ")"
	wantFailure(t, got[reg.host+"/d:1"], image.RateLimited, text)
	wantFailure(t, got[reg.host+"/e:1"], image.RateLimited, text)
	want := []string{reg.host + " answers only 8 more requests within 6 h; a login raises the limit (docker login " + reg.host + ")"}
	if w := r.Warnings(); !slices.Equal(w, want) {
		t.Errorf("warnings are %q, want %q", w, want)
	}
	if left != 5 {
		t.Errorf("%d are left", left)
	}
	// The window is over.
	clock.now.Add(int64(7 * time.Hour))
	left = 100
	if a := one(t, r, reg.host+"/e:1", image.AskConfig); a.Config == nil {
		t.Error(a.Failure)
	}
}

// TestHeadsThatCount: where HEADs do count, they stop, too.
func TestHeadsThatCount(t *testing.T) {
	reg := newTestRegistry(t)
	var wishes []image.Wish
	for i := range 12 {
		tag := fmt.Sprint("t", i)
		reg.push("app", imageOf("app", "amd64", day), tag)
		wishes = append(wishes, wish(reg.host+"/app:"+tag, image.AskDigest))
	}
	left := 10
	limited(reg, &left, true)
	r, _ := withClock(t, func(o *Options) { o.PerHost = 1 })
	known := 0
	for _, a := range resolve(t, r, wishes...) {
		if a.Known(image.AskDigest) {
			known++
		}
	}
	if known != 5 || left != 5 {
		t.Errorf("%d answers, %d requests left", known, left)
	}
}

// TestScarceRequestsAreNotForDates: what an image's date is decides nothing.
func TestScarceRequestsAreNotForDates(t *testing.T) {
	reg := newTestRegistry(t)
	old := reg.push("app", indexOf("app", day), "1")
	reg.push("app", indexOf("app", day.Add(time.Hour)), "1")
	left := 15
	limited(reg, &left, false)
	r, _ := withClock(t, nil)
	got := one(t, r, reg.host+"/app:1@"+old, image.AskPin)
	if got.Failure != nil || got.Pin == nil || !got.Pin.TagCreated.IsZero() || left != 15 {
		t.Errorf("pin is %+v, %v, %d left", got.Pin, got.Failure, left)
	}
}

// TestJunkInLimits: what is no number is no limit.
func TestJunkInLimits(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", imageOf("app", "amd64", day), "1")
	for _, value := range []string{"", "x", "-1", "0x0;w=1", ";;;", "1e9", "99999999999999999999", "50;w=-1", "50;w=99999999999999"} {
		reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
			w.Header().Set("Ratelimit-Remaining", value)
			return false
		})
		r, _ := withClock(t, nil)
		if a := one(t, r, reg.host+"/app:1", image.AskConfig); a.Config == nil || len(r.Warnings()) > 0 {
			t.Errorf("%q: %v, %q", value, a.Failure, r.Warnings())
		}
	}
}
