package registry

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/image"
)

// A tokenServer gives tokens as Docker Hub does: one to anybody for public
// repositories, and to users for all.
type tokenServer struct {
	*httptest.Server
	users   map[string]string // user to password
	public  string            // prefix of public repositories
	lenient bool              // an anonymous token is given for everything, and is good for public ones

	mu       sync.Mutex
	requests []string // method, Authorization, scope
}

func newTokenServer(t testing.TB) *tokenServer {
	s := &tokenServer{users: map[string]string{}, public: "public/"}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *tokenServer) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	_ = req.ParseForm()
	scope := req.Form.Get("scope")
	s.mu.Lock()
	s.requests = append(s.requests, req.Method+" "+req.Header.Get("Authorization")+" "+scope)
	s.mu.Unlock()
	repo := strings.TrimSuffix(strings.TrimPrefix(scope, "repository:"), ":pull")
	user, password, hasUser := req.BasicAuth()
	switch {
	case req.Method == http.MethodPost:
		http.Error(w, "no such way", http.StatusMethodNotAllowed)
	case hasUser && s.users[user] == password && password != "", !hasUser && strings.HasPrefix(repo, s.public):
		fmt.Fprintf(w, `{"token":"good-%s"}`, repo)
	case !hasUser && s.lenient:
		fmt.Fprint(w, `{"token":"weak"}`)
	default:
		w.WriteHeader(http.StatusUnauthorized)
		w.Write(errorBody("UNAUTHORIZED", "secret words of the server"))
	}
}

func (s *tokenServer) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.requests
	s.requests = nil
	return out
}

