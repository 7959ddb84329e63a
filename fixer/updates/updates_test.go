package updates_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/updates"
)

// keeps asks the configuration of some files about one file.
func keeps(t *testing.T, files map[string]string, file string, what updates.What) string {
	t.Helper()
	var sources []fixer.Source
	for path, data := range files {
		sources = append(sources, fixer.Source{Path: path, Kind: fixer.Updates, Data: []byte(data)})
	}
	snap := fixer.NewSnapshot(sources)
	for f := range snap.Files() {
		if f.Skip != nil {
			t.Fatal(f.Path, f.Skip.Reason)
		}
	}
	out := "nobody"
	rule := &fixer.Rule{Name: "cross/x", Check: func(p *fixer.Pass) {
		if k, ok := updates.Keeps(p, file, what); ok {
			out = fmt.Sprintf("%s %s:%d", k.Bot, k.File, k.Line)
			if e := k.Evidence(); e.Text == "" || !strings.HasPrefix(e.Place, k.File) {
				t.Errorf("evidence %+v", e)
			}
		}
	}}
	if _, _, err := fixer.NewInspection(snap, nil, &fixer.Facts{}).Run(rule); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDependabot(t *testing.T) {
	const config = `version: 2
updates:
- package-ecosystem: docker
  directory: /
- package-ecosystem: "docker"
  directories: ["/web", "services/*", "/k8s/**"]
- package-ecosystem: docker
  directory: /off
  open-pull-requests-limit: 0
- package-ecosystem: docker
  directory: /ignored
  ignore: [{dependency-name: "*"}]
- package-ecosystem: docker
  directory: /majors
  ignore: [{dependency-name: "*", update-types: ["version-update:semver-major"]}]
- package-ecosystem: docker-compose
  directories: ["/**/*"]
  exclude-paths: ["old/**"]
- package-ecosystem: github-actions
  directory: /
- package-ecosystem: helm
  directory: charts/web
`
	for _, c := range []struct {
		file string
		what updates.What
		line int // 0 for nobody
	}{
		{"Dockerfile", updates.Dockerfile, 3},
		{"Containerfile", updates.Dockerfile, 3},
		{"web/Dockerfile.dev", updates.Dockerfile, 5},
		{"services/a/Dockerfile", updates.Dockerfile, 5},
		{"services/a/b/Dockerfile", updates.Dockerfile, 0},
		{"deploy.yaml", updates.Manifest, 3},
		{"k8s/base/deep/web.yaml", updates.Manifest, 5},
		{"k8s/list.json", updates.Manifest, 0},
		{"off/Dockerfile", updates.Dockerfile, 0},
		{"ignored/Dockerfile", updates.Dockerfile, 0},
		{"majors/Dockerfile", updates.Dockerfile, 13},
		{"compose.yaml", updates.Compose, 16},
		{"deep/er/docker-compose.dev.yml", updates.Compose, 16},
		{"old/compose.yaml", updates.Compose, 0},
		{"stack.yaml", updates.Compose, 0},
		{".github/workflows/ci.yml", updates.Action, 19},
		{".github/workflows/ci.yml", updates.WorkflowImage, 0},
		{"action.yml", updates.Action, 19},
		{".github/actions/x/action.yml", updates.Action, 0},
		{".gitlab-ci.yml", updates.GitLabPipeline, 0},
		{"charts/web/values.yaml", updates.HelmValues, 21},
		{"kustomization.yaml", updates.Kustomization, 0},
	} {
		want := "nobody"
		if c.line > 0 {
			want = fmt.Sprintf("Dependabot .github/dependabot.yml:%d", c.line)
		}
		if got := keeps(t, map[string]string{".github/dependabot.yml": config}, c.file, c.what); got != want {
			t.Errorf("%s (%s): %s, want %s", c.file, c.what, got, want)
		}
	}
}

func TestRenovate(t *testing.T) {
	const docker, manifest, action = "Dockerfile", "k8s/web.yaml", ".github/workflows/ci.yaml"
	for _, c := range []struct {
		name, config, file string
		what               updates.What
		line               int // -1 for nobody
	}{
		{"nothing disabled", `{}`, docker, updates.Dockerfile, 0},
		{"recommended", `{"extends": ["config:recommended"]}`, "web.dockerfile", updates.Dockerfile, 0},
		{"an unknown preset", `{"extends": ["local>org/config"]}`, "a/compose.prod.yml", updates.Compose, 0},
		{"disabled", `{"enabled": false}`, docker, updates.Dockerfile, -1},
		{"disabled by a preset", `{"extends": [":disableRenovate"]}`, docker, updates.Dockerfile, -1},
		{"a name that it does not know", `{}`, "stack.yaml", updates.Compose, -1},
		{"a name that the configuration adds", "{\n\"docker-compose\": {\"managerFilePatterns\": [\"/^stack\\\\.yaml$/\"]}}", "stack.yaml", updates.Compose, 2},
		{"a glob", `{"docker-compose": {"managerFilePatterns": ["stacks/**/*.yaml"]}}`, "stacks/a/b.yaml", updates.Compose, 1},
		{"manifests", `{}`, manifest, updates.Manifest, -1},
		{"manifests that are named", "{\n\"kubernetes\": {\"fileMatch\": [\"k8s/.+\\\\.yaml$\"]}}", manifest, updates.Manifest, 2},
		{"only some managers", `{"enabledManagers": ["npm"]}`, docker, updates.Dockerfile, -1},
		{"this manager, too", "{\n\n\"enabledManagers\": [\"npm\", \"dockerfile\"]}", docker, updates.Dockerfile, 3},
		{"this manager is off", `{"dockerfile": {"enabled": false}}`, docker, updates.Dockerfile, -1},
		{"docker is off", `{"docker": {"enabled": false}}`, "compose.yml", updates.Compose, -1},
		{"docker is off, actions are not", `{"extends": ["docker:disable"]}`, action, updates.Action, 0},
		{"docker is off in workflows", `{"extends": ["docker:disable"]}`, action, updates.WorkflowImage, -1},
		{"images of workflows", `{}`, action, updates.WorkflowImage, 0},
		{"GitLab", `{}`, "ci/build.gitlab-ci.yml", updates.GitLabPipeline, 0},
		{"digests are off", `{"digest": {"enabled": false}}`, docker, updates.Dockerfile, -1},
		{"digests are off by a rule", `{"packageRules": [{"matchUpdateTypes": ["digest", "pinDigest"], "enabled": false}]}`, docker, updates.Dockerfile, -1},
		{"major updates are off", `{"packageRules": [{"matchUpdateTypes": ["major"], "enabled": false}]}`, docker, updates.Dockerfile, 0},
		{"one package is off", `{"packageRules": [{"matchPackageNames": ["node"], "enabled": false}]}`, docker, updates.Dockerfile, 0},
		{"the last rule counts", `{"packageRules": [{"matchManagers": ["dockerfile"], "enabled": false}, {"matchDatasources": ["docker"], "enabled": true}]}`, docker, updates.Dockerfile, 0},
		{"a rule with conditions that are not known", `{"packageRules": [{"matchDatasources": ["docker"], "matchCurrentAge": "> 1 day", "enabled": false}]}`, docker, updates.Dockerfile, 0},
		{"a path is ignored", `{"ignorePaths": ["old"]}`, "old/Dockerfile", updates.Dockerfile, -1},
		{"tests are ignored by the preset", `{"extends": ["config:recommended"]}`, "a/test/Dockerfile", updates.Dockerfile, -1},
		{"not when paths are set", `{"extends": ["config:recommended"], "ignorePaths": ["**/vendor/**"]}`, "a/test/Dockerfile", updates.Dockerfile, 0},
		{"only some paths", `{"includePaths": ["web/**"]}`, docker, updates.Dockerfile, -1},
		{"an expression that Go cannot read", `{"kubernetes": {"managerFilePatterns": ["/(?!x)k8s/"]}}`, manifest, updates.Manifest, 1},
		{"JSON5", "// ours\n{\n  $schema: 'x', /* and\n  more */\n  extends: ['config:recommended',],\n  enabledManagers: [\"dockerfile\",], // not \"npm\"\n}\n", docker, updates.Dockerfile, 6},
		{"what cannot be read is taken for one that works", `{"enabled": `, docker, updates.Dockerfile, 0},
	} {
		want := "nobody"
		if c.line >= 0 {
			want = fmt.Sprintf("Renovate renovate.json5:%d", c.line)
		}
		if got := keeps(t, map[string]string{"renovate.json5": c.config}, c.file, c.what); got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

// TestSeveralConfigurations: Renovate reads the first of its files only, each
// configuration is for the repository it lies in, and one bot is enough.
func TestSeveralConfigurations(t *testing.T) {
	files := map[string]string{
		"renovate.json":               `{"enabled": false}`,
		".github/renovate.json5":      `{}`,
		"package.json":                `{"renovate": {}}`,
		"other/.gitlab/renovate.json": `{}`,
		".github/dependabot.yaml":     "updates: [{package-ecosystem: docker, directory: /}]",
	}
	for file, want := range map[string]string{
		"Dockerfile":         "Dependabot .github/dependabot.yaml:1",
		"web/Dockerfile":     "nobody",
		"other/a/Dockerfile": "Renovate other/.gitlab/renovate.json:0",
	} {
		if got := keeps(t, files, file, updates.Dockerfile); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
	if got := keeps(t, map[string]string{"package.json": `{"renovate": {"enabled": false}}`}, "Dockerfile", updates.Dockerfile); got != "nobody" {
		t.Errorf("package.json: %s", got)
	}
}
