package registry

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/text"
)

// FuzzManifest: whatever a registry sends as a manifest, what is read of it can be
// kept, is the same after that, and has nothing that a terminal would obey.
func FuzzManifest(f *testing.F) {
	f.Add(must(indexOf("app", day).RawManifest()), indexType)
	f.Add(must(imageOf("app", "amd64", day).RawManifest()), manifestType)
	f.Add(must(artifact("application/x", layer{"text/spdx+json", "https://spdx.dev/Document"}).RawManifest()), "")
	f.Add([]byte(`{"manifests":[{"platform":{"os":"\u001b"},"digest":"sha256:`+strings.Repeat("a", 64)+`"}]}`), "text/plain")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		m, err := parseManifest(body, contentType)
		if err != nil {
			return
		}
		if !m.valid() {
			t.Fatalf("manifest is not valid: %+v", m)
		}
		raw := must(json.Marshal(m))
		var again manifest
		if err := json.Unmarshal(raw, &again); err != nil || !again.valid() {
			t.Fatalf("manifest cannot be kept: %v", err)
		}
		for _, p := range m.platforms() {
			if text.VisibleLine(p) != p {
				t.Errorf("platform is %q", p)
			}
		}
		m.choose(platform{OS: "linux", Architecture: "amd64"})
	})
}

// FuzzConfig is the same of configurations.
func FuzzConfig(f *testing.F) {
	f.Add(must(imageOf("app", "amd64", day).RawConfigFile()))
	f.Add([]byte(`{"config":{"Env":["\u001b[31m"],"Labels":{"\u0007":"\u202e"},"Healthcheck":{}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, ok := parseConfig(body)
		if !ok {
			return
		}
		if bad := slices.IndexFunc(allStrings(*c.Config), func(s string) bool { return text.Visible(s) != s }); bad >= 0 {
			t.Errorf("configuration has %q", allStrings(*c.Config)[bad])
		}
		if lengthOf(allStrings(*c.Config)) <= maxConfig && !c.valid() {
			t.Errorf("configuration is not valid: %+v", c)
		}
	})
}

// FuzzChallenge: reading a header ends, and a challenge has what it needs.
func FuzzChallenge(f *testing.F) {
	f.Add(`Bearer realm="https://auth.example.org/token",service="x",scope="repository:a/b:pull"`)
	f.Add(`Basic realm=x`)
	f.Add(`Bearer realm="\`)
	f.Fuzz(func(t *testing.T, header string) {
		if c, _ := parseChallenges([]string{header}); c != nil && !c.basic && c.realm == "" {
			t.Errorf("%q has no realm", header)
		}
	})
}

// FuzzCandidates: whatever the tags are, candidates are among them, once each as
// the first of a version.
func FuzzCandidates(f *testing.F) {
	f.Add("22-slim", "22.23.2-slim 22.23.2-trixie-slim 22 lts-slim")
	f.Add("latest", "RELEASE.2025-09-07T16-13-09Z 20251016 3.22.2 1a2b3c4")
	f.Add("v1", "v1.2.3 v1.2.3-rc1 1.2.3 v1.2.3-alpine3.20")
	f.Fuzz(func(t *testing.T, tag, list string) {
		all := strings.Fields(list)
		slices.Sort(all)
		all = slices.Compact(all)
		seen := map[string]bool{}
		for _, c := range candidates(tag, all) {
			if seen[c.tag] || !slices.Contains(all, c.tag) || c.tag == tag {
				t.Errorf("%q is a candidate for %q among %q", c.tag, tag, all)
			}
			seen[c.tag] = true
		}
	})
}
