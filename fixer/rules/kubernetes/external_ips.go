package kubernetes

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed external_ips.md
var externalIPsDoc string

// ExternalIPs reports Services with externalIPs.
var ExternalIPs = &fixer.Rule{
	Name:     "kubernetes/external-ips",
	Title:    "Service with externalIPs",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CVE, ID: "CVE-2020-8554"},
		{Source: fixer.GitHub, ID: "kubernetes/kubernetes#97076"},
		{Source: fixer.Trivy, ID: "KSV-0108"},
	},
	Doc: externalIPsDoc,
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			ips := o.Node.Get("spec").Get("externalIPs")
			if o.Kind != "Service" || o.Group() != "" || len(ips.List()) == 0 {
				continue
			}
			reportObject(p, o, ips, fixer.Finding{
				Message: fmt.Sprintf("%s receives all traffic that nodes send to %s (externalIPs)", o.ID(), listed(firstTexts(ips))),
				Advice:  "Use type: LoadBalancer (MetalLB provides addresses on bare metal), an Ingress or a Gateway. Block the field in the cluster with the admission plugin DenyServiceExternalIPs",
			})
		}
	},
}
