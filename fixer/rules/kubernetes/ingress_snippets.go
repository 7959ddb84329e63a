package kubernetes

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
)

//go:embed ingress_snippets.md
var ingressSnippetsDoc string

// IngressSnippets reports Ingress annotations with raw proxy configuration.
var IngressSnippets = &fixer.Rule{
	Name:     "kubernetes/ingress-snippets",
	Title:    "raw proxy configuration in an Ingress annotation",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CVE, ID: "CVE-2021-25742"},
		{Source: fixer.GitHub, ID: "kubernetes/kubernetes#126811"},
		{Source: fixer.Checkov, ID: "CKV_K8S_152"},
		{Source: fixer.Checkov, ID: "CKV_K8S_153"},
		{Source: fixer.Checkov, ID: "CKV_K8S_154"},
		{Source: fixer.Kubescape, ID: "C-0059"},
	},
	Doc: ingressSnippetsDoc,
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			if o.Kind == "Ingress" || o.Kind == "VirtualServer" && o.Group() == "k8s.nginx.org" {
				checkSnippets(p, o)
			}
		}
	},
}

func checkSnippets(p *fixer.Pass, o *kube.Object) {
	f := fixer.Finding{}
	var keys []string
	at := o.NameNode()
	seen := map[string]bool{}
	var advice []string
	for key, v := range o.Node.Get("metadata").Get("annotations").All() {
		if !isSnippet(key) {
			continue
		}
		if len(keys) == 0 {
			at = v
		}
		keys = append(keys, key)
		for _, s := range snippetWays {
			if strings.Contains(v.Text(), s.directive) && !seen[s.instead] {
				seen[s.instead] = true
				advice = append(advice, strings.TrimSpace(s.directive)+" → "+s.instead)
			}
		}
	}
	if len(keys) == 0 {
		return
	}
	f.Message = fmt.Sprintf("%s injects raw nginx configuration with %s", o.ID(), listed(keys))
	f.Advice = "Replace the snippets with dedicated annotations. Then disable snippets in the controller"
	if len(advice) > 0 {
		f.Advice = "Replace the snippets with dedicated annotations: " + strings.Join(advice, ", ") + ". Then disable snippets in the controller"
	}
	f.Evidence = []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "ingress-nginx", Text: "The project has been retired since March 2026 and gets no security fixes. Gateway API filters replace most snippets"}}
	if strings.HasPrefix(keys[0], "nginx.org/") {
		f.Evidence = nil
	}
	reportObject(p, o, at, f)
}

func isSnippet(key string) bool {
	if name, ok := strings.CutPrefix(key, "nginx.ingress.kubernetes.io/"); ok {
		return strings.HasSuffix(name, "-snippet")
	}
	name, ok := strings.CutPrefix(key, "nginx.org/")
	return ok && strings.HasSuffix(name, "-snippets")
}

// snippetWays are what snippets mostly hold, and what says the same.
var snippetWays = []struct{ directive, instead string }{
	{"more_set_headers", "nginx.ingress.kubernetes.io/custom-headers"},
	{"add_header", "nginx.ingress.kubernetes.io/custom-headers"},
	{"proxy_set_header", "the controller setting proxy-set-headers"},
	{"rewrite ", "nginx.ingress.kubernetes.io/rewrite-target or permanent-redirect"},
	{"return 30", "nginx.ingress.kubernetes.io/permanent-redirect or temporal-redirect"},
	{"deny ", "nginx.ingress.kubernetes.io/denylist-source-range"},
	{"allow ", "nginx.ingress.kubernetes.io/whitelist-source-range"},
	{"proxy_read_timeout", "nginx.ingress.kubernetes.io/proxy-read-timeout"},
	{"client_max_body_size", "nginx.ingress.kubernetes.io/proxy-body-size"},
	{"auth_request", "nginx.ingress.kubernetes.io/auth-url"},
}
