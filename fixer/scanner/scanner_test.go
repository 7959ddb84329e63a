package scanner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// install puts a script on an otherwise empty PATH, under the name of a scanner.
func install(t *testing.T, name, script string) Scanner {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nPATH=/usr/bin:/bin\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	s, err := Find(t.TempDir())
	if err != nil || s.Name != name {
		t.Fatalf("%+v, %v", s, err)
	}
	return s
}

func scan(t *testing.T, s Scanner, o Options, images ...string) []Result {
	t.Helper()
	var out []Result
	for r := range s.Scan(t.Context(), images, o) {
		out = append(out, r)
	}
	return out
}

const trivyTwo = `cat <<'EOF'
{"SchemaVersion":2,"ArtifactName":"x","Results":[
 {"Target":"os","Vulnerabilities":[
  {"VulnerabilityID":"CVE-1","PkgName":"a","Severity":"CRITICAL","FixedVersion":"2"},
  {"VulnerabilityID":"CVE-1","PkgName":"b","Severity":"CRITICAL"},
  {"VulnerabilityID":"CVE-2","PkgName":"a","Severity":"HIGH"}]},
 {"Target":"go","Class":"lang-pkgs"},
 {"Target":"node","Vulnerabilities":[{"VulnerabilityID":"GHSA-3","Severity":"SOMETHING"},{"VulnerabilityID":"CVE-2","Severity":"LOW"}]}]}
EOF
`

func TestTrivy(t *testing.T) {
	s := install(t, "trivy", `echo "$@" >&2; echo "$PWD" > "$OUT.pwd"; echo "$@" >> "$OUT"; ls -A . >> "$OUT"; `+trivyTwo)
	out := filepath.Join(t.TempDir(), "args")
	t.Setenv("OUT", out)
	got := scan(t, s, Options{}, "docker.io/library/nginx:1.27", "quay.io/a/b@sha256:0")
	want := Counts{Critical: 1, High: 1, Unknown: 1, Fixable: 1}
	for _, r := range got {
		if r.Counts != want || r.Failure != "" || r.Counts.All() != 3 {
			t.Errorf("%+v", r)
		}
	}
	scan(t, s, Options{Offline: true}, "docker.io/library/nginx:1.27")
	said, _ := os.ReadFile(out)
	if want := "image --quiet --format json --scanners vuln docker.io/library/nginx:1.27\n" +
		"image --quiet --format json --scanners vuln quay.io/a/b@sha256:0\n" +
		"image --quiet --format json --scanners vuln --offline-scan --skip-db-update --skip-java-db-update --image-src docker,containerd,podman docker.io/library/nginx:1.27\n"; string(said) != want {
		t.Errorf("called with\n%s", said) // and the directory is empty
	}
	if pwd, _ := os.ReadFile(out + ".pwd"); strings.TrimSpace(string(pwd)) == "" {
		t.Error("no directory")
	} else if _, err := os.Stat(strings.TrimSpace(string(pwd))); err == nil {
		t.Errorf("%s is left", pwd)
	}
}

func TestGrype(t *testing.T) {
	s := install(t, "grype", `echo "$@ $GRYPE_DB_AUTO_UPDATE $GRYPE_CHECK_FOR_APP_UPDATE" >> "$OUT"
cat <<'EOF'
{"matches":[{"vulnerability":{"id":"CVE-1","severity":"High","fix":{"state":"fixed"}},"artifact":{"name":"a"}},
 {"vulnerability":{"id":"CVE-2","severity":"Negligible","fix":{"state":"wont-fix"}}}],"source":{}}
EOF
exit 2`)
	out := filepath.Join(t.TempDir(), "args")
	t.Setenv("OUT", out)
	if got := scan(t, s, Options{}, "docker.io/library/nginx:1"); got[0].Counts != (Counts{High: 1, Low: 1, Fixable: 1}) {
		t.Errorf("%+v", got)
	}
	scan(t, s, Options{Offline: true}, "docker.io/library/nginx:1")
	said, _ := os.ReadFile(out)
	if want := "--quiet --output json docker.io/library/nginx:1  false\n--quiet --output json docker:docker.io/library/nginx:1 false false\n"; string(said) != want {
		t.Errorf("called with %q", said)
	}
}

