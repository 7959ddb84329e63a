package bench_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/safety/bench"
)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      # one replica until the queue is shared
      containers:
        - name: web
          image: IMAGE
          ports: [{containerPort: 8080}]
`

const hardened = `          securityContext:
            runAsNonRoot: true
            runAsUser: 65532
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
            seccompProfile: {type: RuntimeDefault}
`

// appendTo writes text to the end of a file, as a fixer.
func appendTo(file, text string) string { return "cat >> " + file + " <<'END'\n" + text + "END\n" }

func web(image string) map[string]string {
	return map[string]string{"web.yaml": strings.Replace(deployment, "IMAGE", image, 1)}
}

func compose(service string) map[string]string {
	return map[string]string{"compose.yaml": "services:\n  main:\n" + service}
}

// write writes the files of a repository, which is called one, below a directory.
func write(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for name, data := range files {
		disktest.Put(t, dir, "one/"+name, data)
	}
	return dir
}

func run(t *testing.T, r bench.Runner) *bench.Result {
	t.Helper()
	if r.Limit == 0 {
		r.Limit = time.Minute
	}
	results, err := r.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

// TestColumns has a fixer do each thing that a column counts, and something like it
// that is right.
func TestColumns(t *testing.T) {
	const once = "grep -q fixed * || { "
	for _, c := range []struct {
		name   string
		files  map[string]string
		fixer  string
		faults map[bench.Column]int
		says   string // part of an incident
	}{
		{"nothing is done", web("example.org/web:1.4"), "true", nil, ""},
		{"a pod is hardened", web("example.org/web:1.4"), "grep -q runAsUser web.yaml || " + appendTo("web.yaml", hardened), nil, ""},

		{"a comment is deleted", web("example.org/web:1.4"), "sed -i '/# one/d' web.yaml", map[bench.Column]int{bench.CommentsLost: 1}, "one replica until"},
		{"a comment is moved", web("example.org/web:1.4"), "sed -i '/# one/d' web.yaml; grep -q replica web.yaml || echo '# one replica until the queue is shared' >> web.yaml", nil, ""},
		{"what looks like a comment is text", map[string]string{"c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: |\n    # not one\n    b\n"}, "sed -i '/# not/d' c.yaml", nil, ""},
		{"a comment of a Dockerfile is deleted", map[string]string{"Dockerfile": "FROM scratch\n# the certificates\nCOPY a b\n"}, "sed -i /certificates/d Dockerfile", map[bench.Column]int{bench.CommentsLost: 1}, "the certificates"},

		{"a field is misspelt", web("example.org/web:1.4"), once + appendTo("web.yaml", "          securityContext: {readOnlyRootFileSystem: true} # fixed\n") + "}", map[bench.Column]int{bench.APIErrors: 1}, `unknown field`},
		{"a key stands twice", web("example.org/web:1.4"), once + appendTo("web.yaml", "          image: example.org/web:1.5 # fixed\n") + "}", map[bench.Column]int{bench.APIErrors: 1}, "already set"},
		{"a value has the wrong type", web("example.org/web:1.4"), once + appendTo("web.yaml", "          securityContext: {runAsUser: nobody} # fixed\n") + "}", map[bench.Column]int{bench.APIErrors: 1}, "runAsUser"},
		{"an error was there before", map[string]string{"web.yaml": strings.Replace(deployment, "IMAGE", "a\n          portz: []", 1)}, once + "echo '# fixed' >> web.yaml; }", nil, ""},
		{"a resource of somebody's own has any field", map[string]string{"x.yaml": "apiVersion: example.org/v1\nkind: X\nmetadata: {name: x}\n"}, "grep -q any x.yaml || echo 'any: 1' >> x.yaml", nil, ""},
		{"Compose refuses a setting", compose("    image: example.org/web:1.4\n"), "grep -q readonly compose.yaml || echo '    readonly: true' >> compose.yaml", map[bench.Column]int{bench.APIErrors: 1}, "readonly"},
		{"a variable is required that nothing sets", compose("    image: example.org/web:1.4\n"), "grep -q TAG compose.yaml || sed -i 's/1.4/${TAG:?}/' compose.yaml", map[bench.Column]int{bench.APIErrors: 1}, "TAG"},
		{"a variable is required that .env sets", compose("    image: example.org/web:1.4\n"), "grep -q TAG compose.yaml || { sed -i 's/1.4/${TAG:?}/' compose.yaml; echo TAG=1.4 > .env; }", nil, ""},

		{"YAML is broken", web("example.org/web:1.4"), "sed -i 's/^spec:$/spec: {/' web.yaml", map[bench.Column]int{bench.FilesBroken: 1}, "cannot be read any more"},
		{"a Dockerfile is broken", map[string]string{"Dockerfile": "FROM scratch\nCOPY a b\n"}, "sed -i 's/^COPY/CPY/' Dockerfile", map[bench.Column]int{bench.FilesBroken: 1}, "CPY"},
		{"a file is removed", web("example.org/web:1.4"), "rm -f web.yaml", map[bench.Column]int{bench.FilesBroken: 1}, "is gone"},

		{"a second run adds again", map[string]string{"Dockerfile": "FROM scratch\n"}, "echo 'LABEL a=b' >> Dockerfile", map[bench.Column]int{bench.SecondRun: 1}, "changes 1 line"},
		{"a second run leaves files behind", map[string]string{"Dockerfile": "FROM scratch\n"}, "touch backup-$(ls | wc -l)", map[bench.Column]int{bench.SecondRun: 1}, "makes the file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, bench.Runner{Repositories: write(t, t.TempDir(), c.files), Fixer: c.fixer})
			hold(t, r, c.faults, c.says, bench.CommentsLost, bench.APIErrors, bench.FilesBroken, bench.Breakages, bench.SecondRun)
		})
	}
}

// hold compares the faults of a result in some columns.
func hold(t *testing.T, r *bench.Result, faults map[bench.Column]int, says string, columns ...bench.Column) {
	t.Helper()
	for _, column := range columns {
		if r.Faults[column] != faults[column] {
			t.Errorf("%s: %d, want %d", column, r.Faults[column], faults[column])
		}
	}
	found := says == ""
	for _, i := range r.Incidents {
		found = found || strings.Contains(i.Says, says)
	}
	if !found || t.Failed() {
		t.Errorf("want an incident with %q in %+v", says, r.Incidents)
	}
}

// TestBreakages: what is certain to break by the table is counted, and what has
// room, is not known or was so before is not.
func TestBreakages(t *testing.T) {
	with := func(service, added string) (files map[string]string, fixer string) {
		key, _, _ := strings.Cut(added, ":")
		return compose(service), "grep -q '" + key + "' compose.yaml || " + appendTo("compose.yaml", added)
	}
	for _, c := range []struct {
		name, service, added string
		want                 int
		says                 string
	}{
		{"read-only without room", "    image: nginx:1.27\n", "    read_only: true\n", 1, "/var/cache/nginx"},
		{"read-only with room", "    image: nginx:1.27\n", "    read_only: true\n    tmpfs: [/var/cache/nginx, /run]\n", 0, ""},
		{"read-only where templates are rendered", "    image: nginx:1.27\n    tmpfs: [/var/cache/nginx, /run]\n    environment: [NGINX_ENVSUBST_TEMPLATE_DIR=/t]\n", "    read_only: true\n", 1, "/etc/nginx/conf.d"},
		{"another program of the image is started", "    image: nginx:1.27\n    entrypoint: [sleep, '9']\n", "    read_only: true\n", 0, ""},
		{"an image nobody knows", "    image: example.org/web:1.4\n", "    read_only: true\n", 0, ""},
		{"an image that does not run read-only", "    image: neo4j:5.26\n", "    read_only: true\n", 1, "does not run on a read-only root filesystem"},
		{"capabilities of a root start", "    image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']\n", "    cap_drop: [ALL]\n", 1, "all capabilities are dropped"},
		{"capabilities are added back", "    image: nginx:1.27\n", "    cap_drop: [ALL]\n    cap_add: [CHOWN, SETGID, SETUID, NET_BIND_SERVICE]\n", 0, ""},
		{"capabilities of another user", "    image: postgres:16\n    user: '999'\n", "    cap_drop: [ALL]\n", 0, ""},
		{"an image that must be root", "    image: louislam/uptime-kuma:1.23.16\n", "    user: '1000'\n", 1, "must start as root"},
		{"packages are installed as another user", "    image: example.org/web:1.4\n    command: sh -c 'apt-get update && apt-get install -y curl && serve'\n", "    user: '1000'\n", 1, "installs packages with apt-get"},
		{"packages are installed on a read-only root", "    image: example.org/web:1.4\n    command: sh -c 'apk add curl; serve'\n", "    read_only: true\n", 1, "installs packages with apk"},
		{"an alternative needs root", "    image: example.org/web:1.4\n    command: sh -c 'apk add curl || serve'\n", "    user: '1000'\n", 0, ""},
		{"it was so before", "    image: nginx:1.27\n    read_only: true\n", "    init: true\n", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, fixer := with(c.service, c.added)
			r := run(t, bench.Runner{Repositories: write(t, t.TempDir(), files), Fixer: fixer})
			hold(t, r, map[bench.Column]int{bench.Breakages: c.want}, c.says, bench.Breakages, bench.SecondRun, bench.APIErrors)
		})
	}
}

// TestBreakagesOfPods: the kubelet's own refusals, and the table's.
func TestBreakagesOfPods(t *testing.T) {
	for _, c := range []struct {
		name, image, context string
		want                 int
		says                 string
	}{
		{"the image starts as root", "postgres:16", "{runAsNonRoot: true}", 1, "the kubelet refuses"},
		{"the file says root", "example.org/web:1.4", "{runAsNonRoot: true, runAsUser: 0}", 1, "the kubelet refuses"},
		{"a user is given", "postgres:16", "{runAsNonRoot: true, runAsUser: 999}", 0, ""},
		{"nobody knows the user", "example.org/web:1.4", "{runAsNonRoot: true}", 0, ""},
		{"nginx without room as its own user", "nginx:1.27", "{runAsUser: 101}", 1, "is root's in its image"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fixer := "grep -q securityContext web.yaml || " + appendTo("web.yaml", "          securityContext: "+c.context+"\n")
			r := run(t, bench.Runner{Repositories: write(t, t.TempDir(), web(c.image)), Fixer: fixer})
			hold(t, r, map[bench.Column]int{bench.Breakages: c.want}, c.says, bench.Breakages, bench.APIErrors)
		})
	}
}

// TestBreakagesOfImages: a USER in a Dockerfile whose base must be root.
func TestBreakagesOfImages(t *testing.T) {
	files := map[string]string{"Dockerfile": "FROM louislam/uptime-kuma:1.23.16\nLABEL a=b\n"}
	fixer := "grep -q USER Dockerfile || echo USER 1000 >> Dockerfile"
	r := run(t, bench.Runner{Repositories: write(t, t.TempDir(), files), Fixer: fixer})
	hold(t, r, map[bench.Column]int{bench.Breakages: 1}, "must start as root", bench.Breakages)
}

func TestDeceptive(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		fixer string
		most  bool // every finding that is gone
		none  bool
		says  string
	}{
		{"hardened for good", web("example.org/web:1.4"), "grep -q runAsUser web.yaml || " + appendTo("web.yaml", hardened), false, true, ""},
		{"the file is gone", web("example.org/web:1.4"), "rm -f web.yaml", true, false, "the file is gone"},
		{"the object is gone", web("example.org/web:1.4"), "printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: c}\\n' > web.yaml", true, false, "Deployment/web is gone"},
		{"the file is broken", web("example.org/web:1.4"), "sed -i 's/^spec:/spec: {/' web.yaml", true, false, "cannot be read"},
		{"the API refuses the object", web("example.org/web:1.4"), "grep -q fixed web.yaml || " + appendTo("web.yaml", hardened+"            runAsRoot: false # fixed\n"), true, false, "the API refuses"},
		{"the container breaks", compose("    image: nginx:1.27\n"), "grep -q read_only compose.yaml || echo '    read_only: true' >> compose.yaml", true, false, "certain to break"},
		{"the service is gone", map[string]string{"compose.yaml": "services:\n  a:\n    image: example.org/a:1\n    privileged: true\n  b:\n    image: example.org/b:1\n"}, "sed -i '2,4d' compose.yaml", true, false, "services.a is gone"},
		{"a secret is moved into a plain Secret", map[string]string{"web.yaml": strings.Replace(deployment, "IMAGE", "example.org/web:1.4\n          env: [{name: DB_PASSWORD, value: nR8vQz2LkT5w}]", 1)},
			"grep -q secretKeyRef web.yaml || { sed -i 's/value: nR8vQz2LkT5w/valueFrom: {secretKeyRef: {name: db, key: password}}/' web.yaml; printf 'apiVersion: v1\\nkind: Secret\\nmetadata: {name: db}\\nstringData: {password: nR8vQz2LkT5w}\\n' > secret.yaml; }", true, false, "the change opened"},
		{"findings are numbered anew", map[string]string{"Dockerfile": "FROM scratch\nENV A=b\nENV DB_PASSWORD=nR8vQz2LkT5w\n"}, "sed -i /A=b/d Dockerfile", false, true, ""},
		{"a finding is worded differently", map[string]string{"Dockerfile": "FROM debian:12-slim\nRUN apt update && apt install -y curl\n"}, "sed -i 's/apt /apt-get /g' Dockerfile", false, true, ""},
		{"a comment hides it", map[string]string{"compose.yaml": "services:\n  a:\n    image: example.org/a:1\n    privileged: true\n"}, "sed -i 's/privileged: true/& # oakum: ignore compose\\/privileged why not/' compose.yaml", false, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := run(t, bench.Runner{Repositories: write(t, t.TempDir(), c.files), Fixer: c.fixer})
			n := r.Faults[bench.Deceptive]
			if c.none && n != 0 || c.most && (n == 0 || n != r.Gone) {
				t.Errorf("%d deceptive of %d gone", n, r.Gone)
			}
			hold(t, r, nil, c.says)
		})
	}
}

// TestCounts: what is not a fault.
func TestCounts(t *testing.T) {
	r := run(t, bench.Runner{Repositories: write(t, t.TempDir(), web("example.org/web:1.4")), Fixer: "grep -q runAsUser web.yaml || " + appendTo("web.yaml", hardened)})
	if r.Pods != 1 || r.RestrictedBefore != 0 || r.RestrictedAfter != 1 || r.Lines != 6 || r.Values != 5 || r.Gone == 0 || r.Gone > r.Findings {
		t.Errorf("%+v", r.Counts)
	}
	r = run(t, bench.Runner{Repositories: write(t, t.TempDir(), web("example.org/web:1.4")), Fixer: "grep -q '^ api' web.yaml || sed -i 's/^/ /' web.yaml"})
	if r.Lines != 2*strings.Count(deployment, "\n") || r.Values != 0 || r.Faults[bench.CommentsLost] != 0 {
		t.Errorf("a file that is only laid out anew: %+v", r.Counts)
	}
	r = run(t, bench.Runner{Repositories: write(t, t.TempDir(), map[string]string{"Dockerfile": "FROM scratch\nCOPY a \\\n  b\n"}), Fixer: "grep -q USER Dockerfile || printf 'FROM scratch\\nCOPY a b\\nUSER 7\\n' > Dockerfile"})
	if r.Lines != 4 || r.Values != 1 {
		t.Errorf("a Dockerfile: %+v", r.Counts)
	}
}

// TestResultOfSomebodyElse: a result is judged without running anything, and the
// second run is not known.
func TestResultOfSomebodyElse(t *testing.T) {
	before := write(t, t.TempDir(), compose("    image: nginx:1.27\n"))
	after := write(t, t.TempDir(), compose("    image: nginx:1.27\n    read_only: true\n"))
	r := run(t, bench.Runner{Repositories: before, After: after})
	if r.RanAgain || r.Faults[bench.Breakages] != 1 {
		t.Errorf("%+v", r)
	}
	r = run(t, bench.Runner{Repositories: before, After: after, Again: before})
	if !r.RanAgain || r.Faults[bench.SecondRun] != 1 {
		t.Errorf("%+v", r)
	}
	var out bytes.Buffer
	if err := bench.Text(&out, "x", []*bench.Result{r}, true); err != nil || !strings.Contains(out.String(), "| total ") || !strings.Contains(out.String(), "compose.yaml:2: certain breakages: services.main") {
		t.Error(err, out.String())
	}
}

// TestRunner: the repository itself is never written to, a fixer that does not end
// is ended with all it started, and one that cannot be started is an error.
func TestRunner(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{"Dockerfile": "FROM scratch\n"})
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "one", "link")); err != nil {
		t.Fatal(err)
	}
	run(t, bench.Runner{Repositories: dir, Fixer: "echo x > link; echo LABEL a=b >> Dockerfile"})
	if data, err := os.ReadFile(outside); err != nil || len(data) > 0 {
		t.Error("the fixer wrote through a link", err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "one", "Dockerfile")); err != nil || string(data) != "FROM scratch\n" {
		t.Errorf("the repository was written to: %q %v", data, err)
	}
	start := time.Now()
	r := run(t, bench.Runner{Repositories: dir, Fixer: "sleep 60 & sleep 60", Limit: 100 * time.Millisecond})
	if !strings.Contains(r.Note, "did not end") || r.RanAgain || time.Since(start) > 30*time.Second {
		t.Errorf("%+v after %s", r, time.Since(start))
	}
	r = run(t, bench.Runner{Repositories: dir, Fixer: "echo no >&2; exit 3"})
	if !strings.Contains(r.Note, "status 3: no") {
		t.Error(r.Note)
	}
	if _, err := (bench.Runner{Repositories: dir, Fixer: "no-such-fixer", Limit: time.Minute}).Run(context.Background()); err == nil || !strings.Contains(err.Error(), "cannot be run") {
		t.Error(err)
	}
}
