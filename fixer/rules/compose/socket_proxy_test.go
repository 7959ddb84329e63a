package compose

import (
	"regexp"
	"strings"
	"testing"
)

// asked holds calls that the applications of the table make, as their sources have them.
var asked = map[string]string{
	"traefik":                        "GET /v1.24/version, GET /v1.51/containers/json, GET /v1.51/containers/abc/json, GET /v1.51/events, HEAD /_ping",
	"docker.io/amir20/dozzle":        "GET /v1.51/info, GET /v1.51/containers/json, GET /v1.51/containers/abc/logs, GET /v1.51/containers/abc/stats, GET /v1.51/events, HEAD /_ping",
	"nginx-proxy":                    "GET /version, GET /info, GET /containers/json, GET /containers/abc/json, GET /networks, GET /events, GET /_ping",
	"docker.io/crazymax/diun":        "HEAD /_ping, GET /v1.51/version, GET /v1.51/containers/json, GET /v1.51/containers/abc/json, GET /v1.51/images/sha256:abc/json",
	"docker.io/willfarrell/autoheal": "GET /containers/json, POST /containers/abc/restart",
	"docker.io/henrygd/beszel-agent": "GET /version, GET /info, GET /containers/json, GET /containers/abc/json, GET /containers/abc/stats, GET /containers/abc/logs",
	"cadvisor":                       "HEAD /_ping, GET /v1.51/info, GET /v1.51/version, GET /v1.51/images/json, GET /v1.51/containers/abc/json",
	"ghcr.io/gethomepage/homepage":   "GET /containers/json, GET /containers/abc/json, GET /containers/abc/stats",
}

// TestSocketConsumers holds the table to what a proxy takes: expressions that compile, one
// way to tell the application the address, all that it asks, and no way to read the
// files of a container, to create one, or to run a command.
func TestSocketConsumers(t *testing.T) {
	if len(socketConsumers()) < 12 {
		t.Fatal("the table is not read")
	}
	for _, c := range socketConsumers() {
		name := strings.Join(append([]string{c.family}, c.images...), " ")
		id := c.family
		if id == "" {
			id = c.images[0]
		}
		if (c.family == "") == (len(c.images) == 0) {
			t.Errorf("%s: either a family or images", name)
		}
		ways := 0
		for _, way := range []string{c.option, c.env, c.config, c.controls} {
			if way != "" {
				ways++
			}
		}
		if ways != 1 {
			t.Errorf("%s: %d ways instead of one", name, ways)
		}
		if c.controls != "" {
			if c.get+c.head+c.post != "" {
				t.Errorf("%s: a list that is never used", name)
			}
			continue
		}
		allows := func(method, path string) bool {
			expression := map[string]string{"GET": c.get, "HEAD": c.head, "POST": c.post}[method]
			return expression != "" && regexp.MustCompile("^("+expression+")$").MatchString(path)
		}
		if asked[id] == "" {
			t.Errorf("%s: nothing says what it asks", name)
		}
		for call := range strings.SplitSeq(asked[id], ", ") {
			if method, path, _ := strings.Cut(call, " "); !allows(method, path) {
				t.Errorf("%s: %s is not allowed", name, call)
			}
		}
		for _, version := range []string{"", "/v1.51"} {
			for _, path := range []string{
				"/containers/create", "/containers/abc/exec", "/exec/abc/start", "/containers/abc/archive", "/containers/abc/export", "/containers/abc/attach",
				"/containers/abc/update", "/containers/abc/start", "/containers/abc/top", "/secrets", "/configs", "/images/get", "/images/abc/get", "/images/create", "/build", "/volumes/create", "/plugins", "/swarm", "/session",
			} {
				for _, method := range []string{"GET", "HEAD", "POST"} {
					if allows(method, version+path) {
						t.Errorf("%s: %s %s%s is allowed", name, method, version, path)
					}
				}
			}
		}
	}
}
