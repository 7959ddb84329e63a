package templates_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/discover"
	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/rules"
	"github.com/oakum-sec/oakum/templates"
)

// A choice is one set of options that the matrix tries with every stack.
type choice struct {
	name string
	set  []string
}

var choices = []choice{
	{"plain", []string{"cluster=none", "pipeline=none", "updates=none"}},
	{"cluster", nil},
	{"manifests", []string{"cluster=plain", "expose=ingress", "host=api.example.com", "autoscaling=cpu", "pipeline=gitlab", "scanner=grype", "registry=registry.gitlab.com/acme/web", "admission=native"}},
	{"builder", []string{"pipeline=github-builder", "updates=dependabot", "registry=ghcr.io/acme"}},
	{"gitlab", []string{"pipeline=gitlab", "updates=none", "admission=sigstore", "source=https://gitlab.com/acme/web", "database=postgres", "secrets=csi", "audit=secrets"}},
	{"database", []string{"database=postgres"}},
	{"istio", []string{"mesh=istio", "database=postgres", "expose=httproute", "host=api.example.com", "admission=native", "namespace=web"}},
	{"linkerd", []string{"mesh=linkerd", "database=postgres", "cluster=plain", "expose=ingress", "host=api.example.com", "admission=native"}},
	{"snyk", []string{"scanner=snyk", "signing=notation", "build-policy=rego"}},
	{"key", []string{"signing=cosign-key", "admission=sigstore", "source=https://github.com/acme/web", "build-policy=rego"}},
	{"gitlab-key", []string{"pipeline=gitlab", "scanner=snyk", "signing=cosign-key", "cluster=none"}},
	{"ecr", []string{"registry=123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme", "registry-files=ecr", "source=https://github.com/acme/web"}},
	{"artifact-registry", []string{"registry=europe-docker.pkg.dev/acme/containers", "registry-files=artifact-registry", "source=https://github.com/acme/web"}},
	{"acr", []string{"registry=acmeimages.azurecr.io", "registry-files=acr", "source=https://github.com/acme/web", "admission=sigstore"}},
	{"harbor", []string{"registry=harbor.example.com/acme", "registry-files=harbor", "pipeline=gitlab", "source=https://gitlab.com/acme/web", "admission=sigstore"}},
	{"everything", []string{"name=shop-front", "port=9090", "uid=4242", "registry=ghcr.io/acme/web", "source=https://github.com/acme/web", "database=postgres", "namespace=web", "expose=httproute", "host=shop.example.com", "edge-namespace=edge", "autoscaling=cpu", "scanner=grype", "updates=dependabot", "admission=kyverno", "secrets=external-secrets", "audit=secrets"}},
}

// withFew are choices of what does not depend on the stack: they are tried with the first stack and
// with the last.
var withFew = map[string]bool{"istio": true, "linkerd": true, "snyk": true, "key": true, "gitlab-key": true, "ecr": true, "artifact-registry": true, "acr": true, "harbor": true}

// choicesOf are the choices that are tried with a stack.
func choicesOf(s *templates.Stack) []choice {
	all := templates.Stacks()
	if s == all[0] || s == all[len(all)-1] {
		return choices
	}
	return slices.DeleteFunc(slices.Clone(choices), func(c choice) bool { return withFew[c.name] })
}

// offline are the rules whose findings nobody can answer without asking a registry.
var offline = []string{"dockerfile/unpinned-image", "compose/unpinned-image", "kubernetes/unpinned-image", "workflow/unpinned-image"}

