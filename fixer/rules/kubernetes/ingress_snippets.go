package kubernetes

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/kube"
)

// IngressSnippets wants no configuration of the proxy inside annotations.
var IngressSnippets = &fixer.Rule{
	Name:     "kubernetes/ingress-snippets",
	Title:    "proxy configuration in an annotation",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Annotations that put raw nginx configuration into the controller's own: nginx.ingress.kubernetes.io/…-snippet and
nginx.org/…-snippets, one finding per object. Left alone: annotations that set one thing each, and the controller's ConfigMap,
which its owner writes.`,
		Why: `The controller's configuration holds its service account's token within reach, and with it every secret of the cluster:
who may write an annotation may read them (CVE-2021-25742). The controller refuses snippets unless its owner turned them on,
so that each Ingress that has one keeps that door open for all others.`,
		Breaks: `What the snippet does has to be said in another way: an annotation of its own, the program itself, or a filter of the
Gateway API.`,
		Verify: `the Ingress works with allow-snippet-annotations: "false" in the controller's ConfigMap`,
		Bad: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/configuration-snippet: |
      rewrite ^/old/(.*)$ /new/$1 permanent;
spec:
  defaultBackend:
    service: {name: web, port: {number: 80}}
`,
		Good: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/permanent-redirect: https://shop.example.org/new
spec:
  defaultBackend:
    service: {name: web, port: {number: 80}}
`,
		References: []fixer.Reference{
			{Source: "CVE", ID: "CVE-2021-25742", URL: "https://github.com/kubernetes/kubernetes/issues/126811"},
			{Source: "Checkov", ID: "CKV_K8S_152, CKV_K8S_153, CKV_K8S_154"},
			{Source: "Kubescape", ID: "C-0059"},
		},
	},
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
	at := nameOf(o)
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
				advice = append(advice, s.directive+" → "+s.instead)
			}
		}
	}
	if len(keys) == 0 {
		return
	}
	f.Message = fmt.Sprintf("%s writes into the proxy's own configuration with %s", o.ID(), listed(keys))
	f.Advice = "say it with annotations of their own, so that the controller's owner can turn snippets off"
	if len(advice) > 0 {
		f.Advice += ": " + strings.Join(advice, ", ")
	}
	f.Evidence = []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "ingress-nginx", Text: "the project is retired since March 2026 and gets no more security fixes; the Gateway API has filters for most of what snippets did"}}
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
	{"proxy_set_header", "the controller's proxy-set-headers"},
	{"rewrite ", "nginx.ingress.kubernetes.io/rewrite-target or permanent-redirect"},
	{"return 30", "nginx.ingress.kubernetes.io/permanent-redirect or temporal-redirect"},
	{"deny ", "nginx.ingress.kubernetes.io/denylist-source-range"},
	{"allow ", "nginx.ingress.kubernetes.io/whitelist-source-range"},
	{"proxy_read_timeout", "nginx.ingress.kubernetes.io/proxy-read-timeout"},
	{"client_max_body_size", "nginx.ingress.kubernetes.io/proxy-body-size"},
	{"auth_request", "nginx.ingress.kubernetes.io/auth-url"},
}
