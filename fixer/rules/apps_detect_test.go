package rules_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/rules"
)

// said is what a person has to say of applications whose files do not say it.
var said = map[string]project.NewOptions{
	"node-entrypoint":      {Start: "./docker-entrypoint.sh node dist/index.cjs"},
	"node-typescript":      {Start: "node dist/server.js"},
	"node-workspaces":      {Start: "node apps/api/server.js"},
	"node-yarn-workspaces": {Start: "node apps/api/server.js"},
	"python-entrypoint":    {Start: "./entrypoint.sh serve", Settings: []string{"port=8000"}},
	"java-options":         {Start: "java -cp target/badge.jar:target/lib/* com.example.Badge"},
	"go-cgo-plain":         {Start: "checksum -listen :9000", Settings: []string{"port=9000"}},
	"dotnet-globalised":    {Start: "dotnet Invoices.dll --urls http://0.0.0.0:5080", Settings: []string{"port=5080"}},
	"refused-stages":       {Start: "web"},
}

// notDetected are the applications that are not understood, each with the reason.
var notDetected = map[string]string{
	"php-cli": "unknown-start", "refused-builds-at-start": "unknown-start", "refused-early-access": "unrecognised", "refused-installer": "unrecognised",
	"refused-make-install": "unrecognised", "refused-next": "unknown-output", "refused-onbuild": "unrecognised", "refused-runserver": "unknown-start",
	"refused-ts-node": "development-server", "refused-unread-entrypoint": "unknown-start", "refused-windows": "no-runtime", "static-generator": "unrecognised",
}

// servedElsewhere are applications whose port is chosen by what oakum starts, and not the one of
// the Dockerfile that they came with.
var servedElsewhere = []string{"node-vite", "refused-vite-dev", "php-apache", "refused-php-s", "static-nginx"}

// otherBase are applications that ship on another image than their own Dockerfile did, each with
// the reason.
var otherBase = map[string]string{
	"python-run-only":    "pages alone need no Python",
	"go-empty-image":     "a static image has certificates and a user besides",
	"go-alpine":          "oakum builds on Debian",
	"java-options":       "the package fontconfig was in the Dockerfile alone",
	"node-alpine-native": "oakum builds on Debian",
	"go-healthcheck":     "curl was there for the HEALTHCHECK alone",
}

// detected reads an application without its Dockerfile, and what runs it.
func detected(t *testing.T, a *stagedApp) (*project.NewService, []string, error) {
	t.Helper()
	dir := t.TempDir()
	a.copyTo(t, dir)
	for _, name := range []string{a.Dockerfile, "compose.yaml", "k8s"} {
		if err := os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
	dir = filepath.Join(dir, filepath.FromSlash(path.Dir(a.Dockerfile)))
	var before []string
	if err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, p)
		before = append(before, filepath.ToSlash(rel))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	o := said[a.name]
	o.Detect, o.Dir, o.Rules = true, dir, rules.All()
	o.Settings = append([]string{"name=app"}, o.Settings...)
	n, err := project.New(t.Context(), o)
	return n, before, err
}

// TestAppsAreDetected reads every application without its Dockerfile. The one that is made for it
// is clean for a scan and for BuildKit, ships on the same kind of image as the conversion of
// its own, listens on the same port, and touches none of its files.
func TestAppsAreDetected(t *testing.T) {
	for k, a := range readStagedApps(t) {
		if testing.Short() && k%5 != 0 {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			n, before, err := detected(t, a)
			if reason := notDetected[a.name]; reason != "" {
				if err == nil || !strings.Contains(err.Error(), "("+reason+")") {
					t.Errorf("%v, want a refusal for the reason %s", err, reason)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range n.Report.Changes {
				if slices.Contains(before, c.Path) || c.Before != nil {
					t.Errorf("%s is there, and is changed", c.Path)
				}
			}
			var text string
			for _, f := range n.Report.Files {
				if f.Path == "Dockerfile" {
					text = string(f.Content)
				}
			}
			final := finalStage(t, text)
			root := withoutDigest(final.Root().Image)
			for _, f := range n.Report.Scan.Findings {
				compiled := slices.Contains([]string{"go", "rust", "java", "dotnet"}, a.Stack)
				if strings.HasSuffix(f.Rule, "/unpinned-image") || f.Rule == "dockerfile/no-healthcheck" && compiled {
					continue // the image has nothing that could ask
				}
				t.Errorf("%s: %s", f.Rule, f.Message)
			}
			if len(n.Report.Facts) == 0 || len(n.Report.Assumes) == 0 {
				t.Error("nothing is said about where it is known from")
			}
			snap := fixer.NewSnapshot([]fixer.Source{{Path: "Dockerfile", Kind: fixer.Dockerfile, Data: []byte(text)}})
			report, err := snap.File("Dockerfile").BuildKit()
			if err != nil || len(report.Warnings) > 0 {
				t.Errorf("BuildKit: %v %+v", err, report.Warnings)
			}
			if user := final.User().Text; user == "" || user == "0" || user == "root" {
				t.Errorf("it runs as %q", user)
			}
			if otherBase[a.name] == "" && a.After != nil && !slices.ContainsFunc(a.After.Base, func(base string) bool { return family(base) == family(root) }) {
				t.Errorf("it ships on %s, want one of %s", root, a.After.Base)
			}
			if !slices.Contains(servedElsewhere, a.name) && !strings.Contains(text, fmt.Sprintf("\nEXPOSE %d\n", a.Port)) {
				t.Errorf("it does not listen on %d", a.Port)
			}
			if t.Failed() {
				t.Logf("%s\n%s", text, strings.Join(n.Report.Facts, "\n"))
			}
		})
	}
}

// family is the name of an image without its tag and the versions in it.
func family(image string) string {
	image, _, _ = strings.Cut(image, ":")
	base := path.Base(image)
	if name, _, ok := strings.Cut(base, "-"); ok && strings.Contains(image, "distroless") {
		base = strings.TrimRight(name, "0123456789")
	}
	return base
}
