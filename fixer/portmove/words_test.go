package portmove

import (
	"strings"
	"testing"
)

func TestRewrittenMovesThePortInACommand(t *testing.T) {
	m := &Move{from: 80, to: 8080}
	for _, c := range []struct{ in, want, why string }{
		{"curl -f http://localhost/ || exit 1", "curl -f http://localhost:8080/ || exit 1", ""},
		{"curl -f http://localhost:80/health", "curl -f http://localhost:8080/health", ""},
		{"wget -q --spider http://127.0.0.1", "wget -q --spider http://127.0.0.1:8080", ""},
		{"wget --spider localhost", "wget --spider localhost:8080", ""},
		{"curl localhost/health", "curl localhost:8080/health", ""},
		{"curl http://[::1]/", "curl http://[::1]:8080/", ""},
		{"nc -z localhost 80", "nc -z localhost 8080", ""},
		{`["CMD", "nc", "-z", "127.0.0.1", "80"]`, `["CMD", "nc", "-z", "127.0.0.1", "8080"]`, ""},
		{"exec 3<>/dev/tcp/127.0.0.1/80", "exec 3<>/dev/tcp/127.0.0.1/8080", ""},
		{"curl -f http://localhost:9000/", "curl -f http://localhost:9000/", ""},
		{"curl -f http://localhost && curl -f http://localhost:9000", "curl -f http://localhost:8080 && curl -f http://localhost:9000", ""},
		{"service nginx status", "service nginx status", ""},
		{"nginx -t", "nginx -t", ""},
		{"curl http://web/", "", "container's own"},
		{"check --port 80", "", "may name port 80"},
		{"check localhost", "", "without a port"},
	} {
		spans, err := m.rewritten(c.in)
		if c.why != "" {
			if err == nil || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%s: %v, want %q", c.in, err, c.why)
			}
			continue
		}
		if got := apply(c.in, spans); err != nil || got != c.want {
			t.Errorf("%s: %q %v, want %q", c.in, got, err, c.want)
		}
	}
}

func TestConnectsKnowsWhoIsMeant(t *testing.T) {
	m := &Move{from: 80, to: 8080}
	for in, want := range map[string]bool{
		"http://web": true, "http://web/": true, "http://web:80/x": true, "web:80": true, "http://user:pw@web/": true, "server web:80;": true, "proxy_pass http://web;": true,
		"http://web:9000": false, "http://web2/": false, "http://my-web/": false, "web:8000": false, "http://web.example.com/": false, "the web": false,
	} {
		if got := m.connects(in, "web"); got != want {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}
