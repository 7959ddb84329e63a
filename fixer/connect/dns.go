package connect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"golang.org/x/net/publicsuffix"
)

// A clusterName is a name as the DNS of a cluster resolves it.
type clusterName struct {
	pod, service, namespace string
	sure                    bool // it ends as names of a cluster do
}

// clusterNames returns what a host may mean to a pod, the likeliest first: a Service
// of its namespace, one of another, a pod of a headless Service.
func (c *cluster) clusterNames(m *member, host string) []clusterName {
	labels := strings.Split(host, ".")
	if i := slices.Index(labels, "svc"); i > 1 {
		n := clusterName{service: labels[i-2], namespace: labels[i-1], sure: true}
		if i > 2 {
			n.pod = labels[i-3]
		}
		return []clusterName{n}
	}
	switch len(labels) {
	case 1:
		return []clusterName{{service: host, namespace: m.w.Namespace}}
	case 2:
		out := []clusterName{{pod: labels[0], service: labels[1], namespace: m.w.Namespace}}
		if c.namespaces[labels[1]] {
			out = slices.Insert(out, 0, clusterName{service: labels[0], namespace: labels[1]})
		}
		return out
	case 3:
		if c.namespaces[labels[2]] {
			return []clusterName{{pod: labels[0], service: labels[1], namespace: labels[2]}}
		}
	}
	return nil
}

// resolve finds out what a host is to a workload.
func (c *cluster) resolve(b *builder, m *member, a address) resolution {
	if host := strings.TrimSuffix(strings.TrimSuffix(a.host, ".cluster.local"), ".svc"); host == "kubernetes" || host == "kubernetes.default" {
		return resolution{targets: []target{{b.outsider(APIServer, Outside, "API server"), 443, "TCP"}}}
	}
	names := c.clusterNames(m, a.host)
	for _, name := range names {
		found, weak := c.find(m, name)
		if len(found) == 0 || name.pod != "" && !name.sure && !found[0].hasPod(name.pod) {
			continue
		}
		r := c.targets(b, m, a, name, found, weak)
		r.sure = name.sure
		return r
	}
	if len(names) == 1 && names[0].sure {
		return resolution{sure: true, why: fmt.Sprintf("no Service %s is in namespace %s here", names[0].service, names[0].namespace)}
	}
	if service, namespace, ok := c.namespaced(a.host); ok {
		return resolution{inside: true, why: fmt.Sprintf("no Service %s is in namespace %s here", service, namespace)}
	}
	return noAnswer(a.host, "Service")
}

// namespaced takes a host apart that is the name of a Service with its namespace, as
// far as it tells: the namespace is one of the repository, or the host ends in a word in
// which no name of the internet and of a private network ends.
func (c *cluster) namespaced(host string) (service, namespace string, ok bool) {
	labels := strings.Split(host, ".")
	n := len(labels)
	if n != 2 && n != 3 || isIP(host) || slices.ContainsFunc(labels, func(l string) bool { return !serviceLabel().MatchString(l) }) {
		return "", "", false
	}
	service, namespace = labels[n-2], labels[n-1]
	_, public := publicsuffix.PublicSuffix(namespace)
	if public = public || insideNames[namespace] || fileEnds[namespace]; public && (n == 3 || !c.namespaces[namespace]) {
		return "", "", false
	}
	return service, namespace, n == 2 || c.namespaces[namespace]
}

