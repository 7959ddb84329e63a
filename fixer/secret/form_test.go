package secret

import (
	"slices"
	"strings"
	"testing"
)

// Every form has to be found by its pattern, whatever is looked for before it
// because that is cheaper. The texts are put together here so that no scanner
// takes this file for a leak.
func TestFormsAreNotPassedOver(t *testing.T) {
	letters, digits := strings.Repeat("aBcDeFgH", 9), strings.Repeat("9a8b7c6d", 8)
	samples := map[string][]string{
		"a private key":        {"-----BEGIN " + "PRIVATE KEY-----", "-----BEGIN RSA " + "PRIVATE KEY-----"},
		"an AWS access key":    {"AKIA" + "QYLPMN5HZBTW3KXV", "ASIA" + "QYLPMN5HZBTW3KXV"},
		"a GitHub token":       {"ghp_" + letters[:36], "gho_" + letters[:36], "ghu_" + letters[:36], "ghs_" + letters[:36], "ghr_" + letters[:36], "github_pat_" + letters[:22]},
		"a GitLab token":       {"glpat-" + letters[:20], "gldt-" + letters[:20], "glrt-" + letters[:20]},
		"a Slack token":        {"xoxb-" + letters[:10], "https://hooks.slack.com/services/" + "T1a/B2b/c3d"},
		"a Stripe key":         {"sk_live_" + letters[:16], "rk_live_" + letters[:16]},
		"a Google API key":     {"AIza" + letters[:35]},
		"a signed token (JWT)": {"eyJ" + letters[:10] + ".eyJ" + letters[:10] + "." + letters[:5]},
		"an npm token":         {"npm_" + letters[:36]},
		"a PyPI token":         {"pypi-AgE" + letters[:20]},
		"a SendGrid key":       {"SG." + letters[:16] + "." + letters[:16]},
		"a Hugging Face token": {"hf_" + letters[:30]},
		"a DigitalOcean token": {"dop_v1_" + digits, "doo_v1_" + digits, "dor_v1_" + digits},
		"an API key":           {"sk-" + letters[:32], "sk-ant-" + letters[:32], "sk-proj-" + letters[:32]},
	}
	for _, f := range forms() {
		if len(samples[f.what]) == 0 {
			t.Errorf("no sample of %s", f.what)
		}
		for _, text := range samples[f.what] {
			if !f.pattern.MatchString(text) {
				t.Errorf("the sample %q is not %s", text, f.what)
			}
			if !slices.Contains(Forms("x = "+text), f.what) {
				t.Errorf("%s is not found in %q", f.what, text)
			}
		}
	}
}
