package kubernetes

import (
	"fmt"

	"oakum/fixer"
)

// ExternalIPs wants Services that claim no addresses.
var ExternalIPs = &fixer.Rule{
	Name:     "kubernetes/external-ips",
	Title:    "Service claims addresses",
	Severity: fixer.High,
	Kind:     fixer.Kubernetes,
	Doc: fixer.Doc{
		What: `Services with externalIPs. An empty list is left alone, and so is loadBalancerIP, which only the cloud's own controller
grants.`,
		Why: `Every node of the cluster then sends what is meant for that address to the Service, whoever owns the address: traffic to
a name server or to another team's service can be taken over (CVE-2020-8554). Kubernetes 1.36 marks the field as deprecated.`,
		Breaks: `Clients that use the address do not reach the Service until a load balancer answers there.`,
		Verify: `kubectl get service NAME   shows no external address, and clients reach the new one`,
		Bad: `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
  - port: 80
  externalIPs:
  - 192.0.2.10
`,
		Good: `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  selector: {app: web}
  ports:
  - port: 80
`,
		References: []fixer.Reference{
			{Source: "CVE", ID: "CVE-2020-8554", URL: "https://github.com/kubernetes/kubernetes/issues/97076"},
			{Source: "Trivy", ID: "KSV-0108"},
		},
	},
	Check: func(p *fixer.Pass) {
		for _, o := range p.File.Objects {
			ips := o.Node.Get("spec").Get("externalIPs")
			if o.Kind != "Service" || o.Group() != "" || len(ips.List()) == 0 {
				continue
			}
			reportObject(p, o, ips, fixer.Finding{
				Message: fmt.Sprintf("%s takes over what is sent to %s", o.ID(), listed(firstTexts(ips))),
				Advice:  "put a load balancer in front (type: LoadBalancer; MetalLB gives addresses on hardware of one's own), or an Ingress or Gateway that owns the address; and refuse the field in the cluster with the admission plug-in DenyServiceExternalIPs",
			})
		}
	},
}