// TestFailures: whatever a scanner does, there is a reason and it is safe to show.
func TestFailures(t *testing.T) {
	old := maxReport
	maxReport = 1 << 20
	t.Cleanup(func() { maxReport = old })
	for script, want := range map[string]string{
		`echo first >&2; printf '\033[31mno such image\007\n' >&2; exit 1`: "trivy: ^[[31mno such image^G",
		`exit 3`:                           "trivy: exit status 3",
		`echo hello`:                       "trivy: it printed no report that can be read",
		`echo '{}'`:                        "trivy: it printed no report that can be read",
		`echo '[1,2'`:                      "trivy: it printed no report that can be read",
		``:                                 "trivy: it printed nothing",
		`yes '{"SchemaVersion":2}'`:        "trivy: its report is larger than 1 MiB",
		`yes >&2`:                          "trivy did not finish within 300ms",
		`sleep 60`:                         "trivy did not finish within 300ms",
		`sleep 60 & sleep 60`:              "trivy did not finish within 300ms", // a child keeps the pipe
		`kill -9 $$`:                       "trivy: signal: killed",
		`yes x | head -c 9000 >&2; exit 1`: "trivy: x",
		`head -c 5000 /dev/zero | tr '\0' x >&2; exit 1`: "trivy: " + strings.Repeat("x", 193) + "…",
	} {
		s := install(t, "trivy", script)
		start := time.Now()
		got := scan(t, s, Options{PerImage: 300 * time.Millisecond}, "docker.io/library/nginx:1")
		if len(got) != 1 || got[0].Failure != want || got[0].Counts != (Counts{}) {
			t.Errorf("%s:\n got %q\nwant %q", script, got[0].Failure, want)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: took %s", script, took)
		}
	}
}

// TestTotal: the images that no time is left for have a reason.
func TestTotal(t *testing.T) {
	s := install(t, "trivy", "sleep 60")
	got := scan(t, s, Options{PerImage: time.Minute, Total: 200 * time.Millisecond}, "docker.io/a/a:1", "docker.io/a/b:1", "docker.io/a/c:1")
	if len(got) != 3 || got[0].Failure != "the time for all images was over" || got[1].Failure != "the time for all images was over" || got[2].Failure == "" {
		t.Errorf("%+v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for r := range s.Scan(ctx, []string{"docker.io/a/a:1"}, Options{}) {
		if r.Failure == "" {
			t.Error("an interrupted scan has no reason")
		}
	}
}

// TestFind: only what the PATH has is run, and nothing that lies in the repository.
func TestFind(t *testing.T) {
	repo, elsewhere := t.TempDir(), t.TempDir()
	put := func(dir, name string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return file
	}
	inside := put(repo, "trivy")
	t.Setenv("PATH", elsewhere)
	if _, err := Find(repo); err != ErrNone {
		t.Errorf("nothing is there: %v", err)
	}
	t.Setenv("PATH", repo)
	if _, err := Find(repo); err == nil || !strings.Contains(err.Error(), "lies in the repository") {
		t.Errorf("in the repository: %v", err)
	}
	if err := os.Symlink(inside, filepath.Join(elsewhere, "trivy")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", elsewhere)
	if s, err := Find(repo); err == nil {
		t.Errorf("a link into the repository: %+v", s)
	}
	t.Chdir(repo)
	for _, path := range []string{".", "", fmt.Sprintf(".%c%s", filepath.ListSeparator, t.TempDir())} {
		t.Setenv("PATH", path)
		if s, err := Find(t.TempDir()); err == nil {
			t.Errorf("PATH %q: %+v", path, s)
		}
	}
	put(elsewhere, "grype")
	t.Setenv("PATH", elsewhere)
	if s, err := Find(repo); err != nil || s.Name != "grype" {
		t.Errorf("%+v, %v", s, err) // the link to trivy is passed over
	}
}