// service renders a stack with the options of a choice.
func service(t *testing.T, s *templates.Stack, c choice) *templates.Service {
	t.Helper()
	o := templates.Defaults(s)
	o.Name = "api"
	for _, set := range c.set {
		key, value, _ := strings.Cut(set, "=")
		if err := o.Set(key, value); err != nil {
			t.Fatal(err)
		}
	}
	out, err := templates.Render(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestMatrix holds every stack with every choice to what oakum asks of others: each file
// is read, nothing is found, BuildKit warns of nothing, and Compose loads it.
func TestMatrix(t *testing.T) {
	for _, s := range templates.Stacks() {
		for _, c := range choicesOf(s) {
			t.Run(s.Name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				holds(t, service(t, s, c))
			})
		}
	}
}

// holds is what every service is held to.
func holds(t *testing.T, made *templates.Service) {
	t.Helper()
	snap := snapshot(t, made)
	for f := range snap.Files() {
		if f.Skip != nil && f.Skip.Code != fixer.SkipKustomize {
			t.Errorf("%s is skipped: %s", f.Path, f.Skip.Reason)
		}
	}
	scan(t, snap, made)
	builds(t, snap)
	loads(t, made)
	decodes(t, made)
	restricted(t, snap, made)
	connects(t, snap, made)
}

// snapshot reads the service as a repository of its own.
func snapshot(t *testing.T, made *templates.Service) *fixer.Snapshot {
	t.Helper()
	dir := t.TempDir()
	for _, f := range made.Files {
		disktest.Put(t, dir, f.Path, string(f.Content))
	}
	loaded, err := discover.Load(t.Context(), []string{dir}, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range loaded.Notes {
		t.Errorf("note: %v", n)
	}
	return fixer.NewSnapshot(loaded.Sources, loaded.Names...)
}

// scan finds nothing, and nothing is suppressed but what a person has chosen: to have no bot.
func scan(t *testing.T, snap *fixer.Snapshot, made *templates.Service) {
	t.Helper()
	o := made.Options
	report := engine.Check(snap, &fixer.Facts{Source: o.Source}, rules.All())
	for _, f := range report.Findings {
		if !slices.Contains(offline, f.Rule) {
			t.Errorf("%s %s: %s", f.Rule, f.File, f.Message)
		}
	}
	want := 0
	if o.Updates == "none" && strings.HasPrefix(o.Pipeline, "github") {
		want = 1
	}
	if len(report.Suppressed) != want {
		t.Errorf("%d findings are suppressed, want %d", len(report.Suppressed), want)
	}
	for _, s := range report.Suppressed {
		if s.Finding.Rule != "cross/pins-without-updates" {
			t.Errorf("%s %s is suppressed", s.Finding.Rule, s.Finding.File)
		}
	}
	for _, s := range report.Unused {
		t.Errorf("nothing is suppressed by %+v", s)
	}
	for _, p := range report.Problems {
		t.Errorf("problem: %v", p)
	}
}

// builds holds the Dockerfile to BuildKit's own checks.
func builds(t *testing.T, snap *fixer.Snapshot) {
	t.Helper()
	report, err := snap.File("Dockerfile").BuildKit()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range report.Warnings {
		t.Errorf("BuildKit: %+v", w)
	}
}

// loads holds the Compose file to Compose's own loader.
func loads(t *testing.T, made *templates.Service) {
	t.Helper()
	compose := content(t, made, "compose.yaml")
	project, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  "/srv/api",
		ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: compose}},
	})
	if err != nil {
		t.Fatalf("Compose: %v\n%s", err, compose)
	}
	for name, s := range project.Services {
		if !s.ReadOnly || s.User == "" || s.User == "0" || fmt.Sprint(s.CapDrop) != "[ALL]" || fmt.Sprint(s.SecurityOpt) != "[no-new-privileges:true]" ||
			s.MemLimit == 0 || s.CPUS == 0 || s.PidsLimit == 0 || s.Logging == nil {
			t.Errorf("service %s lacks a setting: %+v", name, s)
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("service %s is published on %q", name, port.HostIP)
			}
		}
	}
}

func content(t *testing.T, made *templates.Service, name string) []byte {
	t.Helper()
	for _, f := range made.Files {
		if f.Path == name {
			if bytes.Contains(f.Content, []byte("<%")) || bytes.Contains(f.Content, []byte("<no value>")) {
				t.Errorf("%s has a mark of a template", name)
			}
			return f.Content
		}
	}
	t.Fatalf("no file %s", name)
	return nil
}

// TestCopiesGoIntoADirectoryThatIsNamed: no COPY to a relative path stands where no WORKDIR does, of
// which hadolint warns, and which stops the pipeline.
func TestCopiesGoIntoADirectoryThatIsNamed(t *testing.T) {
	for _, s := range templates.Stacks() {
		named := false
		for line := range strings.Lines(string(content(t, service(t, s, choice{}), "Dockerfile"))) {
			words := strings.Fields(line)
			switch {
			case len(words) == 0:
			case words[0] == "FROM":
				named = false
			case words[0] == "WORKDIR":
				named = true
			case words[0] == "COPY" && !named && !strings.HasPrefix(words[len(words)-1], "/"):
				t.Errorf("%s: %s", s.Name, line)
			}
		}
	}
}

// TestTokensDoNotStay: every Dockerfile that installs packages says how a token for them does not stay
// in the image, by a mount that BuildKit takes.
func TestTokensDoNotStay(t *testing.T) {
	mount := regexp.MustCompile(`(?m)^# .*(--mount=type=secret,id=(\w+),env=(\w+)) `)
	for _, s := range templates.Stacks() {
		dockerfile := string(content(t, service(t, s, choice{}), "Dockerfile"))
		m := mount.FindStringSubmatch(dockerfile)
		if installs := s.Name != "php" && s.Name != "static"; installs != (m != nil) {
			t.Errorf("%s: says how: %v\n%s", s.Name, m, dockerfile)
		}
		if m == nil {
			continue
		}
		if m[2] != m[3] || strings.Count(dockerfile, "\nRUN --mount=type=cache") == 0 && s.Name != "ruby" {
			t.Errorf("%s: %q", s.Name, m)
		}
		used := regexp.MustCompile(`(?m)^RUN `).ReplaceAllString(dockerfile, "RUN "+m[1]+" ")
		snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(used)}})
		builds(t, snap)
	}
}
