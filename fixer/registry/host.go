package registry

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// A host is one registry, or a mirror, with what was learned while asking it.
type host struct {
	r     *Resolver
	shown string // as people know it: "docker.io"
	api   string // where it answers: "registry-1.docker.io"

	slots  chan struct{} // calls at a time
	first  chan struct{} // held by the first call, which learns how to ask
	limits limits

	mu        sync.Mutex
	known     bool // an answer came
	scheme    string
	private   bool // it lies in a private network
	challenge *challenge
	tokens    map[string]*token // by repository
}

func newHost(r *Resolver, shown string) *host {
	h := &host{
		r: r, shown: shown, api: shown, scheme: "https",
		slots: make(chan struct{}, r.options.PerHost), first: make(chan struct{}, 1),
		tokens: map[string]*token{},
	}
	h.limits = limits{h: h, remaining: unlimited}
	if shown == image.DockerHub {
		h.api = hubAPI
	}
	if r.plainAllowed(h.api) {
		h.scheme = "http"
	}
	return h
}

// A kind of call, as registries count them.
type kind string

const (
	headManifest kind = "HEAD manifest"
	getManifest  kind = "GET manifest"
	getBlob      kind = "GET blob"
	getTags      kind = "GET tags"
	getReferrers kind = "GET referrers"
)

// A call is one question in the protocol of registries.
type call struct {
	kind   kind
	repo   string
	path   string // below /v2/REPO/, with a query
	accept string
}

func (c call) method() string {
	if c.kind == headManifest {
		return http.MethodHead
	}
	return http.MethodGet
}

// A response is the answer to a call, read to its end.
type response struct {
	status     int
	header     http.Header
	body       []byte
	foreign    bool // a host that was redirected to gave it
	anonymous  bool // the call carried no credential
	challenged bool // the host asks for something that the call did not carry
}

// do makes a call whose turn it is: within the limits of the host, with its
// authorization, and again where that may help. The response has any status.
func (h *host) do(ctx context.Context, c call) (*response, error) {
	left := h.r.options.Timeout
	challenged := false
	for attempt := 1; ; attempt++ {
		if err := h.limits.check(c.kind); err != nil {
			return nil, err
		}
		// A credential helper has a time of its own.
		need := h.need(ctx, c.repo)
		begin := time.Now()
		resp, err := h.once(ctx, c, need, left)
		left -= time.Since(begin)
		if err == nil && resp.challenged && !challenged {
			challenged = true
			attempt--
			continue
		}
		if wait, again := h.again(resp, err, attempt); again && wait < left {
			left -= wait
			if err := h.r.sleep(ctx, wait); err != nil {
				return nil, connectionFailure(h.shown, err, h.r.options.Timeout)
			}
			continue
		}
		if err != nil {
			return nil, connectionFailure(h.shown, err, h.r.options.Timeout)
		}
		h.mu.Lock()
		h.known = true
		h.mu.Unlock()
		if resp.status == http.StatusTooManyRequests {
			return nil, h.limits.exceeded(resp)
		}
		return resp, nil
	}
}

// enter waits for the turn of a call. The first call to a host is alone: it
// learns how the others have to ask.
func (h *host) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, connectionFailure(h.shown, ctx.Err(), h.r.options.Overall)
	}
	leave = func() { <-h.slots }
	if h.isKnown() {
		return leave, nil
	}
	select {
	case h.first <- struct{}{}:
	case <-ctx.Done():
		leave()
		return nil, connectionFailure(h.shown, ctx.Err(), h.r.options.Overall)
	}
	if h.isKnown() { // learned while this one waited
		<-h.first
		return leave, nil
	}
	return func() { <-h.first; <-h.slots }, nil
}

// again says whether a call may be worth another attempt, and when.
func (h *host) again(resp *response, err error, attempt int) (time.Duration, bool) {
	if attempt >= maxAttempts {
		return 0, false
	}
	wait := h.r.backoff() << (attempt - 1)
	if err != nil {
		return wait, errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
	}
	switch resp.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if after := retryAfter(resp.header, h.r.options.Now()); after > 0 {
			return after, true
		}
		return wait, true
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return wait, true
	}
	return 0, false
}

func (h *host) isKnown() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.known
}

// once makes a call with what the host has asked for so far, within a time.
func (h *host) once(ctx context.Context, c call, n need, left time.Duration) (*response, error) {
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	auth, err := h.authorization(ctx, c.repo, n)
	if err != nil {
		return nil, err
	}
	resp, err := h.send(ctx, c, auth)
	if err == nil && resp.status == http.StatusUnauthorized && !resp.foreign {
		resp.challenged = h.learnChallenge(resp.header, c.repo, auth)
	}
	return resp, err
}

