package templates_test

import (
	"encoding/json"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/oakum-sec/oakum/templates"
)

// TestRegistryFiles: every file parses, images are scanned when they are pushed, old ones go,
// and no statement allows everybody, or every action.
func TestRegistryFiles(t *testing.T) {
	has := map[string][]string{
		"ecr":               {`"ScanOnPush": true`, "IMMUTABLE_WITH_EXCLUSION", "LifecyclePolicyText", "RepositoryPolicyText", "repo:acme/web:ref:refs/heads/main", `"acme/api"`},
		"artifact-registry": {"--allow-vulnerability-scanning", "olderThan", "artifactregistry.writer", "artifactregistry.reader", "REQUIRE_ATTESTATION"},
		"acr":               {"retentionPolicy", `"adminUserEnabled":false`, "8311e382-0749-4cb8-b61a-304f252e45ec", "7f951dda-4ed3-4680-a7ca-43fe172d538d", "az security pricing"},
		"harbor":            {`"auto_scan":"true"`, `"enable_content_trust_cosign":"true"`, "latestPushedK", `"immutable"`, `"action":"push"`},
	}
	for _, c := range choices {
		want := has[c.name]
		if want == nil {
			continue
		}
		delete(has, c.name)
		var all strings.Builder
		for _, f := range service(t, templates.Stacks()[0], c).Files {
			if !strings.HasPrefix(f.Path, "registry/") {
				continue
			}
			var v any
			if strings.HasSuffix(f.Path, ".md") {
				all.Write(f.Content)
				continue
			}
			if err := yaml.Unmarshal(f.Content, &v); err != nil {
				t.Errorf("%s: %s: %v", c.name, f.Path, err)
			}
			if strings.HasSuffix(f.Path, ".json") && !json.Valid(f.Content) {
				t.Errorf("%s: %s is no JSON:\n%s", c.name, f.Path, f.Content)
			}
			again, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(again)
			all.WriteString(strings.ReplaceAll(string(again), `":`, `": `))
			allows(t, c.name+": "+f.Path, v)
		}
		for _, part := range want {
			if !strings.Contains(all.String(), part) {
				t.Errorf("%s: no file has %s", c.name, part)
			}
		}
	}
	if len(has) > 0 {
		t.Errorf("not tried: %v", has)
	}
}

// allows reports statements that allow everybody, or every action.
func allows(t *testing.T, where string, v any) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			allows(t, where, item)
		}
	case map[string]any:
		if v["Effect"] == "Allow" {
			principal, _ := json.Marshal(v["Principal"])
			action, _ := json.Marshal(v["Action"])
			if strings.Contains(string(principal), "*") || strings.Contains(string(action), "*") || v["Resource"] == "*" && string(action) != `"ecr:GetAuthorizationToken"` {
				t.Errorf("%s allows too much: %v", where, v)
			}
		}
		for _, key := range []string{"members", "member"} {
			if list, _ := json.Marshal(v[key]); strings.Contains(string(list), "allUsers") || strings.Contains(string(list), "allAuthenticatedUsers") {
				t.Errorf("%s allows everybody: %v", where, v)
			}
		}
		for _, item := range v {
			allows(t, where, item)
		}
	}
}

// TestBuildPolicyNamesTheImages: the policy allows what the Dockerfile names, and nothing else.
func TestBuildPolicyNamesTheImages(t *testing.T) {
	for name, want := range map[string]string{
		"go":        "docker.io/docker/dockerfile docker.io/library/golang gcr.io/distroless/static-debian13",
		"python-uv": "docker.io/docker/dockerfile docker.io/library/python ghcr.io/astral-sh/uv",
		"static":    "docker.io/docker/dockerfile docker.io/nginxinc/nginx-unprivileged",
	} {
		s, err := templates.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		policy := string(content(t, service(t, s, choice{"", []string{"build-policy=rego", "pipeline=none"}}), "Dockerfile.rego"))
		var got []string
		for line := range strings.Lines(policy) {
			if strings.HasPrefix(line, "\t\"") {
				got = append(got, strings.Trim(line, "\t\",\n"))
			}
		}
		if strings.Join(got, " ") != want || !strings.Contains(policy, "default allow := false") {
			t.Errorf("%s: %s", name, policy)
		}
	}
}
