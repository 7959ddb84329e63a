//go:build e2e

package rules_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// A served is a service that is started before and after it is hardened.
type served struct {
	name, image string
	says        string            // the rest of its service
	files       map[string]string // beside the Compose file
	builds      string            // a Dockerfile in the directory app, "" where the image is another's
	put, get    string            // shell text, run in the container: keep something, and see that it is there
	user        string            // that the first fix sets, "" where it sets none
}

// page asks for a page without more than a shell.
func page(port int, word string) string {
	return fmt.Sprintf(`exec 3<>/dev/tcp/127.0.0.1/%d && printf 'GET / HTTP/1.0\r\nHost: x\r\n\r\n' >&3 && grep -q %s <&3`, port, word)
}

// asRabbitMQ goes before a client, which as root would make the cookie its own before
// the server has made it.
const asRabbitMQ = `$(test "$(id -u)" = 0 && echo gosu rabbitmq) `

var servedServices = []served{
	{
		name: "postgres", image: "postgres:17", user: "999:999",
		says: "    environment: {POSTGRES_PASSWORD: swordfish-17}\n    volumes: ['data:/var/lib/postgresql/data']\n",
		put:  `psql -U postgres -c 'create table if not exists kept as select 42 as n'`,
		get:  `test "$(psql -U postgres -Atc 'select n from kept')" = 42`,
	}, {
		name: "mariadb", image: "mariadb:11.8", user: "999:999",
		says: "    environment: {MARIADB_ROOT_PASSWORD: swordfish-18}\n    volumes: ['data:/var/lib/mysql']\n",
		put:  `mariadb -uroot -pswordfish-18 -e 'create database if not exists kept'`,
		get:  `mariadb -uroot -pswordfish-18 kept -e 'select 1'`,
	}, {
		name: "redis", image: "redis:8.0", user: "999:999",
		says: "    command: ['redis-server', '--appendonly', 'yes']\n    volumes: ['data:/data']\n",
		put:  `test "$(redis-cli set kept 42)" = OK`,
		get:  `test "$(redis-cli get kept)" = 42`,
	}, {
		name: "redis-password", image: "redis:8.0", user: "999:999",
		says: "    command: redis-server --requirepass swordfish-19 --appendonly yes\n    volumes: ['data:/data']\n" +
			"    healthcheck: {test: ['CMD-SHELL', 'redis-cli -a swordfish-19 ping | grep -q PONG']}\n",
		put: `test "$(redis-cli -a swordfish-19 set kept 42)" = OK`,
		get: `test "$(redis-cli -a swordfish-19 get kept)" = 42`,
	}, {
		name: "rabbitmq", image: "rabbitmq:4.0", user: "999:999",
		says: "    hostname: mq\n    volumes: ['data:/var/lib/rabbitmq']\n",
		put:  asRabbitMQ + `rabbitmqctl add_vhost kept`,
		get:  asRabbitMQ + `rabbitmqctl list_vhosts | grep -qx kept`,
	}, {
		name: "nginx", image: "nginx:1.26", user: "101:101",
		says:  "    volumes: ['./site:/usr/share/nginx/html:ro', 'data:/unused:ro']\n",
		files: map[string]string{"site/index.html": "hello\n"},
		put:   page(80, "hello"), get: page(80, "hello"),
	}, {
		name: "httpd", image: "httpd:2.4",
		says:  "    volumes: ['./site:/usr/local/apache2/htdocs:ro', 'data:/unused:ro']\n",
		files: map[string]string{"site/index.html": "hello\n"},
		put:   page(80, "hello"), get: page(80, "hello"),
	}, {
		name: "memcached", image: "memcached:1.6",
		says: "    volumes: ['data:/unused:ro']\n",
		put:  `exec 3<>/dev/tcp/127.0.0.1/11211 && printf 'version\r\nquit\r\n' >&3 && grep -q VERSION <&3`,
		get:  `exec 3<>/dev/tcp/127.0.0.1/11211 && printf 'version\r\nquit\r\n' >&3 && grep -q VERSION <&3`,
	}, {
		name: "haproxy", image: "haproxy:3.0",
		says:  "    volumes: ['./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro', 'data:/unused:ro']\n",
		files: map[string]string{"haproxy.cfg": "defaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\nfrontend all\n  bind :8080\n  http-request return status 200 content-type text/plain string hello\n"},
		put:   page(8080, "hello"), get: page(8080, "hello"),
	}, {
		name: "app", builds: "FROM node:22-slim\nWORKDIR /app\nCOPY server.js .\nUSER node\nCMD [\"node\", \"server.js\"]\n",
		says:  "    environment: {SESSION_SECRET: 9f2c77ab41d05e6b8a3310cc}\n    volumes: ['data:/unused:ro']\n",
		files: map[string]string{"app/server.js": "if (!process.env.SESSION_SECRET) process.exit(1)\nrequire('http').createServer((q, r) => r.end('hello')).listen(3000)\n"},
		put:   page(3000, "hello"), get: page(3000, "hello"),
	},
}