// send makes one request. A host without TLS that turns out to have it is
// remembered as such.
func (h *host) send(ctx context.Context, c call, auth authorization) (*response, error) {
	h.mu.Lock()
	scheme, known := h.scheme, h.known
	h.mu.Unlock()
	resp, err := h.request(ctx, scheme, c, auth)
	if scheme == "http" && !known && (err != nil || resp.status == http.StatusBadRequest) && auth.header == "" {
		secure, errSecure := h.request(ctx, "https", c, auth)
		var untrusted *tls.CertificateVerificationError
		if errSecure == nil || errors.As(errSecure, &untrusted) { // it does speak TLS
			resp, err, scheme = secure, errSecure, "https"
		}
	}
	if err == nil {
		h.mu.Lock()
		h.scheme = scheme
		h.mu.Unlock()
	}
	return resp, err
}

func (h *host) request(ctx context.Context, scheme string, c call, auth authorization) (*response, error) {
	t := &trail{shown: h.shown, plainAllowed: h.r.plainAllowed}
	req, err := http.NewRequestWithContext(t.follow(ctx), c.method(), scheme+"://"+h.api+"/v2/"+c.repo+"/"+c.path, nil)
	if err != nil {
		return nil, fail(image.BadAnswer, "%s: %s", h.shown, clean(err.Error()))
	}
	if auth.header != "" {
		req.Header.Set("Authorization", auth.header)
	}
	if c.accept != "" {
		req.Header.Set("Accept", c.accept)
	}
	req.Header.Set("User-Agent", "oakum")
	done := h.limits.begin(c.kind, auth.anonymous)
	resp, err := h.r.client.Do(req)
	if err != nil {
		done(nil)
		return nil, err
	}
	defer resp.Body.Close()
	done(resp.Header)
	h.mu.Lock()
	h.private = t.isPrivate()
	h.mu.Unlock()
	out := &response{status: resp.StatusCode, header: resp.Header, foreign: resp.Request.URL.Host != h.api, anonymous: auth.anonymous}
	limit := int64(maxBody)
	if resp.StatusCode != http.StatusOK {
		limit = maxErrorBody
	}
	out.body, err = readAll(resp.Body, limit)
	if errors.Is(err, errTooLong) {
		if resp.StatusCode != http.StatusOK {
			return out, nil
		}
		return nil, fail(image.BadAnswer, "%s answers with more than %d MiB", h.shown, limit>>20)
	}
	return out, err
}

var errTooLong = errors.New("too long")

// readAll reads at most limit bytes, and fails with errTooLong where there are
// more.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		return nil, errTooLong
	}
	return buf.Bytes(), err
}

// codes are the error codes that a registry gave in its body.
func (resp *response) codes() []string {
	var body struct {
		Errors []struct {
			Code string `json:"code"`
		} `json:"errors"`
	}
	if json.Unmarshal(resp.body, &body) != nil {
		return nil
	}
	var out []string
	for _, e := range body.Errors {
		out = append(out, e.Code)
	}
	return out
}

// refusal says in words why a response is no answer about an image, written as
// REPO:TAG or REPO@DIGEST.
func (h *host) refusal(resp *response, what string) *failure {
	codes := resp.codes()
	has := func(code string) bool {
		for _, c := range codes {
			if c == code {
				return true
			}
		}
		return false
	}
	switch {
	case resp.foreign && resp.status >= 400:
		return fail(image.BadAnswer, "%s redirects to a host that answers with status %d", h.shown, resp.status)
	case resp.status == http.StatusNotFound, has("MANIFEST_UNKNOWN"), has("NAME_UNKNOWN"):
		f := fail(image.NotFound, "%s has no image %s", h.shown, what)
		f.gone = true
		return f
	case resp.status == http.StatusUnauthorized, resp.status == http.StatusForbidden:
		if !resp.anonymous {
			return fail(image.Denied, "%s has no image %s that the saved credentials may read", h.shown, what)
		}
		if h.givesTokens() {
			return fail(image.NotFound, "%s has no image %s, or it needs a login (%s)", h.shown, what, h.loginCommand())
		}
		return h.needsLogin()
	case resp.status >= 500:
		return fail(image.Unreachable, "%s answers with an error of its own (status %d)", h.shown, resp.status)
	}
	return fail(image.BadAnswer, "%s answers with status %d, which says nothing about %s", h.shown, resp.status, what)
}

func (h *host) needsLogin() *failure {
	return fail(image.Denied, "%s asks for a login (%s)", h.shown, h.loginCommand())
}

func (h *host) loginCommand() string {
	if h.shown == image.DockerHub {
		return "docker login"
	}
	return "docker login " + h.shown
}

// resolveURL reads an address that a registry gave, relative to where it answers.
func (h *host) resolveURL(s string) (*url.URL, error) {
	h.mu.Lock()
	base := &url.URL{Scheme: h.scheme, Host: h.api, Path: "/v2/"}
	h.mu.Unlock()
	u, err := base.Parse(s)
	if err != nil || u.User != nil || u.Host == "" {
		return nil, fail(image.BadAnswer, "%s names an address that is none: %s", h.shown, clean(s))
	}
	return u, nil
}