// guard makes a registry ask for the tokens of a server.
func (s *tokenServer) guard(reg *testRegistry) {
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		repo := strings.TrimPrefix(req.URL.Path, "/v2/")
		for _, part := range []string{"/manifests/", "/blobs/", "/tags/", "/referrers/"} {
			repo, _, _ = strings.Cut(repo, part)
		}
		if req.Header.Get("Authorization") == "Bearer good-"+repo {
			return false
		}
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="%s/token",service="test",scope="repository:%s:pull"`, s.URL, repo))
		w.WriteHeader(http.StatusUnauthorized)
		w.Write(errorBody("UNAUTHORIZED", "who are you"))
		return true
	})
}

func TestAnonymousTokens(t *testing.T) {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	reg.push("public/app", indexOf("app", day), "1", "2")
	reg.push("public/two", indexOf("two", day), "1")
	reg.push("private/app", indexOf("app", day), "1")
	tokens.guard(reg)
	r := newResolver(t, nil)
	if got := one(t, r, reg.host+"/public/app:1", image.AskDigest); got.Failure != nil {
		t.Fatal(got.Failure)
	}
	wantRequests(t, reg, "HEAD /v2/public/app/manifests/1", "HEAD /v2/public/app/manifests/1")
	one(t, r, reg.host+"/public/app:2", image.AskDigest)
	one(t, r, reg.host+"/public/two:1", image.AskDigest)
	wantRequests(t, reg, "HEAD /v2/public/app/manifests/2", "HEAD /v2/public/two/manifests/1")
	if got, want := tokens.asked(), []string{"GET  repository:public/app:pull", "GET  repository:public/two:pull"}; !slices.Equal(got, want) {
		t.Errorf("token requests are %q, want %q", got, want)
	}
	wantFailure(t, one(t, r, reg.host+"/private/app:1", image.AskDigest), image.Denied, reg.host+" asks for a login (docker login "+reg.host+")")
	tokens.lenient = true
	wantFailure(t, one(t, r, reg.host+"/private/app:1", image.AskDigest), image.NotFound, reg.host+" has no image private/app:1, or it needs a login (docker login "+reg.host+")")
	if w := r.Warnings(); len(w) > 0 {
		t.Errorf("warnings are %q", w)
	}
}

// TestScopes: a registry that stands before another may name another repository,
// but nobody gets a token for more than reading.
func TestScopes(t *testing.T) {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	reg.push("app", indexOf("app", day), "1")
	tokens.public = ""
	for named, want := range map[string]string{
		"repository:upstream/app:pull": "repository:upstream/app:pull", "repository:app:pull,push": "repository:app:pull",
		"registry:catalog:*": "repository:app:pull", "": "repository:app:pull",
	} {
		reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
			if strings.HasPrefix(req.Header.Get("Authorization"), "Bearer good") {
				return false
			}
			return respond(w, 401, "", "WWW-Authenticate", `Bearer realm="`+tokens.URL+`/token",scope="`+named+`"`)
		})
		if got := one(t, newResolver(t, nil), reg.host+"/app:1", image.AskDigest); got.Failure != nil {
			t.Error(got.Failure)
		}
		if got := tokens.asked(); !slices.Equal(got, []string{"GET  " + want}) {
			t.Errorf("for the scope %q, token requests are %q", named, got)
		}
	}
}

// TestTokensEnd: one that is too old, or refused before its time, is replaced.
func TestTokensEnd(t *testing.T) {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	reg.push("public/app", indexOf("app", day), "1", "2", "3")
	tokens.guard(reg)
	r, clock := withClock(t, nil)
	one(t, r, reg.host+"/public/app:1", image.AskDigest)
	clock.now.Add(int64(2 * time.Minute))
	if got := one(t, r, reg.host+"/public/app:2", image.AskDigest); got.Failure != nil || len(tokens.asked()) != 2 {
		t.Errorf("an old token is used: %v", got.Failure)
	}
	guard := reg.before
	refused := 0
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		if refused++; refused == 1 {
			req.Header.Del("Authorization")
		}
		return guard(w, req)
	})
	if got := one(t, r, reg.host+"/public/app:3", image.AskDigest); got.Failure != nil || len(tokens.asked()) != 1 {
		t.Errorf("a refused token is not replaced: %v", got.Failure)
	}
}

// A dockerHub answers all hosts, and remembers which were meant.
type dockerHub struct {
	reg, tokens *httptest.Server
	mu          sync.Mutex
	hosts       []string
}

func (h *dockerHub) RoundTrip(req *http.Request) (*http.Response, error) {
	h.mu.Lock()
	h.hosts = append(h.hosts, req.URL.Scheme+"://"+req.URL.Host)
	h.mu.Unlock()
	to := h.reg
	if req.URL.Host == "auth.docker.io" {
		to = h.tokens
	}
	out := req.Clone(req.Context())
	out.URL.Scheme, out.URL.Host = "http", to.Listener.Addr().String()
	resp, err := http.DefaultTransport.RoundTrip(out)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
}

// TestDockerHub: its names, the key of its credentials and its token server.
func TestDockerHub(t *testing.T) {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	reg.push("library/nginx", indexOf("nginx", day), "1")
	tokens.users["me"] = "pw"
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		if req.Header.Get("Authorization") == "Bearer good-library/nginx" {
			return false
		}
		return respond(w, 401, "", "WWW-Authenticate", `Bearer realm="https://auth.docker.io/token",service="registry.docker.io"`)
	})
	r := newResolver(t, nil)
	hub := &dockerHub{reg: reg.Server, tokens: tokens.Server}
	r.client.Transport = hub
	wantFailure(t, one(t, r, "nginx:1", image.AskDigest), image.Denied, "docker.io asks for a login (docker login)")
	credentials(t, object{"credsStore": "test"})
	helper(t, "test", `read -r key; test "$key" = https://index.docker.io/v1/ && echo '{"Username":"me","Secret":"pw"}'`)
	r = newResolver(t, nil)
	hub.hosts = nil
	r.client.Transport = hub
	credentials(t, object{"credsStore": "test"})
	if got := one(t, r, "nginx:1", image.AskDigest); got.Failure != nil || got.Ref != "docker.io/library/nginx:1" {
		t.Error(got.Failure, r.Warnings())
	}
	if want := []string{"https://registry-1.docker.io", "https://auth.docker.io", "https://registry-1.docker.io"}; !slices.Equal(hub.hosts, want) {
		t.Errorf("hosts are %q", hub.hosts)
	}
	wantFailure(t, one(t, r, "nginx:2", image.AskDigest), image.NotFound, "docker.io has no image library/nginx:2")
}

