package templates_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/oakum-sec/oakum/templates"
)

// A workflow is what the tests read of one.
type workflow struct {
	Permissions map[string]string `json:"permissions"`
	Jobs        map[string]struct {
		Permissions map[string]string `json:"permissions"`
		Timeout     int               `json:"timeout-minutes"`
		Uses        string            `json:"uses"`
		Steps       []map[string]any  `json:"steps"`
	} `json:"jobs"`
}

var use = regexp.MustCompile(`(?m)uses: (.*)$`)

// pinnedAction is a commit with its version behind it.
var pinnedAction = regexp.MustCompile(`^[-\w./]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

// mayWrite are the permissions of the jobs that have any but to read.
var mayWrite = map[string][]string{
	"report":  {"security-events"},
	"publish": {"attestations", "id-token", "packages"},
	"build":   {"id-token", "packages"}, // of Docker's reusable workflow
	"pull":    {"id-token"},             // where a cloud exchanges it for a token
}

// TestWorkflowsAskForLittle: no action is named by a tag, no job has a permission that it
// does not need, and what scans has no secret.
func TestWorkflowsAskForLittle(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range choices {
		made := service(t, templates.Stacks()[0], c)
		for _, f := range made.Files {
			if !strings.HasPrefix(f.Path, ".github/workflows/") {
				continue
			}
			for _, m := range use.FindAllStringSubmatch(string(f.Content), -1) {
				if !pinnedAction.MatchString(m[1]) {
					t.Errorf("%s/%s uses %s", c.name, f.Path, m[1])
				}
			}
			var w workflow
			if err := yaml.Unmarshal(f.Content, &w); err != nil {
				t.Fatalf("%s/%s: %v\n%s", c.name, f.Path, err, f.Content)
			}
			if w.Permissions == nil || len(w.Permissions) > 0 {
				t.Errorf("%s/%s gives all jobs %v", c.name, f.Path, w.Permissions)
			}
			for name, job := range w.Jobs {
				seen[name] = true
				if job.Permissions == nil || job.Timeout == 0 && job.Uses == "" {
					t.Errorf("%s/%s: job %s has permissions %v and %d minutes", c.name, f.Path, name, job.Permissions, job.Timeout)
				}
				for _, p := range slices.Sorted(maps.Keys(job.Permissions)) {
					if job.Permissions[p] != "read" && !slices.Contains(mayWrite[name], p) {
						t.Errorf("%s/%s: job %s has %s: %s", c.name, f.Path, name, p, job.Permissions[p])
					}
				}
				body, err := yaml.Marshal(job.Steps)
				if err != nil {
					t.Fatal(err)
				}
				secrets, version := strings.Count(string(body), "secrets."), "version: v0."
				if slices.Contains(c.set, "scanner=snyk") {
					secrets, version = secrets-strings.Count(string(body), "secrets.SNYK_TOKEN"), "snyk@1." // which does not work without
				}
				if name == "scan" && (secrets > 0 || !strings.Contains(string(body), version)) {
					t.Errorf("%s/%s: the scan has a secret, or a scanner without a version:\n%s", c.name, f.Path, body)
				}
				if strings.Contains(string(body), "actions/checkout@") && !strings.Contains(string(body), "persist-credentials: false") {
					t.Errorf("%s/%s: job %s keeps its credentials", c.name, f.Path, name)
				}
			}
		}
	}
	for _, name := range []string{"check", "scan", "report", "publish", "pull", "build"} {
		if !seen[name] {
			t.Errorf("no workflow has a job %s", name)
		}
	}
}

// TestPipelineOfGitLab: images have versions, the scan is given no password, and only
// publish has an identity.
func TestPipelineOfGitLab(t *testing.T) {
	tried := 0
	for _, c := range choices {
		for _, f := range service(t, templates.Stacks()[0], c).Files {
			if f.Path != ".gitlab-ci.yml" {
				continue
			}
			tried++
			var jobs map[string]any
			if err := yaml.Unmarshal(f.Content, &jobs); err != nil {
				t.Fatalf("%s: %v\n%s", c.name, err, f.Content)
			}
			for _, name := range []string{"check", "build", "pull", "scan", "publish"} {
				body, err := yaml.Marshal(jobs[name])
				if err != nil || len(body) < 10 {
					t.Fatalf("%s: job %s is %s (%v)", c.name, name, body, err)
				}
				if has := strings.Contains(string(body), "PASSWORD"); has != (name == "pull" || name == "publish") {
					t.Errorf("%s: job %s logs in: %v", c.name, name, has)
				}
				if has := strings.Contains(string(body), "id_tokens"); has != (name == "publish" && !slices.Contains(c.set, "signing=cosign-key")) {
					t.Errorf("%s: job %s has an identity: %v", c.name, name, has)
				}
			}
			for _, want := range []string{"--predicate sbom.spdx.json \"$IMAGE@$DIGEST\"", "paths: [scan.sarif]"} {
				if !strings.Contains(string(f.Content), want) {
					t.Errorf("%s: no %s", c.name, want)
				}
			}
			for _, m := range regexp.MustCompile(`(?m)(?:image|name): (\S+:\S+)$`).FindAllStringSubmatch(string(f.Content), -1) {
				if !regexp.MustCompile(`:v?\d+\.\d+(\.\d+)?(-\w+)?$`).MatchString(m[1]) {
					t.Errorf("%s: image %s", c.name, m[1])
				}
			}
		}
	}
	if tried < 2 {
		t.Errorf("%d pipelines were tried", tried)
	}
}

// TestSignaturesAreThoseOfTheImage: the policy of sigstore reads what cosign 3 writes, and asks
// for no signature of an image whose name only begins like that of the service.
func TestSignaturesAreThoseOfTheImage(t *testing.T) {
	made := service(t, templates.Stacks()[0], choice{"", []string{"admission=sigstore", "source=https://github.com/acme/web", "registry=ghcr.io/acme"}})
	var policy struct {
		Spec struct {
			Images      []struct{ Glob string }
			Authorities []struct{ SignatureFormat string }
		}
	}
	if err := yaml.Unmarshal(content(t, made, "deploy/policies/signatures.yaml"), &policy); err != nil {
		t.Fatal(err)
	}
	if len(policy.Spec.Authorities) != 1 || policy.Spec.Authorities[0].SignatureFormat != "bundle" {
		t.Errorf("authorities: %+v", policy.Spec.Authorities)
	}
	for _, image := range policy.Spec.Images {
		if !strings.HasPrefix(image.Glob, "ghcr.io/acme/api:") && !strings.HasPrefix(image.Glob, "ghcr.io/acme/api@") {
			t.Errorf("%q is of other images, too", image.Glob)
		}
	}
}

// TestReadmeVerifiesAsThePolicyDoes: what a person verifies by hand is what the policy asks for,
// with the repository that is known.
func TestReadmeVerifiesAsThePolicyDoes(t *testing.T) {
	for _, c := range []choice{
		{"github", []string{"source=https://github.com/acme/web.git"}},
		{"gitlab", []string{"pipeline=gitlab", "source=https://gitlab.example.com/acme/web"}},
	} {
		readme := string(content(t, service(t, templates.Stacks()[0], c), "README.md"))
		if strings.Contains(readme, "OWNER/") || strings.Contains(readme, "GROUP/") || !strings.Contains(readme, "/acme/web/") {
			t.Errorf("%s: the README verifies another repository:\n%s", c.name, readme)
		}
	}
	readme := string(content(t, service(t, templates.Stacks()[0], choice{}), "README.md"))
	if !strings.Contains(readme, `'^https://github\.com/OWNER/REPOSITORY/`) {
		t.Errorf("without a source, the README names none:\n%s", readme)
	}
}

