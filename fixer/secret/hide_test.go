package secret

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/timetest"
)

func TestHide(t *testing.T) {
	token := "ghp_" + strings.Repeat("aB3", 13)
	for _, c := range []struct{ line, before, want string }{
		{"FROM node:22", "", "FROM node:22"},
		{"    privileged: true", "", "    privileged: true"},
		{"ENV A=b SESSION_SECRET=q7Rk2pX9 C=d", "", "ENV A=b SESSION_SECRET=(hidden)"},
		{"ENV SESSION_SECRET q7Rk2pX9", "", "ENV SESSION_SECRET (hidden)"},
		{"ARG NPM_TOKEN", "", "ARG NPM_TOKEN"},
		{"  POSTGRES_PASSWORD: q7Rk2pX9 # mine", "", "  POSTGRES_PASSWORD: (hidden)"},
		{"  - \"DB_PASSWORD=q7Rk2pX9\"", "", "  - \"DB_PASSWORD=(hidden)"},
		{"  POSTGRES_PASSWORD: ${PASSWORD}", "", "  POSTGRES_PASSWORD: ${PASSWORD}"},
		{"  POSTGRES_PASSWORD: ${PASSWORD:-q7Rk2pX9} # mine", "", "  POSTGRES_PASSWORD: ${PASSWORD:-(hidden)} # mine"},
		{"  POSTGRES_PASSWORD: ${DB:-q7Rk2pX9}", "", "  POSTGRES_PASSWORD: ${DB:-(hidden)}"},
		{"  url: postgres://me:${DB_PASSWORD:-q7Rk2pX9}@db", "", "  url: postgres://me:${DB_PASSWORD:-(hidden)}@db"},
		{"  POSTGRES_PASSWORD: ${PASSWORD:-changeme}", "", "  POSTGRES_PASSWORD: ${PASSWORD:-(hidden)}"},
		{"  POSTGRES_PASSWORD: ${PASSWORD:?set PASSWORD}", "", "  POSTGRES_PASSWORD: ${PASSWORD:?set PASSWORD}"},
		{"  secrets: [db]", "", "  secrets: [db]"},
		{"  secrets: {db_password: {file: ./db}}", "", "  secrets: {db_password: {file: ./db}}"},
		{"  environment: {DB_PASSWORD: q7Rk2pX9}", "", "  environment: {DB_PASSWORD: (hidden)"},
		{"  PASSWORDS: [q7Rk2pX9]", "", "  PASSWORDS: (hidden)"},
		{"  automountServiceAccountToken: false", "", "  automountServiceAccountToken: false"},
		{"  ALLOW_EMPTY_PASSWORD: \"yes\" # no", "", "  ALLOW_EMPTY_PASSWORD: \"yes\" # no"},
		{"  PASSWORD: no more of it", "", "  PASSWORD: (hidden)"},
		{"  LOG_LEVEL: ${LOG_LEVEL:-debug}", "", "  LOG_LEVEL: ${LOG_LEVEL:-debug}"},
		{"  POSTGRES_PASSWORD_FILE: /run/secrets/db", "", "  POSTGRES_PASSWORD_FILE: /run/secrets/db"},
		{"  value: q7Rk2pX9", "- name: DB_PASSWORD", "  value: (hidden)"},
		{"  value: debug", "- name: LOG_LEVEL", "  value: debug"},
		{"- {name: DB_PASSWORD, value: q7Rk2pX9}", "", "- {name: DB_PASSWORD, value: (hidden)"},
		{"RUN curl https://me:q7Rk2pX9@example.org/x", "", "RUN curl https://me:(hidden)@example.org/x"},
		{"RUN curl https://me:${P}@example.org/x", "", "RUN curl https://me:${P}@example.org/x"},
		{"RUN curl -H 'X: " + token + "'", "", "RUN curl -H 'X: (hidden)"},
		{"ENV X=" + token, "", "ENV X=(hidden)"},
		{"RUN login " + token, "", "RUN (hidden)"},
		{token, "", "(hidden)"},
		{"  cache: {image: redis, command: \"redis-server --requirepass q7Rk2pX9\"}", "", "  cache: {image: redis, command: \"redis-server --requirepass (hidden)"},
		{"  cache: {command: [redis-server,--requirepass,q7Rk2pX9], image: redis}", "", "  cache: {command: [redis-server,--requirepass,(hidden)"},
		{"  command: [\"redis-server\",\"--requirepass\",\"q7Rk2pX9\"]", "", "  command: [\"redis-server\",\"--requirepass\",\"(hidden)"},
		{"  test: [\"CMD\", \"sh\", \"-c\", \"redis-cli -a q7Rk2pX9 ping\"]", "", "  test: [\"CMD\", \"sh\", \"-c\", \"redis-cli -a (hidden)"},
		{"  command: redis-server --requirepass=q7Rk2pX9 --port 1", "", "  command: redis-server --requirepass=(hidden)"},
		{"  - q7Rk2pX9", "  - --requirepass", "  - (hidden)"},
		{"  - q7Rk2pX9", "  - \"--requirepass\"", "  - (hidden)"},
		{"      q7Rk2pX9", "  redis-server --requirepass \\", "      (hidden)"},
		{"  - --port", "  - --requirepass", "  - --port"},
		{"  x: {test: [CMD-SHELL, \"curl -u admin:q7Rk2pX9 http://x\"]}", "", "  x: {test: [CMD-SHELL, \"curl -u admin:(hidden)"},
		{"RUN curl -u \"a, b:q7Rk2pX9\" https://x", "", "RUN curl -u \"a, b:(hidden)"},
		{"RUN true && mysql -u root -p'q7Rk2pX9' < x.sql", "", "RUN true && mysql -u root -p'(hidden)"},
		{"  command: sh -c \"redis-cli -a \\\"q7Rk2pX9\\\" ping\"", "", "  command: sh -c \"redis-cli -a \\\"(hidden)"},
		{"  command: redis-server --requirepass ${REDIS:-q7Rk2pX9}", "", "  command: redis-server --requirepass (hidden)"},
		{"  command: redis-server --requirepass ${REDIS_PASSWORD:-q7Rk2pX9} --port 1", "", "  command: redis-server --requirepass ${REDIS_PASSWORD:-(hidden)} --port 1"},
		{"  command: redis-server --requirepass ${REDIS} --masterauth q7Rk2pX9", "", "  command: redis-server --requirepass ${REDIS} --masterauth (hidden)"},
		{"RUN redis-cli -a q7Rk2pX9 set X_TOKEN=" + token, "", "RUN (hidden)"},
		{"  test: [\"CMD\", \"curl\", \"-H\", \"Authorization: Bearer q7Rk2pX9\"]", "", "  test: [\"CMD\", \"curl\", \"-H\", \"Authorization: Bearer (hidden)"},
		{"  x: {environment: {NEO4J_AUTH: neo4j/q7Rk2pX9}, image: neo4j}", "", "  x: {environment: {NEO4J_AUTH: (hidden)"},
		{"  URL: jdbc:postgresql://pg/x?user=a&password=q7Rk2pX9", "", "  URL: jdbc:postgresql://pg/x?user=a&password=(hidden)"},
		{"RUN curl -u $U:$P https://x", "", "RUN curl -u $U:$P https://x"},
		{"RUN redis-cli -a $(cat /run/secrets/p) ping", "", "RUN redis-cli -a $(cat /run/secrets/p) ping"},
		{"RUN apt-get install mongo && mkdir -p /data/db", "", "RUN apt-get install mongo && mkdir -p /data/db"},
		{"RUN --mount=type=secret,id=npm_token npm ci", "", "RUN --mount=type=secret,id=npm_token npm ci"},
		{"  command: server --password-file /run/x --secret id=a,src=b", "", "  command: server --password-file /run/x --secret id=a,src=b"},
	} {
		if got := Hide(c.line, c.before); got != c.want {
			t.Errorf("%q is shown as %q, want %q", c.line, got, c.want)
		}
	}
}

