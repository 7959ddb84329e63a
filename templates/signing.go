package templates

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
)

// buildPolicy is the template of the policy that Buildx reads beside a Dockerfile.
const buildPolicy = "files/shared/build-policy/Dockerfile.rego.tmpl"

// Repositories are those of the images that the build may use.
func (v view) Repositories() []string { return v.repositories }

// repositoriesOf returns the repositories of the images that a Dockerfile names, with that of
// its frontend, sorted.
func repositoriesOf(dockerfile []byte) []string {
	var out []string
	stages := map[string]bool{"scratch": true}
	for line := range strings.Lines(string(dockerfile)) {
		words := strings.Fields(line)
		name := ""
		switch {
		case len(words) > 1 && words[0] == "FROM":
			name = words[1]
			if len(words) > 3 {
				stages[words[3]] = true
			}
		case strings.HasPrefix(line, "# syntax="):
			name = strings.TrimSpace(strings.TrimPrefix(line, "# syntax="))
		}
		if ref, err := image.ParseReference(name); name != "" && err == nil && !stages[name] && !slices.Contains(out, ref.Name()) {
			out = append(out, ref.Name())
		}
	}
	slices.Sort(out)
	return out
}

// oldFormat reports whether signatures are written as cosign did before version 3. Harbor
// counts no others, and the policy-controller verifies none that are made with a key.
func (v view) oldFormat() bool { return v.RegistryFiles == "harbor" || v.Signing == "cosign-key" }

// OldFormat and OldSigning are the options of cosign for signatures of that form, to verify and
// to sign; "" for the form that it has now.
func (v view) OldFormat() string {
	if v.oldFormat() {
		return " --new-bundle-format=false"
	}
	return ""
}

func (v view) OldSigning() string {
	if v.oldFormat() {
		return " --new-bundle-format=false --use-signing-config=false"
	}
	return ""
}

// ScannerName is the scanner of the pipeline, for people.
func (v view) ScannerName() string {
	return map[string]string{"trivy": "Trivy", "grype": "Grype", "snyk": "Snyk"}[v.Scanner]
}