func TestIdentityTokens(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("private/app", indexOf("app", day), "1")
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_ = req.ParseForm()
		if req.Method == http.MethodPost && req.PostForm.Get("grant_type") == "refresh_token" && req.PostForm.Get("refresh_token") == "id-token" &&
			req.PostForm.Get("service") == "test" && req.URL.RawQuery == "" {
			fmt.Fprint(w, `{"access_token":"good","expires_in":300}`)
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(tokens.Close)
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		if req.Header.Get("Authorization") == "Bearer good" {
			return false
		}
		return respond(w, 401, "", "WWW-Authenticate", `Bearer realm="`+tokens.URL+`/token",service="test"`)
	})
	for _, entry := range []object{{"identitytoken": "id-token"}, {"username": "<token>", "password": "id-token"}} {
		r := newResolver(t, nil)
		credentials(t, object{"auths": object{reg.host: entry}})
		if got := one(t, r, reg.host+"/private/app:1", image.AskDigest); got.Failure != nil {
			t.Error(got.Failure)
		}
	}
}

// TestTokenServerWithoutIdentityTokens is asked as by anyone, which is said.
func TestTokenServerWithoutIdentityTokens(t *testing.T) {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	reg.push("public/app", indexOf("app", day), "1")
	tokens.guard(reg)
	r := newResolver(t, nil)
	credentials(t, object{"auths": object{reg.host: object{"identitytoken": "s3cret"}}})
	if got := one(t, r, reg.host+"/public/app:1", image.AskDigest); got.Failure != nil {
		t.Error(got.Failure)
	}
	want := []string{"The token server of " + reg.host + " does not take identity tokens, and is asked without one"}
	if got := r.Warnings(); !slices.Equal(got, want) {
		t.Errorf("warnings are %q", got)
	}
}

func TestBasicAuthentication(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("app", indexOf("app", day), "1")
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		if user, password, _ := req.BasicAuth(); user == "AWS" && password == "pw" {
			return false
		}
		w.Header().Add("WWW-Authenticate", `Negotiate`)
		w.Header().Add("WWW-Authenticate", `Basic realm="x"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	})
	r := newResolver(t, nil)
	wantFailure(t, one(t, r, reg.host+"/app:1", image.AskDigest), image.Denied, reg.host+" asks for a login (docker login "+reg.host+")")
	r = newResolver(t, nil)
	credentials(t, object{"auths": object{reg.host: basicEntry("AWS", "pw")}})
	if got := one(t, r, reg.host+"/app:1", image.AskConfig); got.Failure != nil {
		t.Error(got.Failure)
	}
	r = newResolver(t, nil)
	credentials(t, object{"auths": object{reg.host: basicEntry("AWS", "old")}})
	wantFailure(t, one(t, r, reg.host+"/app:1", image.AskDigest), image.Denied, reg.host+" has no image app:1 that the saved credentials may read")
}

// TestOldCredentialsDoNotHidePublicImages: a password that was changed is a
// warning, not an error.
func TestOldCredentialsDoNotHidePublicImages(t *testing.T) {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	reg.push("public/app", indexOf("app", day), "1")
	tokens.guard(reg)
	r := newResolver(t, nil)
	credentials(t, object{"auths": object{reg.host: basicEntry("me", "s3cret")}})
	if got := one(t, r, reg.host+"/public/app:1", image.AskDigest); got.Failure != nil {
		t.Error(got.Failure)
	}
	want := []string{reg.host + " does not accept the saved credentials, and is asked without them (docker login " + reg.host + ")"}
	if got := r.Warnings(); !slices.Equal(got, want) {
		t.Errorf("warnings are %q", got)
	}
}

func TestParseChallenges(t *testing.T) {
	c, scope := parseChallenges([]string{`Negotiate`, `Bearer realm="https://auth.example.org/t?a=\"b\"" , service = "s,1", scope="repository:a/b:pull,push", error=x`})
	if c == nil || c.realm != `https://auth.example.org/t?a="b"` || c.service != "s,1" || scope != "repository:a/b:pull,push" {
		t.Errorf("challenge is %+v, scope %q", c, scope)
	}
	for _, junk := range []string{"", "Bearer", "Bearer realm", `Bearer realm="`, "Bearer =,=,=", "\x00", `Bearer scope="x"`} {
		if c, _ := parseChallenges([]string{junk}); c != nil {
			t.Errorf("%q is read as %+v", junk, c)
		}
	}
}