// TestTableOfActions: the table is sorted, whole, and has nothing that no pipeline uses.
func TestTableOfActions(t *testing.T) {
	table, err := os.ReadFile("actions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, c := range choices {
		for _, f := range service(t, templates.Stacks()[0], c).Files {
			all.Write(f.Content)
		}
	}
	var names []string
	dated := false
	for line := range strings.Lines(string(table)) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case words[0] == "date":
			dated = regexp.MustCompile(`^20\d\d-\d\d-\d\d$`).MatchString(words[1])
		case len(words) != 3 || len(words[2]) != 40:
			t.Errorf("line %q", line)
		default:
			names = append(names, words[0])
			if !strings.Contains(all.String(), words[0]+"@"+words[2]+" # v"+words[1]) {
				t.Errorf("nothing uses %s", words[0])
			}
		}
	}
	if !dated || len(names) < 10 || !slices.IsSorted(names) {
		t.Errorf("dated %v, names %v", dated, names)
	}
}

// TestTheReleaseChecks: a pipeline runs the release of oakum that wrote it, on every platform, and no
// build that nobody else has.
func TestTheReleaseChecks(t *testing.T) {
	const program = "github.com/oakum-sec/oakum/cmd/oakum@"
	for pipeline, file := range map[string]string{"github": ".github/workflows/image.yaml", "github-builder": ".github/workflows/image.yaml", "gitlab": ".gitlab-ci.yml"} {
		for version, want := range map[string]bool{"v1.2.3": true, "": false, "(devel)": false, "devel-60e4f068": false, "v0.0.0-20261130010011-60e4f0680000": false, "v1.2.3+dirty": false, "v1.2.3; id": false} {
			o := templates.Defaults(templates.Stacks()[0])
			o.Name, o.Checker = "api", program+version
			if err := o.Set("pipeline", pipeline); err != nil {
				t.Fatal(err)
			}
			made, err := templates.Render(templates.Stacks()[0], o)
			if err != nil {
				t.Fatal(err)
			}
			body := string(content(t, made, file))
			if got := strings.Contains(body, "go run "+program+version+" scan --fail-on high\n"); got != want || !want && strings.Contains(body, "go run") {
				t.Errorf("%s: %q: it checks: %v\n%s", pipeline, version, got, body)
			}
			snap := snapshot(t, made)
			scan(t, snap, made)
		}
	}
}