// TestComposeStarts starts services of Debian's daemons with docker compose, hardened
// by oakum up to review level, twice on one volume, and holds that they answer both
// times: on a new volume, on one that the service has written before it was hardened,
// and with root kept for the start where that is the other answer. What they are told
// to keep is there after the second start.
func TestComposeStarts(t *testing.T) {
	e := startEngine(t)
	c := findCompose(t, e)
	for _, s := range servedServices {
		from := "FROM " + s.image + "\n"
		if s.builds != "" {
			from = s.builds
		}
		if missing := e.makeBases(t, []byte(from)); len(missing) > 0 {
			t.Fatalf("%s: nothing stands in for %s", s.name, missing)
		}
		for _, how := range []string{"new", "existing", "keep-root"} {
			if how == "keep-root" && (s.user == "" || s.name == "nginx") {
				continue
			}
			t.Run(s.name+"/"+how, func(t *testing.T) { c.starts(t, s, how) })
		}
	}
}

func (c *composer) starts(t *testing.T, s served, how string) {
	dir := t.TempDir()
	from := "    image: " + s.image + "\n"
	if s.builds != "" {
		// The client of the engine builds it: recent versions of Compose want a plugin for that.
		from = "    build: {context: ./app, network: host}\n    image: " + builtHere + "\n"
		disktest.Put(t, dir, "app/Dockerfile", s.builds)
	}
	disktest.Put(t, dir, "compose.yaml", "services:\n  it:\n"+from+s.says+"volumes:\n  data:\n")
	for name, text := range s.files {
		disktest.Put(t, dir, name, text)
	}
	readable(t, dir)
	project := fmt.Sprintf("oakum-e2e-%s-%s", s.name, how)
	t.Cleanup(func() {
		if _, err := c.run(context.Background(), dir, project, "down", "--volumes", "--timeout=5"); err != nil {
			t.Error(err)
		}
	})
	if how == "existing" {
		c.cycle(t, dir, project, s.put, "as it is")
	}
	hardenProject(t, dir, how)
	readable(t, dir)
	text, err := os.ReadFile(filepath.Join(dir, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("hardened:\n%s", text)
	if want := "user: \"" + s.user + "\""; how != "keep-root" && s.user != "" && !strings.Contains(string(text), want) && !strings.Contains(string(text), strings.ReplaceAll(want, `"`, "'")) {
		t.Errorf("it is not told to run as %s", s.user)
	}
	if how == "new" || how == "keep-root" {
		c.cycle(t, dir, project, s.put, "hardened, at the first start")
	} else {
		c.cycle(t, dir, project, s.get, "hardened, on the volume of before")
	}
	c.cycle(t, dir, project, s.get, "hardened, at the second start")
}

// readable lets every account read what a test has written: as root it would be the
// only one.
func readable(t *testing.T, dir string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(name, 0o755)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// hardenProject makes all fixes up to review level, or the one with an id where a
// finding has it.
func hardenProject(t *testing.T, dir, how string) {
	t.Helper()
	ws, err := discover.Load(t.Context(), []string{dir}, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	session := engine.NewSession(fixer.NewSnapshot(ws.Sources, ws.Names...), nil, rules.All())
	for _, f := range session.Baseline().Findings {
		if how == "keep-root" && f.Fix(how) != nil {
			if err := session.Decide(f.Key(), engine.Decision{Verdict: engine.Accept, Fix: how, Level: fixer.Review}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := session.AcceptAll(fixer.Review, nil); err != nil {
		t.Fatal(err)
	}
	for _, change := range session.Plan().Changes {
		disktest.Put(t, dir, change.Path, string(change.After))
	}
}

// builtHere is the name of the image that the tests build.
const builtHere = "oakum-e2e-app:1"

// A composer is docker compose, over the engine of the tests.
type composer struct {
	engine *dockerEngine
	words  []string
	env    []string
}

// findCompose finds docker compose: OAKUM_COMPOSE names the program, or it is the
// plugin of the docker client, or a program of its own.
func findCompose(t *testing.T, e *dockerEngine) *composer {
	t.Helper()
	tries := [][]string{{e.client, "compose"}, {"docker-compose"}}
	if named := os.Getenv("OAKUM_COMPOSE"); named != "" {
		tries = [][]string{{named}}
	}
	var said []string
	for _, words := range tries {
		cmd := exec.CommandContext(e.ctx, words[0], append(words[1:], "version")...)
		cmd.Env = e.env
		if out, err := cmd.CombinedOutput(); err == nil {
			t.Logf("%s", bytes.TrimSpace(out))
			return &composer{e, words, append(e.env, "COMPOSE_DOCKER_CLI_BUILD=1")}
		} else {
			said = append(said, fmt.Sprintf("%s: %v", strings.Join(words, " "), err))
		}
	}
	t.Skipf("no service was started, for docker compose is missing (Debian's docker-compose, or a program that OAKUM_COMPOSE names):\n%s", strings.Join(said, "\n"))
	return nil
}

func (c *composer) run(ctx context.Context, dir, project string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	all := append(append(c.words[1:len(c.words):len(c.words)], "--project-name", project, "--file", filepath.Join(dir, "compose.yaml")), args...)
	cmd := exec.CommandContext(ctx, c.words[0], all...)
	cmd.Dir, cmd.Env = dir, c.env
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("docker compose %s: %w\n%s", args[0], err, tail(out))
	}
	return string(out), nil
}

// cycle starts the service, waits until what is run in it succeeds, and stops it.
func (c *composer) cycle(t *testing.T, dir, project, look, when string) {
	t.Helper()
	if app := filepath.Join(dir, "app"); isDirectory(app) {
		if _, err := c.engine.run("build", "--network=host", "--tag="+builtHere, app); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
	}
	if _, err := c.run(t.Context(), dir, project, "up", "--detach", "--no-build"); err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	var err error
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		if _, err = c.run(t.Context(), dir, project, "exec", "-T", "it", "bash", "-c", look); err == nil {
			break
		}
		if state, _ := c.run(t.Context(), dir, project, "ps", "--quiet"); strings.TrimSpace(state) == "" {
			break // it has ended
		}
	}
	if err != nil {
		logs, _ := c.run(t.Context(), dir, project, "logs")
		t.Fatalf("%s: it does not answer: %v\n%s", when, err, logs)
	}
	t.Logf("%s: it answers", when)
	c.fits(t, dir, project, when)
	if _, err := c.run(t.Context(), dir, project, "down", "--timeout=10"); err != nil {
		t.Fatalf("%s: %v", when, err)
	}
}

// fits holds that what is written to each tmpfs of a given size is far from filling it.
func (c *composer) fits(t *testing.T, dir, project, when string) {
	t.Helper()
	out, err := c.run(t.Context(), dir, project, "exec", "-T", "it", "bash", "-c", "grep ' tmpfs .*size=16384k' /proc/mounts | cut -d' ' -f2 | xargs -r df -k --output=used,target | tail -n +2")
	if err != nil {
		t.Errorf("%s: %v", when, err)
	}
	for line := range strings.Lines(out) {
		var used int
		var target string
		if _, err := fmt.Sscan(line, &used, &target); err != nil {
			continue
		}
		if t.Logf("%s: %d KB of 16384 at %s", when, used, target); used > 4096 {
			t.Errorf("%s: %d KB are written to %s, which has 16384", when, used, target)
		}
	}
}

func isDirectory(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