func TestHideValue(t *testing.T) {
	for line, want := range map[string]string{
		"  password: cXdlcnR5": "  password: (hidden)",
		"ENV X=y":              "ENV X=(hidden)",
		"  - q7Rk2pX9":         "  - (hidden)",
		"  - q7Rk2pX9 # mine":  "  - (hidden)",
		"  q7Rk2pX9 and more":  "  (hidden)",
		"RUN login q7Rk2pX9":   "RUN (hidden)",
		"ARG NPM_TOKEN":        "ARG NPM_TOKEN",
		"":                     "(hidden)",
	} {
		if got := HideValue(line); got != want {
			t.Errorf("%q is shown as %q, want %q", line, got, want)
		}
	}
}

// TestHideLongLine: the time for a line grows with its length, not with the square of it:
// four times as much takes less than nine times as long, where the square takes sixteen.
func TestHideLongLine(t *testing.T) {
	for piece, n := range map[string]int{"q7Rk": 1 << 13, "mc a ": 1 << 12, "sh -c '": 1 << 10, "${x:-": 1 << 10} {
		cost := func(n int) time.Duration {
			best := time.Duration(math.MaxInt64)
			for range 3 {
				start := timetest.Processor()
				got := Hide(strings.Repeat(piece, n)+" redis-cli -a q7Rk2pX9", "")
				best = min(best, timetest.Processor()-start)
				if strings.Contains(got, "q7Rk2pX9") {
					t.Fatalf("%s…: the password is shown", piece)
				}
			}
			return max(best, 10*time.Millisecond)
		}
		if few, many := cost(n), cost(4*n); many > 9*few {
			t.Errorf("%s…: %v for %d of them, %v for four times as many", piece, few, n, many)
		}
	}
}

// FuzzHide: whatever a line looks like, a token in it is not shown.
func FuzzHide(f *testing.F) {
	token := "ghp_" + strings.Repeat("aB3", 13)
	f.Add("ENV X=", " # y")
	f.Add("- {name: A, value: ", "}")
	f.Add("https://a:b@c ", "")
	f.Add(" ", "0")
	f.Add("0", "=")
	f.Fuzz(func(t *testing.T, head, tail string) {
		if len(head)+len(tail) > 1<<10 || strings.ContainsAny(head+tail, "\n\r") {
			return
		}
		if got := Hide(head+" "+token+" "+tail, ""); strings.Contains(got, token) {
			t.Errorf("%q", got)
		}
	})
}
