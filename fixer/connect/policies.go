package connect

import (
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// allowed adds the connections that somebody wrote into NetworkPolicies: who names one
// workload and a port of another knows of that connection, also where the address stands
// in code alone. Rules that name several workloads, or no port, say what may connect and
// not what does.
func (c *cluster) allowed(b *builder) {
	for _, o := range c.objects {
		if o.Kind != "NetworkPolicy" || o.Group() != "networking.k8s.io" && o.Group() != "extensions" {
			continue
		}
		spec := o.Node.Get("spec")
		pods := c.oneNamed(o, spec.Get("podSelector"), o.Namespace)
		if pods == nil {
			continue
		}
		for side, key := range map[string]string{"ingress": "from", "egress": "to"} {
			for _, rule := range spec.Get(side).List() {
				for _, end := range rule.Get(key).List() {
					peer := c.peerOf(o, end)
					from, to := peer, pods
					if side == "egress" {
						from, to = pods, peer
					}
					if peer == nil || from.id == to.id {
						continue
					}
					for _, port := range rule.Get("ports").List() {
						c.allow(b, o, from, to, port)
					}
				}
			}
		}
	}
}

// allow adds the connections that one port of a rule lets through.
func (c *cluster) allow(b *builder, o placed, from, to *member, port *yamldoc.Node) {
	number := port.Get("port")
	if number.Text() == "" || !port.Get("endPort").Null() {
		return
	}
	p := servicePort{target: number.Text()}
	if isPort(p.target) {
		p.targetPort = atoi(p.target)
	}
	protocol := protocolOf(port.Get("protocol").Text())
	for _, n := range p.podPorts(to) {
		if n != 0 {
			b.connect(from.id, to.id, n, protocol, Medium, "", Evidence{from.name + " NetworkPolicy/" + o.Name + " → " + withPort(to.name, n), o.at(number), FromPolicy})
		}
	}
}

// peerOf is the workload that a peer of a rule names, nil where it names none or several.
func (c *cluster) peerOf(o placed, peer *yamldoc.Node) *member {
	namespace := o.Namespace
	if ns := peer.Get("namespaceSelector"); ns != nil {
		labels := ns.Get("matchLabels")
		if namespace = labels.Get("kubernetes.io/metadata.name").Text(); namespace == "" || labels.Len() > 1 || ns.Get("matchExpressions").Len() > 0 {
			return nil
		}
	}
	return c.oneNamed(o, peer.Get("podSelector"), namespace)
}

// oneNamed is the one workload of a namespace whose pods a selector names, nil where it
// names none or several.
func (c *cluster) oneNamed(o placed, selector *yamldoc.Node, namespace string) *member {
	labels := selector.Get("matchLabels")
	if labels.Len() == 0 || selector.Get("matchExpressions").Len() > 0 {
		return nil
	}
	var found []*member
	for _, m := range c.labelled[first(labels)] {
		if !apart(namespace, m.w.Namespace) && kube.Selects(labels, m.w.Meta.Get("labels")) {
			found = append(found, m)
		}
	}
	found = nearest(o.dir(), found, func(m *member) string { return m.dir })
	for _, m := range found {
		if m.id != found[0].id {
			return nil
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found[0]
}
