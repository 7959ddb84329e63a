package kube

import (
	"testing"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

func podOf(t *testing.T, spec string) *Workload {
	t.Helper()
	f, err := yamldoc.Parse([]byte("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: " + spec + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return Parse(f)[0].Workload()
}

func TestWindowsByWhateverShowsIt(t *testing.T) {
	affinity := func(terms string) string {
		return "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [" + terms + "]}}}, containers: [{name: a, image: a}]}"
	}
	image := func(ref string) string { return "{containers: [{name: a, image: '" + ref + "'}]}" }
	const windowsNode = "{matchExpressions: [{key: x, operator: Exists}, {key: kubernetes.io/os, operator: In, values: [windows]}]}"
	for spec, want := range map[string]string{
		"{os: {name: windows}, containers: [{name: a, image: a}]}":                                               "os.name",
		"{nodeSelector: {kubernetes.io/os: windows}, containers: [{name: a, image: a}]}":                         "nodeSelector",
		"{nodeSelector: {beta.kubernetes.io/os: windows}, containers: [{name: a, image: a}]}":                    "nodeSelector",
		"{nodeSelector: {kubernetes.azure.com/os-sku: Windows2022}, containers: [{name: a, image: a}]}":          "nodeSelector",
		"{nodeSelector: {node.kubernetes.io/windows-build: 10.0.20348}, containers: [{name: a, image: a}]}":      "nodeSelector",
		"{securityContext: {windowsOptions: {hostProcess: true}}, containers: [{name: a, image: a}]}":            "windowsOptions",
		"{containers: [{name: a, image: a, securityContext: {windowsOptions: {runAsUserName: ContainerUser}}}]}": "windowsOptions",
		"{runtimeClassName: windows-2019, containers: [{name: a, image: a}]}":                                    "runtimeClassName",
		"{runtimeClassName: gvisor, containers: [{name: a, image: a}]}":                                          "",
		affinity(windowsNode): "affinity",
		affinity("{matchExpressions: [{key: kubernetes.io/os, operator: NotIn, values: [linux]}]}"):              "affinity",
		affinity("{matchExpressions: [{key: node.kubernetes.io/windows-build, operator: Exists}]}"):              "affinity",
		affinity(windowsNode + ", {matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux]}]}"): "",
		affinity("{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux, windows]}]}"):        "",
		affinity("{matchExpressions: [{key: kubernetes.io/os, operator: NotIn, values: [windows]}]}"):            "",
		image("mcr.microsoft.com/dotnet/framework/aspnet:4.8-windowsservercore-ltsc2022"):                        "image",
		image("mcr.microsoft.com/windows/nanoserver:1809"):                                                       "image",
		image("mcr.microsoft.com/dotnet/runtime:8.0-nanoserver-ltsc2022"):                                        "image",
		image("example.org/app:1.2-win"):                                                                  "image",
		image("registry.local:5000/shop/servercore/web:3"):                                                "image",
		image("example.org/window-cleaner:1.2-winner"):                                                    "",
		image("mcr.microsoft.com/dotnet/aspnet:8.0-alpine"):                                               "",
		image("jenkins/jenkins:lts"):                                                                      "",
		"{nodeSelector: {kubernetes.io/os: linux}, os: {name: linux}, containers: [{name: a, image: a}]}": "",
	} {
		if got := podOf(t, spec).Windows(); got != want {
			t.Errorf("%s: %q, want %q", spec, got, want)
		}
	}
}

func TestInjectionsByLabelsAndAnnotations(t *testing.T) {
	for meta, want := range map[string]string{
		`annotations: {dapr.io/enabled: "true", dapr.io/app-id: x}`:                              "Dapr",
		`annotations: {dapr.io/enabled: "false"}`:                                                "",
		`annotations: {dapr.io/app-id: x}`:                                                       "",
		`annotations: {kuma.io/sidecar-injection: enabled}`:                                      "Kuma",
		`labels: {kuma.io/sidecar-injection: disabled}`:                                          "",
		`labels: {sidecar.istio.io/inject: "true"}`:                                              "Istio",
		`labels: {istio-injection: enabled}`:                                                     "Istio",
		`labels: {istio.io/rev: canary}`:                                                         "Istio",
		`labels: {istio.io/dataplane-mode: ambient}`:                                             "",
		`annotations: {linkerd.io/inject: ingress}`:                                              "Linkerd",
		`annotations: {linkerd.io/inject: disabled}`:                                             "",
		`annotations: {consul.hashicorp.com/connect-inject: "true"}`:                             "Consul",
		`annotations: {vault.hashicorp.com/agent-inject: "true", vault.hashicorp.com/role: app}`: "the Vault agent",
		`annotations: {vault.hashicorp.com/agent-inject-secret-db: secret/data/db}`:              "",
		`annotations: {vault.security.banzaicloud.io/vault-addr: "https://vault:8200"}`:          "Bank-Vaults",
		`annotations: {instrumentation.opentelemetry.io/inject-java: "true"}`:                    "instrumentation.opentelemetry.io/inject-java",
		`annotations: {example.org/sidecar-injection: "yes"}`:                                    "example.org/sidecar-injection",
		`annotations: {prometheus.io/scrape: "true"}`:                                            "",
	} {
		f, err := yamldoc.Parse([]byte("{" + meta + "}"))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if asked, _ := Injections(f.Docs[0].Root); len(asked) > 0 {
			got = asked[0].By
		}
		if got != want {
			t.Errorf("%s: %q, want %q", meta, got, want)
		}
	}
}
