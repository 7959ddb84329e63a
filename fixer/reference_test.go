package fixer_test

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer"
)

func TestReferenceURL(t *testing.T) {
	for want, r := range map[string]fixer.Reference{
		"https://github.com/hadolint/hadolint/wiki/DL3002":                                            {Source: fixer.Hadolint, ID: "DL3002"},
		"https://avd.aquasec.com/misconfig/ksv-0012":                                                  {Source: fixer.Trivy, ID: "KSV-0012"},
		"https://hub.armosec.io/docs/c-0057":                                                          {Source: fixer.Kubescape, ID: "C-0057"},
		"https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/":                  {Source: fixer.BuildKit, ID: "SecretsUsedInArgOrEnv"},
		"https://docs.docker.com/reference/build-checks/json-args-recommended/":                       {Source: fixer.BuildKit, ID: "JSONArgsRecommended"},
		"https://docs.docker.com/reference/build-checks/workdir-relative-path/":                       {Source: fixer.BuildKit, ID: "WorkdirRelativePath"},
		"https://docs.kubelinter.io/#/generated/checks?id=run-as-non-root":                            {Source: fixer.KubeLinter, ID: "run-as-non-root"},
		"https://docs.kics.io/latest/queries/dockerfile-queries/fd54f200-402c-4333-a5a4-36ef6709af2f": {Source: fixer.KICSDockerfile, ID: "fd54f200-402c-4333-a5a4-36ef6709af2f", Title: "Missing User Instruction"},
		"https://github.com/kubernetes/kubernetes/issues/102612":                                      {Source: fixer.GitHub, ID: "kubernetes/kubernetes#102612"},
		"https://kep.k8s.io/4940":                                                                     {Source: fixer.KEP, ID: "KEP-4940"},
		"https://cwe.mitre.org/data/definitions/250.html":                                             {Source: fixer.CWE, ID: "CWE-250"},
		"https://semgrep.dev/r/yaml.docker-compose.security.no-new-privileges.no-new-privileges":      {Source: fixer.Semgrep, ID: "no-new-privileges"},
		"https://docs.docker.com/reference/dockerfile/#user":                                          {Source: fixer.DockerDocs, ID: "USER", Link: "https://docs.docker.com/reference/dockerfile/#user"},
		"https://attack.mitre.org/techniques/T1548/001/":                                              {Source: fixer.MITRE, ID: "T1548.001"},
		"": {Source: fixer.CISDocker, ID: "4.1"},
	} {
		if got := r.URL(); got != want || !r.Valid() {
			t.Errorf("%s: %q, want %q", r, got, want)
		}
	}
}

func TestReferenceMatches(t *testing.T) {
	user := fixer.Reference{Source: fixer.Trivy, ID: "DS-0002"}
	for _, s := range []string{"DS-0002", "ds002", "DS002", "AVD-DS-0002", "avd-ds-0002", " DS-0002 ", "Trivy DS-0002", "trivy ds-2"} {
		if !user.Matches(s) {
			t.Errorf("%q does not match %s", s, user)
		}
	}
	for _, s := range []string{"", "DS-0020", "DS", "0002", "KSV-0002", "hadolint DS-0002", "DS-0002x", "DS-99999999999999999999"} {
		if user.Matches(s) {
			t.Errorf("%q matches %s", s, user)
		}
	}
	titled := fixer.Reference{Source: fixer.KICSKubernetes, ID: "cf34805e-3872-4c08-bf92-6ff7bb0cfadb", Title: "Container Running As Root"}
	for s, want := range map[string]bool{"CF34805E-3872-4c08-bf92-6ff7bb0cfadb": true, "container running as root": true, "KICS Container Running As Root": true, "running as root": false} {
		if titled.Matches(s) != want {
			t.Errorf("%q: %v, want %v", s, !want, want)
		}
	}
	section := fixer.Reference{Source: fixer.CISDocker, ID: "4.1"}
	for s, want := range map[string]bool{"4.1": false, "CIS Docker 4.1": true, "cis docker 4.1": true, "CIS Docker v1.6.0 4.1": true, "CIS Docker 4.10": false, "CIS Kubernetes 4.1": false} {
		if section.Matches(s) != want {
			t.Errorf("%q: %v, want %v", s, !want, want)
		}
	}
}

func TestCitationsJoinWhatSharesAPage(t *testing.T) {
	got := fixer.Cite([]fixer.Reference{
		{Source: fixer.Checkov, ID: "CKV_K8S_17"}, {Source: fixer.Checkov, ID: "CKV_K8S_18"}, {Source: fixer.Checkov, ID: "CKV_DOCKER_1"},
		{Source: fixer.Trivy, ID: "KSV-0008"}, {Source: fixer.Trivy, ID: "KSV-0009"}, {Source: fixer.CISDocker, ID: "4.1"}, {Source: fixer.CISKubernetes, ID: "5.2.7"},
	})
	var texts []string
	for _, c := range got {
		texts = append(texts, c.Text)
	}
	want := []string{"Checkov CKV_K8S_17, CKV_K8S_18", "Checkov CKV_DOCKER_1", "Trivy KSV-0008", "Trivy KSV-0009", "CIS Docker v1.6.0 4.1", "CIS Kubernetes 5.2.7"}
	if len(texts) != len(want) {
		t.Fatalf("%q", texts)
	}
	for i := range want {
		if texts[i] != want[i] {
			t.Errorf("%q, want %q", texts[i], want[i])
		}
	}
}
