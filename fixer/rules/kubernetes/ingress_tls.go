package kubernetes

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed ingress_tls.md
var ingressTLSDoc string

// IngressTLS reports Ingresses without TLS.
var IngressTLS = &fixer.Rule{
	Name:     "kubernetes/ingress-tls",
	Title:    "Ingress without TLS",
	Severity: fixer.Medium,
	Kind:     fixer.Kubernetes,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.NSA, ID: "encryption in transit"},
		{Source: fixer.Kubescape, ID: "C-0263"},
		{Source: fixer.Polaris, ID: "tlsSettingsMissing"},
		{Source: fixer.KICSKubernetes, ID: "69bbc5e3-0818-4150-89cc-1e989b48f23b", Title: "Ingress Controller Exposes Workload"},
	},
	Params: []fixer.Param{paramTLSSecret},
	Doc:    ingressTLSDoc,
	Check: func(p *fixer.Pass) {
		offers := tlsOffers(p)
		for _, o := range ingresses(p) {
			hosts, every := ingressHosts(o)
			if len(o.Node.Get("spec").Get("tls").List()) > 0 || tlsElsewhere(o) || !every && allLocal(hosts) {
				continue
			}
			f := fixer.Finding{Message: o.ID() + " serves " + orEveryHost(hosts, every) + " without TLS"}
			secret, why := tlsSecret(o, hosts, offers)
			switch {
			case every || len(hosts) == 0:
				f.Advice = "Set the hosts in the rules. Then add spec.tls with these hosts and the name of their Secret of type kubernetes.io/tls"
			case validObjectName(secret) != nil: // none, or a placeholder
				f.Advice = "Add spec.tls with the hosts and the name of their Secret of type kubernetes.io/tls. cert-manager creates and renews it with the annotation cert-manager.io/cluster-issuer"
			default:
				f.Evidence = []fixer.Evidence{{Kind: fixer.FromManifest, Text: why}}
				f.Fixes = []fixer.Fix{tlsFix(o, hosts, secret)}
			}
			reportObject(p, o, nil, f)
		}
	},
}

var paramTLSSecret = fixer.Param{
	Name: "secret", Meaning: "name of the Secret of type kubernetes.io/tls that holds the certificate", Validate: validObjectName,
}

// maxHosts is how many hosts a message names.
const maxHosts = 3

func orEveryHost(hosts []string, every bool) string {
	switch {
	case every:
		return "every host"
	case len(hosts) > maxHosts:
		return fmt.Sprintf("%s and %d more hosts", strings.Join(hosts[:maxHosts], ", "), len(hosts)-maxHosts)
	}
	return listed(hosts)
}

// tlsElsewhere reports whether an annotation shows that TLS ends at the cloud's
// load balancer, or goes on to the pods.
func tlsElsewhere(o *kube.Object) bool {
	if alwaysTLS[ingressClass(o)] {
		return true
	}
	for key, v := range o.Node.Get("metadata").Get("annotations").All() {
		switch key {
		case "alb.ingress.kubernetes.io/certificate-arn",
			"networking.gke.io/managed-certificates", "networking.gke.io/pre-shared-certs", "networking.gke.io/certmap",
			"ingress.gcp.kubernetes.io/pre-shared-cert",
			"appgw.ingress.kubernetes.io/appgw-ssl-certificate":
			return true
		case "alb.ingress.kubernetes.io/listen-ports":
			return strings.Contains(v.Text(), "HTTPS") // the certificate is found by host
		case "traefik.ingress.kubernetes.io/router.tls",
			"nginx.ingress.kubernetes.io/ssl-passthrough", "haproxy.org/ssl-passthrough":
			return isTrueText(v)
		case "traefik.ingress.kubernetes.io/router.entrypoints":
			return v.Text() == "websecure"
		case "konghq.com/protocols":
			return v.Text() == "https"
		}
	}
	return false
}

// alwaysTLS are the classes of controllers that take requests at the edge of a network of
// their own, over TLS, whatever the Ingress says.
var alwaysTLS = map[string]bool{"tailscale": true, "ngrok": true, "cloudflare-tunnel": true, "cloudflared": true}

