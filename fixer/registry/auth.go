package registry

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// A challenge is what a host asks for before it answers.
type challenge struct {
	basic          bool // user and password with every call; else a token
	realm, service string
	scope          map[string]string // by repository, where the host names one that is not the usual
}

// An authorization is what one call carries.
type authorization struct {
	header    string // of Authorization; "" for nothing
	anonymous bool   // no credential stands behind it
	token     *token // that it is of; nil for none
}

// A token is for one repository. Its lock is held while it is fetched.
type token struct {
	lock      chan struct{}
	value     string
	anonymous bool
	expires   time.Time
}

// defaultExpiry is how long a token lives whose server does not say it, and
// expiryMargin how long before its end it is not used any more.
const (
	defaultExpiry = 60 * time.Second
	expiryMargin  = 10 * time.Second
)

func (h *host) givesTokens() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.challenge != nil && !h.challenge.basic
}

// learnChallenge reads what a 401 asks for, and forgets the token that was
// refused. It reports whether there is a point in another try.
func (h *host) learnChallenge(header http.Header, repo string, used authorization) bool {
	c, scope := parseChallenges(header.Values("WWW-Authenticate"))
	if c == nil {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if old := h.challenge; old != nil && old.basic == c.basic && old.realm == c.realm && old.service == c.service {
		c = old
	}
	// A wider scope than reading is never asked for.
	if strings.HasSuffix(scope, ":pull") && scope != pullScope(repo) {
		c.scope[repo] = scope
	}
	h.challenge = c
	if used.token != nil && h.tokens[repo] == used.token {
		delete(h.tokens, repo)
	}
	return !c.basic || used.header == ""
}

// A need is what a host asks for at one moment, with what there is to give.
type need struct {
	challenge *challenge // nil before the host asked
	scope     string
	cred      credential
}

// need returns what a call for a repository has to carry.
func (h *host) need(ctx context.Context, repo string) need {
	h.mu.Lock()
	n := need{challenge: h.challenge, scope: pullScope(repo)}
	if n.challenge != nil && n.challenge.scope[repo] != "" {
		n.scope = n.challenge.scope[repo]
	}
	h.mu.Unlock()
	if n.challenge != nil {
		n.cred = h.r.keys.For(ctx, h.shown, repo)
	}
	return n
}

// authorization meets a need. Tokens are used as long as they live.
func (h *host) authorization(ctx context.Context, repo string, n need) (authorization, error) {
	switch {
	case n.challenge == nil:
		return authorization{anonymous: true}, nil
	case n.cred.bearer != "":
		return authorization{header: "Bearer " + n.cred.bearer}, nil
	case n.challenge.basic && n.cred.password != "":
		return authorization{header: basic(n.cred)}, nil
	case n.challenge.basic:
		return authorization{}, h.needsLogin()
	}
	h.mu.Lock()
	t := h.tokens[repo]
	if t == nil {
		t = &token{lock: make(chan struct{}, 1)}
		h.tokens[repo] = t
	}
	h.mu.Unlock()
	select {
	case t.lock <- struct{}{}:
		defer func() { <-t.lock }()
	case <-ctx.Done():
		return authorization{}, ctx.Err()
	}
	if t.value == "" || !h.r.options.Now().Before(t.expires) {
		if err := h.fetchToken(ctx, t, n); err != nil {
			return authorization{}, err
		}
	}
	return authorization{header: "Bearer " + t.value, anonymous: t.anonymous, token: t}, nil
}

func basic(c credential) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(c.user+":"+c.password))
}

// fetchToken asks the token server. Credentials that it does not take are a
// warning, and the question is asked without them: most images are public.
func (h *host) fetchToken(ctx context.Context, t *token, n need) error {
	err := h.askForToken(ctx, n.challenge, t, n.cred, n.scope)
	var f *failure
	if errors.As(err, &f) && f.Kind == image.Denied && !n.cred.anonymous() {
		h.r.warn(fmt.Sprintf("%s does not accept the saved credentials, and is asked without them (%s)", h.shown, h.loginCommand()))
		err = h.askForToken(ctx, n.challenge, t, credential{}, n.scope)
	}
	return err
}

func (h *host) askForToken(ctx context.Context, c *challenge, t *token, cred credential, scope string) error {
	realm, err := h.resolveURL(c.realm)
	if err != nil {
		return err
	}
	status, header, body, err := h.tokenCall(ctx, c, realm, cred, scope)
	if err != nil {
		return err
	}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return h.needsLogin()
	case status == http.StatusTooManyRequests:
		return h.limits.exceeded(&response{header: header, anonymous: cred.anonymous()})
	case status != http.StatusOK:
		return fail(image.Unreachable, "the token server of %s answers with status %d", h.shown, status)
	}
	var answer struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return fail(image.BadAnswer, "the token server of %s gives no token", h.shown)
	}
	value := answer.Token
	if value == "" {
		value = answer.AccessToken
	}
	if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fail(image.BadAnswer, "the token server of %s gives no token", h.shown)
	}
	life := time.Duration(min(max(answer.ExpiresIn, 0), 24*60*60)) * time.Second
	if life == 0 {
		life = defaultExpiry
	}
	t.value, t.anonymous = value, cred.anonymous()
	t.expires = h.r.options.Now().Add(life - min(expiryMargin, life/2))
	return nil
}

// tokenCall speaks to the token server: the OAuth 2 way with a refresh token, and
// else, or where a server does not know that way, the older one.
func (h *host) tokenCall(ctx context.Context, c *challenge, realm *url.URL, cred credential, scope string) (int, http.Header, []byte, error) {
	if cred.identity != "" {
		form := url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {cred.identity}, "client_id": {"oakum"}, "service": {c.service}, "scope": {scope},
		}
		status, header, body, err := h.sendToken(ctx, http.MethodPost, realm, form, "")
		if err != nil || status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
			return status, header, body, err
		}
		h.r.warn(fmt.Sprintf("The token server of %s does not take identity tokens, and is asked without one", h.shown))
		cred = credential{}
	}
	query := realm.Query()
	query.Set("scope", scope)
	if c.service != "" {
		query.Set("service", c.service)
	}
	u := *realm
	u.RawQuery = query.Encode()
	auth := ""
	if cred.password != "" {
		auth = basic(cred)
	}
	return h.sendToken(ctx, http.MethodGet, &u, nil, auth)
}

func (h *host) sendToken(ctx context.Context, method string, u *url.URL, form url.Values, auth string) (int, http.Header, []byte, error) {
	t := &trail{shown: h.shown, plainAllowed: h.r.plainAllowed, token: true}
	h.mu.Lock()
	own := u.Host == h.api && u.Scheme == h.scheme
	t.private = h.private
	h.mu.Unlock()
	if !own {
		if err := t.check(u); err != nil {
			return 0, nil, nil, err
		}
	}
	req, err := http.NewRequestWithContext(t.follow(ctx), method, u.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, nil, fail(image.BadAnswer, "%s names no token server that can be asked", h.shown)
	}
	if form == nil {
		req.Body, req.ContentLength, req.GetBody = http.NoBody, 0, nil
	} else {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	req.Header.Set("User-Agent", "oakum")
	resp, err := h.r.client.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	body, err := readAll(resp.Body, maxErrorBody)
	if errors.Is(err, errTooLong) {
		return 0, nil, nil, fail(image.BadAnswer, "the token server of %s answers with more than a token", h.shown)
	}
	return resp.StatusCode, resp.Header, body, err
}
