package connect

import (
	"encoding/base64"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A cluster is what the manifests of the repository say.
type cluster struct {
	objects    []placed
	members    []*member
	byObject   map[*kube.Object]*member
	bindings   map[boundAccount][]binding
	labelled   map[[2]string][]*member // by a label of their pods
	services   map[string][]*service
	byKind     map[string]map[string][]placed // ConfigMaps and Secrets, by name
	namespaces map[string]bool                // that are named anywhere
}

// A boundAccount is a service account to which roles are bound. Its namespace is "" where
// the binding does not say it, and * among all that are of its name.
type boundAccount struct{ namespace, name string }

// A binding is one of a role to a service account, which the subject names.
type binding struct {
	placed
	subject *yamldoc.Node
}

// bind notes the service accounts to which a binding binds a role.
func (c *cluster) bind(o placed) {
	for _, s := range o.Node.Get("subjects").List() {
		if s.Get("kind").Text() != "ServiceAccount" {
			continue
		}
		namespace, name := s.Get("namespace").Text(), s.Get("name").Text()
		if namespace == "" && o.Kind == "RoleBinding" {
			namespace = o.Namespace
		}
		for _, account := range []boundAccount{{namespace, name}, {"*", name}} {
			c.bindings[account] = append(c.bindings[account], binding{o, s})
		}
	}
}

// boundTo returns the bindings of roles to a service account of a namespace, which may not
// be known.
func (c *cluster) boundTo(namespace, name string) []binding {
	if namespace == "" {
		return c.bindings[boundAccount{"*", name}]
	}
	return slices.Concat(c.bindings[boundAccount{namespace, name}], c.bindings[boundAccount{"", name}])
}

// A placed object is one with the file that it stands in.
type placed struct {
	*kube.Object
	file *fixer.File
}

func (o placed) dir() string { return path.Dir(o.file.Path) }

func (o placed) at(n *yamldoc.Node) Place { return Place{o.file.Path, n.Line} }

// A service is a Service of Kubernetes.
type service struct {
	placed
	headless bool
	external string // the host of an ExternalName
	ports    []servicePort
	members  []*member
}

// A servicePort is a port of a Service.
type servicePort struct {
	number     int
	name       string
	target     string // as written, "" for the number
	targetPort int    // 0 for a name
	protocol   string
	nodePort   int
}

// readKubernetes makes the workloads of all manifests members, and finds out which
// Service selects which.
func (b *builder) readKubernetes() {
	c := &b.kube
	c.byObject = map[*kube.Object]*member{}
	c.bindings = map[boundAccount][]binding{}
	c.services, c.byKind, c.namespaces = map[string][]*service{}, map[string]map[string][]placed{"ConfigMap": {}, "Secret": {}, "ServiceAccount": {}}, map[string]bool{}
	for f := range b.pass.Snapshot.Files() {
		if f.Skip != nil {
			continue
		}
		for _, o := range f.Objects {
			at := placed{o, f}
			c.objects = append(c.objects, at)
			c.namespaces[o.Namespace] = true
			if o.Kind == "Namespace" {
				c.namespaces[o.Name] = true
			}
			if known := c.byKind[o.Kind]; known != nil {
				known[o.Name] = append(known[o.Name], at)
			}
			if o.Kind == "RoleBinding" || o.Kind == "ClusterRoleBinding" {
				c.bind(at)
			}
			if o.Kind == "Service" && o.Group() == "" {
				c.services[o.Name] = append(c.services[o.Name], newService(at))
			}
			if w := o.Workload(); w != nil && !w.Partial {
				m := &member{name: o.Name, w: w, file: f, dir: path.Dir(f.Path)}
				m.node = &Node{Kind: Workload, Name: o.Name, Namespace: o.Namespace, Object: o.Kind, Pods: []*kube.Workload{w},
					Places: []Place{at.at(o.NameNode())}, HostNetwork: w.Pod.Get("hostNetwork").IsTrue()}
				c.members, c.byObject[o] = append(c.members, m), m
			}
		}
	}
	c.identify()
	b.members = append(b.members, c.members...)
	c.labelled = map[[2]string][]*member{}
	for _, m := range c.members {
		for key, value := range m.w.Meta.Get("labels").All() {
			label := [2]string{key, value.Text()}
			if list := c.labelled[label]; len(list) == 0 || list[len(list)-1] != m {
				c.labelled[label] = append(list, m)
			}
		}
	}
	for _, list := range c.services {
		for _, s := range list {
			c.link(s)
		}
	}
}

// identify gives the workloads their ids. One that is written several times, in a
// base and in a release, is one node: it has the same name and the same images.
// Others of one name are told apart by their files.
func (c *cluster) identify() {
	type key struct{ namespace, kind, name string }
	images := map[key][]string{}
	of := func(m *member) key { return key{m.w.Namespace, m.w.Kind, m.w.Name} }
	for _, m := range c.members {
		if sum := strings.Join(m.w.ImageNames(), " "); !slices.Contains(images[of(m)], sum) {
			images[of(m)] = append(images[of(m)], sum)
		}
	}
	first := map[string]string{} // by id and images, the file that names it
	for _, m := range c.members {
		id := "kubernetes:"
		if m.w.Namespace != "" {
			id += m.w.Namespace + "/"
		}
		id += m.w.Kind + "/" + m.w.Name
		if len(images[of(m)]) > 1 {
			sum := id + "\x00" + strings.Join(m.w.ImageNames(), " ")
			if first[sum] == "" {
				first[sum] = m.file.Path
			}
			id += "@" + first[sum]
		}
		m.id, m.node.ID = ID(id), ID(id)
	}
}

func newService(o placed) *service {
	spec := o.Node.Get("spec")
	s := &service{placed: o, headless: spec.Get("clusterIP").Text() == "None"}
	if spec.Get("type").Text() == "ExternalName" {
		s.external = strings.ToLower(spec.Get("externalName").Text())
	}
	for _, n := range spec.Get("ports").List() {
		p := servicePort{name: n.Get("name").Text(), protocol: protocolOf(n.Get("protocol").Text())}
		if number, ok := n.Get("port").Int(); ok {
			p.number, p.targetPort = int(number), int(number)
		}
		if t := n.Get("targetPort"); !t.Null() {
			p.target, p.targetPort = t.Text(), 0
			if isPort(p.target) {
				p.targetPort = atoi(p.target)
			}
		}
		if number, ok := n.Get("nodePort").Int(); ok {
			p.nodePort = int(number)
		}
		s.ports = append(s.ports, p)
	}
	return s
}

// link finds the workloads that a Service selects. Of those in several
// directories the nearest count: others are copies, or another application.
func (c *cluster) link(s *service) {
	selector := s.Node.Get("spec").Get("selector")
	if selector.Len() == 0 || s.external != "" {
		return
	}
	var found []*member
	for _, m := range c.labelled[first(selector)] {
		if !apart(s.Namespace, m.w.Namespace) && kube.Selects(selector, m.w.Meta.Get("labels")) {
			found = append(found, m)
		}
	}
	s.members = nearest(s.dir(), found, func(m *member) string { return m.dir })
	for _, m := range s.members {
		ref := ServiceRef{Name: s.Name}
		for _, p := range s.ports {
			for _, n := range p.podPorts(m) {
				if n != 0 {
					ref.Ports = append(ref.Ports, Port{Number: n, Protocol: p.protocol})
					m.ports = addPort(m.ports, Port{Number: n, Protocol: p.protocol, Evidence: []Evidence{{
						Text: "Service/" + s.Name + " port " + withPort("", p.number)[1:] + " → " + m.name + ":" + withPort("", n)[1:], Place: s.at(s.NameNode()), Source: FromPort,
					}}})
				}
			}
		}
		m.node.Services = append(m.node.Services, ref)
	}
}

// first returns the first label that a selector asks for.
func first(selector *yamldoc.Node) (label [2]string) {
	for key, value := range selector.All() {
		return [2]string{key, value.Text()}
	}
	return label
}

// apart reports whether two namespaces are said to be different ones. Where one
// is left to whoever applies the files, they may be the same.
func apart(a, b string) bool { return a != "" && b != "" && a != b }

// nearest returns those that lie nearest to a directory: in it, else below the
// deepest directory above it that holds any.
func nearest[T any](dir string, list []T, dirOf func(T) string) []T {
	best, out := -1, []T(nil)
	for _, x := range list {
		n := common(dir, dirOf(x))
		if dirOf(x) == dir {
			n = 1 << 10
		}
		if n > best {
			best, out = n, nil
		}
		if n == best {
			out = append(out, x)
		}
	}
	return out
}

// common is how many directories two paths have in common from the root on.
func common(a, b string) int {
	if a == "." || b == "." {
		return 0
	}
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

// podPorts are the ports of a workload that a port of a Service leads to; 0 where a
// name leads to none.
func (p servicePort) podPorts(m *member) []int {
	if p.targetPort != 0 {
		return []int{p.targetPort}
	}
	var out []int
	for _, c := range m.w.Containers() {
		for _, n := range c.Node.Get("ports").List() {
			if number, ok := n.Get("containerPort").Int(); ok && n.Get("name").Text() == p.target {
				out = append(out, int(number))
			}
		}
	}
	if len(out) == 0 {
		return []int{0}
	}
	return out
}

// entry calls take with the values of a ConfigMap or Secret as variables: all of
// them, or that of one key.
func (c *cluster) entry(m *member, kind, name, key string, take func(variable)) {
	for _, o := range c.named(m, kind, name) {
		source := FromConfigMap
		if kind == "Secret" {
			source = FromSecret
		}
		for _, part := range []string{"data", "stringData"} {
			for k, value := range o.Node.Get(part).All() {
				if key != "" && k != key {
					continue
				}
				text := value.Text()
				if kind == "Secret" && part == "data" {
					text = decoded(text)
				}
				take(variable{name: k, value: text, raw: text, certain: true, secret: kind == "Secret", source: source, place: o.at(value), in: kind + "/" + name})
			}
		}
	}
}

// named returns the objects that a pod means by a name: those nearest to it in its
// namespace.
func (c *cluster) named(m *member, kind, name string) []placed {
	var found []placed
	for _, o := range c.byKind[kind][name] {
		if !apart(o.Namespace, m.w.Namespace) {
			found = append(found, o)
		}
	}
	found = nearest(m.dir, found, placed.dir)
	return found[:min(len(found), 1)]
}

func decoded(s string) string {
	out, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		return ""
	}
	return string(out)
}
