package registry

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// limits is what a host says of how many questions it still answers.
type limits struct {
	h *host

	mu         sync.Mutex
	remaining  int           // of the window, or unlimited
	window     time.Duration // 0 when the host does not say it
	seen       time.Time     // when it said so
	counted    map[kind]bool // kinds of calls whose answers tell of a limit
	anonymous  bool          // it was told to somebody without a credential
	headCosts  bool          // the rest went down although only HEADs were made
	gets       int           // calls other than HEAD that are under way
	getSince   bool          // such a call was made since the rest was told to a HEAD
	blocked    time.Time     // nothing is asked before
	blockedFor string        // why, for people
}

const (
	unlimited   = -1
	keptBack    = 5  // answers that are left to the person's own pulls
	nearlyUsed  = 20 // below this there is a warning
	longestWait = 24 * time.Hour
	usualWindow = 6 * time.Hour
)

// check fails when a call of a kind should not be made now.
func (l *limits) check(k kind) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.h.r.options.Now()
	if now.Before(l.blocked) {
		return l.failure(l.blockedFor, l.blocked.Sub(now))
	}
	left := l.seen.Add(l.span()).Sub(now)
	switch {
	case l.remaining == unlimited, l.remaining > keptBack, left <= 0:
		return nil
	case k == headManifest && !l.headCosts, k != getManifest && k != headManifest && !l.counted[k]:
		return nil
	}
	return l.failure(fmt.Sprintf("the limit of requests is nearly used up (%d left, which oakum keeps for your own pulls)", l.remaining), left)
}

func (l *limits) span() time.Duration {
	if l.window > 0 {
		return l.window
	}
	return usualWindow
}

func (l *limits) failure(why string, wait time.Duration) *failure {
	return fail(image.RateLimited, "%s: %s; try again in %s%s", l.h.shown, why, inWords(wait), l.loginAdvice(" or log in"))
}

// begin notes that a call starts. The function it returns takes the header of the
// answer, or nil where there was none.
func (l *limits) begin(k kind, anonymous bool) func(http.Header) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k != headManifest {
		l.gets++
		l.getSince = true
	}
	return func(header http.Header) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if k != headManifest {
			l.gets--
		}
		l.note(k, header, anonymous)
	}
}

// note reads ratelimit-remaining: "76;w=21600", or a number alone.
func (l *limits) note(k kind, header http.Header, anonymous bool) {
	value, rest, _ := strings.Cut(header.Get("Ratelimit-Remaining"), ";")
	remaining, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil || remaining < 0 {
		return
	}
	l.window = 0
	if seconds, ok := strings.CutPrefix(strings.TrimSpace(rest), "w="); ok {
		if n, err := strconv.Atoi(seconds); err == nil && n > 0 {
			l.window = min(time.Duration(min(n, int(longestWait.Seconds())))*time.Second, longestWait)
		}
	}
	if k == headManifest && l.gets == 0 {
		if !l.getSince && l.remaining != unlimited && remaining < l.remaining {
			l.headCosts = true
		}
		l.getSince = false
	}
	if l.counted == nil {
		l.counted = map[kind]bool{}
	}
	l.remaining, l.seen, l.counted[k], l.anonymous = remaining, l.h.r.options.Now(), true, anonymous
	if remaining < nearlyUsed {
		l.h.r.warnOnce("limit "+l.h.shown, fmt.Sprintf("%s answers only %d more requests within %s%s", l.h.shown, remaining, inWords(l.span()), l.loginAdvice("; a login raises the limit")))
	}
}

// loginAdvice is a clause with the command for a login, for those who have none.
func (l *limits) loginAdvice(clause string) string {
	if !l.anonymous {
		return ""
	}
	return clause + " (" + l.h.loginCommand() + ")"
}

// exceeded notes that a host refused a call with 429, which stops further ones,
// and is the failure of that call.
func (l *limits) exceeded(resp *response) *failure {
	now := l.h.r.options.Now()
	wait := retryAfter(resp.header, now)
	why := "it answers no more requests for now"
	if resp.anonymous {
		why = "the limit of anonymous requests is used up"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.anonymous = resp.anonymous
	if wait == 0 {
		wait = time.Minute
		if resp.header.Get("Ratelimit-Remaining") != "" || l.remaining != unlimited {
			wait = l.span()
		}
	}
	l.blocked, l.blockedFor = now.Add(wait), why
	return l.failure(why, wait)
}

// retryAfter reads Retry-After: seconds or a date; 0 where there is none.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if n, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(n, 0), int(longestWait.Seconds()))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), longestWait)
	}
	return 0
}

// scarce reports whether only that should be asked which decides something.
func (l *limits) scarce() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.remaining != unlimited && l.remaining < nearlyUsed
}