// serviceLabel matches what the name of a Service or a namespace looks like.
var serviceLabel = text.Regexp(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// insideNames are the last words of names of private networks, and of those that are
// kept for examples.
var insideNames = map[string]bool{"internal": true, "local": true, "localdomain": true, "lan": true, "corp": true, "intranet": true, "home": true,
	"private": true, "test": true, "example": true, "invalid": true, "onion": true}

// hasPod reports whether a pod of one of the workloads that a Service selects can
// have a name: that of a StatefulSet with a number.
func (s *service) hasPod(name string) bool {
	return slices.ContainsFunc(s.members, func(m *member) bool { return m.hasPod(name) })
}

func (m *member) hasPod(name string) bool {
	rest, ok := strings.CutPrefix(name, m.w.Name)
	return ok && (rest == "" || rest[0] == '-') || m.w.Pod.Get("hostname").Text() == name
}

// membersNamed are the workloads of a Service that can have a pod of a name; all of them
// where no pod is named, or none fits. A StatefulSet wins, for its pods alone are numbered.
func (s *service) membersNamed(pod string) []*member {
	var fits, numbered []*member
	for _, m := range s.members {
		if pod != "" && m.hasPod(pod) {
			if fits = append(fits, m); m.w.Kind == "StatefulSet" {
				numbered = append(numbered, m)
			}
		}
	}
	switch {
	case len(numbered) > 0:
		return numbered
	case len(fits) > 0:
		return fits
	}
	return s.members
}

// find returns the Services that a name means: those that say that they are in the
// namespace, else those that leave it open; of these the nearest. weak says that a
// namespace is asked for and no file says that the Service is in it.
func (c *cluster) find(m *member, name clusterName) (found []*service, weak bool) {
	var exact, open []*service
	for _, s := range c.services[name.service] {
		switch {
		case s.Namespace == name.namespace:
			exact = append(exact, s)
		case !apart(s.Namespace, name.namespace):
			open = append(open, s)
		}
	}
	if len(exact) == 0 {
		exact, weak = open, name.namespace != "" && m.w.Namespace != "" && name.namespace != m.w.Namespace
	}
	return nearest(m.dir, exact, func(s *service) string { return s.dir() }), weak
}

// targets are the ports of pods that an address leads to by way of Services.
func (c *cluster) targets(b *builder, m *member, a address, name clusterName, found []*service, weak bool) resolution {
	r := resolution{weak: weak}
	self := false
	for _, s := range found {
		if s.external != "" {
			if inner := (address{host: s.external, port: a.port, scheme: a.scheme, form: a.form}); inner.host != a.host && strings.Contains(inner.host, ".svc") {
				return c.resolve(b, m, inner)
			}
			r.away, r.named = s.external, true
			continue
		}
		if len(s.members) == 0 {
			if r.why = fmt.Sprintf("Service/%s selects no workload here", s.Name); s.Node.Get("spec").Get("selector").Len() == 0 {
				r.why = fmt.Sprintf("Service/%s has no selector", s.Name)
			}
			continue
		}
		ports := s.portsFor(a)
		if len(ports) == 0 {
			r.why = fmt.Sprintf("Service/%s has no port %d", s.Name, a.port)
		}
		for _, t := range s.membersNamed(name.pod) {
			if t == m && !m.hasPeers(s, name) {
				self = true
				continue
			}
			for _, p := range ports {
				for _, n := range p.podPorts(t) {
					if x := (target{t.id, n, p.protocol}); !slices.Contains(r.targets, x) {
						r.targets = append(r.targets, x)
					}
				}
			}
		}
	}
	r.self = self && len(r.targets) == 0
	if len(r.targets) > 0 {
		r.away = ""
	}
	return r
}

// hasPeers reports whether a workload that asks for its own Service means other pods of
// it: those of a StatefulSet find each other by the names of pods, or by way of a headless
// Service. One that has a single pod means itself, such as a database whose settings
// have its own address.
func (m *member) hasPeers(s *service, name clusterName) bool {
	replicas, ok := m.w.Node.Get("spec").Get("replicas").Int()
	return m.w.Kind == "StatefulSet" && (s.headless || name.pod != "" || ok && replicas > 1)
}

// portsFor are the ports of a Service that an address may mean. Behind a headless
// one the port is that of the pod.
func (s *service) portsFor(a address) []servicePort {
	if s.headless && a.port != 0 {
		protocol := "TCP"
		for _, p := range s.ports {
			if p.number == a.port || p.targetPort == a.port {
				protocol = p.protocol
			}
		}
		return []servicePort{{number: a.port, targetPort: a.port, protocol: protocol}}
	}
	if a.port != 0 {
		return slices.DeleteFunc(slices.Clone(s.ports), func(p servicePort) bool { return p.number != a.port })
	}
	for _, p := range s.ports {
		if p.number == defaultPort(a.scheme) && p.number != 0 {
			return []servicePort{p}
		}
	}
	if len(s.ports) == 0 {
		return []servicePort{{protocol: "TCP"}}
	}
	return s.ports
}