func allLocal(hosts []string) bool {
	return !slices.ContainsFunc(hosts, func(h string) bool {
		return h != "localhost" && !strings.HasSuffix(h, ".localhost") && !strings.HasSuffix(h, ".test")
	})
}

// A tlsOffer is a Secret that holds a certificate, by what the file says.
type tlsOffer struct {
	by     *kube.Object
	secret string
	names  []string
	why    string
}

// maxOffers is how many offers for one name are kept; one is the rule.
const maxOffers = 20

// tlsOffers returns the offers of a file by each name they are for.
func tlsOffers(p *fixer.Pass) map[string][]tlsOffer {
	out := map[string][]tlsOffer{}
	add := func(o tlsOffer) {
		for _, name := range o.names {
			if len(out[name]) < maxOffers {
				out[name] = append(out[name], o)
			}
		}
	}
	for _, o := range p.File.Objects {
		spec := o.Node.Get("spec")
		switch {
		case o.Kind == "Ingress":
			for _, t := range firstItems(spec.Get("tls")) {
				secret := t.Get("secretName").Text()
				add(tlsOffer{o, secret, firstTexts(t.Get("hosts")), o.ID() + " uses the certificate for the same hosts from the Secret " + secret})
			}
		case o.Kind == "Certificate" && o.Group() == "cert-manager.io":
			secret := spec.Get("secretName").Text()
			add(tlsOffer{o, secret, firstTexts(spec.Get("dnsNames")), o.ID() + " stores the certificate for the hosts in the Secret " + secret})
		}
	}
	return out
}

// tlsSecret returns the Secret that the file says holds the certificate of the
// hosts, and what says so; "" when nothing does.
func tlsSecret(o *kube.Object, hosts []string, offers map[string][]tlsOffer) (name, why string) {
	if len(hosts) == 0 {
		return "", ""
	}
	_, domain, _ := strings.Cut(hosts[0], ".")
	for _, offer := range append(slices.Clip(offers[hosts[0]]), offers["*."+domain]...) {
		if sameNamespace(o, offer.by) && offer.secret != "" && coversHosts(offer.names, hosts) {
			return offer.secret, offer.why
		}
	}
	for _, key := range []string{"cert-manager.io/cluster-issuer", "cert-manager.io/issuer"} {
		if issuer := annotation(o, key); issuer != "" && o.Name != "" {
			return o.Name + "-tls", "The annotation " + key + ": " + issuer + " makes cert-manager store a certificate in the Secret named in tls"
		}
	}
	return "", ""
}

// coversHosts reports whether a certificate for names is one for every host.
func coversHosts(names, hosts []string) bool {
	for _, h := range hosts {
		_, domain, _ := strings.Cut(h, ".")
		if !slices.Contains(names, h) && !slices.Contains(names, "*."+domain) {
			return false
		}
	}
	return true
}

func tlsFix(o *kube.Object, hosts []string, secret string) fixer.Fix {
	return fixer.Fix{
		ID:     "tls",
		Title:  "Add spec.tls for " + orEveryHost(hosts, false) + " with the certificate in " + secret,
		Level:  fixer.Review,
		Breaks: "Clients of http:// are redirected to https://. Until the Secret exists, the controller serves a certificate that clients do not trust",
		Verify: "curl -v " + text.ShellWord("https://"+strings.Replace(hosts[0], "*", "www", 1)) + "\nshows a certificate for the host",
		Params: []fixer.Param{paramTLSSecret.With(secret)},
		Edit: func(d *fixer.Draft) error {
			d.YAML(o.Doc, yamldoc.Set(o.Path.Join("spec", "tls"), []any{
				yamldoc.Map{{Key: "hosts", Value: hosts}, {Key: "secretName", Value: d.Param("secret")}},
			}))
			return nil
		},
	}
}

var objectName = text.Regexp(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

func validObjectName(s string) error {
	if !objectName().MatchString(s) {
		return errors.New("at most 253 lowercase letters, digits, - and ., starting and ending with a letter or digit")
	}
	return nil
}
