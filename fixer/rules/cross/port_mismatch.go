package cross

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed port_mismatch.md
var portMismatchDoc string

// PortMismatch reports ports of containers on which two files disagree.
var PortMismatch = &fixer.Rule{
	Name:     "cross/port-mismatch",
	Title:    "files disagree about a port",
	Severity: fixer.Medium,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.KubeLinter, ID: "dangling-service"},
		{Source: fixer.KubernetesDocs, ID: "Services", Link: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports"},
		{Source: fixer.DockerDocs, ID: "EXPOSE", Link: "https://docs.docker.com/reference/dockerfile/#expose"},
	},
	Doc: portMismatchDoc,
	Check: func(p *fixer.Pass) {
		for f := range p.Snapshot.Files() {
			if f.Skip != nil || f.Context {
				continue
			}
			for _, o := range f.Objects {
				if o.Kind == "Service" && o.Group() == "" && o.Workload() == nil {
					checkTargets(p, f, o)
				}
				if w := o.Workload(); w != nil && !w.Partial && w.Windows() == "" {
					checkProbePorts(p, f, w)
				}
			}
			if f.Compose != nil {
				checkPublished(p, f)
			}
		}
	},
}

// checkTargets compares the ports that a Service forwards to with those of its pods.
func checkTargets(p *fixer.Pass, f *fixer.File, o *kube.Object) {
	pods := selectedPods(p, f, o)
	if len(pods) == 0 {
		return
	}
	ports := o.Node.Get("spec").Get("ports").List()
	for i, port := range ports {
		target := port.Get("targetPort")
		at := target
		if target.Null() {
			target, at = port.Get("port"), port
		}
		s := servicePort{file: f, object: o, at: at, set: o.Path.Join("spec", "ports", i, "targetPort"), protocol: protocolOf(port), others: slices.Delete(slices.Clone(ports), i, i+1)}
		if number, err := strconv.Atoi(target.Text()); err == nil {
			s.checkNumber(p, pods, number)
		} else if name := target.Text(); name != "" && !strings.ContainsAny(name, "${") {
			s.checkName(p, pods, name)
		}
	}
}

func protocolOf(port *yamldoc.Node) string {
	if s := port.Get("protocol").Text(); s != "" {
		return strings.ToUpper(s)
	}
	return "TCP"
}

// A servicePort is one port of a Service, with where it says what it forwards to.
type servicePort struct {
	file     *fixer.File
	object   *kube.Object
	at       *yamldoc.Node
	set      yamldoc.Path
	protocol string
	others   []*yamldoc.Node // the other ports of the Service
}

// serves reports whether another port of the Service forwards to a port of a pod already: then
// this one was meant for something else.
func (s servicePort) serves(port podPort) bool {
	return slices.ContainsFunc(s.others, func(other *yamldoc.Node) bool {
		target := other.Get("targetPort")
		if target.Null() {
			target = other.Get("port")
		}
		return target.Text() == strconv.Itoa(port.number) || port.name != "" && target.Text() == port.name
	})
}

const portOfOther = "Set targetPort to the port on which the container serves this, or remove the port: another port of the Service forwards to port %d already"

func (s servicePort) checkName(p *fixer.Pass, pods []servedPod, name string) {
	for _, one := range pods {
		if slices.ContainsFunc(one.ports, func(port podPort) bool { return port.name == name }) {
			return
		}
	}
	f := s.finding(fmt.Sprintf("%s forwards to port %q, which no container of %s has: connections to it are refused", s.object.ID(), name, pods[0].workload.ID()))
	f.Evidence = pods[0].declares()
	f.Advice = "Give a port of the container this name, or set targetPort to the number of the port"
	if len(pods) == 1 && len(pods[0].ports) == 1 && pods[0].ports[0].protocol == s.protocol {
		port := pods[0].ports[0]
		var value any = port.number
		if port.name != "" {
			value = port.name
		}
		if f.Fixes = []fixer.Fix{s.fix(value, fmt.Sprintf("the only port of %s", pods[0].workload.ID()))}; s.serves(port) {
			f.Fixes, f.Advice = nil, fmt.Sprintf(portOfOther, port.number)
		}
	}
	p.Report(f)
}

func (s servicePort) checkNumber(p *fixer.Pass, pods []servedPod, number int) {
	if len(pods) != 1 || len(pods[0].ports) != 1 || s.protocol != "TCP" || pods[0].ports[0].protocol != "TCP" {
		return // it is not clear which port is meant
	}
	one, declared := pods[0], pods[0].ports[0]
	spec := container.FromContainer(p, declared.in)
	if declared.number == number || mentions(spec, number) {
		return
	}
	known, evidence := imagePorts(spec)
	asked := probePorts(declared.in)
	f := s.finding(fmt.Sprintf("%s forwards to port %d, but %s listens on port %d: connections are refused", s.object.ID(), number, one.workload.ID(), declared.number))
	switch {
	case slices.Contains(known, number) && slices.Contains(known, declared.number):
		return
	case slices.Contains(known, number) && !slices.Contains(asked, declared.number): // Service and image agree
		f.File, f.Start, f.End = one.file.Path, declared.node.Start, declared.node.End
		f.Path = declared.in.FindingPath() + " containerPort"
		f.Message = fmt.Sprintf("%s of %s declares port %d, but its image and %s use port %d", declared.in.Subject(), one.workload.ID(), declared.number, s.object.ID(), number)
		f.Evidence = append(evidence, s.evidence(number))
		doc, set := one.workload.Doc, declared.in.Path.Join("ports", declared.index, "containerPort")
		f.Fixes = []fixer.Fix{{
			ID: "container-port", Title: fmt.Sprintf("Set containerPort to %d, as in the image and in %s", number, s.object.ID()), Level: fixer.Review,
			Breaks: "NetworkPolicies and monitoring that use the declared port",
			Verify: fmt.Sprintf("kubectl exec POD -- cat /proc/net/tcp /proc/net/tcp6\nlists a socket on port %04X", number),
			Edit: func(d *fixer.Draft) error {
				d.At(one.file.Path).YAML(doc, yamldoc.Set(set, number))
				return nil
			},
		}}
	case slices.Contains(known, number):
		return
	case slices.Contains(known, declared.number), slices.Contains(asked, declared.number):
		f.Evidence = append(one.declares(), evidence...)
		if slices.Contains(asked, declared.number) {
			f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromManifest, Place: one.file.PlaceOf(declared.in.Node), Text: fmt.Sprintf("A probe of the container uses port %d", declared.number)})
		}
		if f.Fixes = []fixer.Fix{s.fix(declared.number, "the port of "+one.workload.ID())}; s.serves(declared) {
			f.Fixes, f.Advice = nil, fmt.Sprintf(portOfOther, declared.number)
		}
	default:
		return
	}
	p.Report(f)
}

func (s servicePort) finding(message string) fixer.Finding {
	return fixer.Finding{
		File: s.file.Path, Path: s.object.ID() + ": " + s.set.String(), Message: message,
		Start: s.at.KeyOrSelf().Start, End: s.at.End,
	}
}

func (s servicePort) evidence(number int) fixer.Evidence {
	return fixer.Evidence{Kind: fixer.FromManifest, Place: s.file.PlaceOf(s.at), Text: fmt.Sprintf("%s forwards to port %d", s.object.ID(), number)}
}

func (s servicePort) fix(value any, why string) fixer.Fix {
	doc, set, file := s.object.Doc, s.set, s.file.Path
	return fixer.Fix{
		ID: "target-port", Title: fmt.Sprintf("Set targetPort to %v, %s", value, why), Level: fixer.Review,
		Breaks: "Clients that rely on the Service not answering on this port",
		Verify: fmt.Sprintf("kubectl get endpointslices -l kubernetes.io/service-name=%s -o jsonpath='{.items[*].ports[*].port}'\nprints the port of the container", s.object.Name),
		Edit: func(d *fixer.Draft) error {
			d.At(file).YAML(doc, yamldoc.Set(set, value))
			return nil
		},
	}
}

// A servedPod is a workload that a Service leads to, with the ports that it declares.
type servedPod struct {
	file     *fixer.File
	workload *kube.Workload
	ports    []podPort
}

type podPort struct {
	in       kube.Container
	index    int
	node     *yamldoc.Node
	number   int
	name     string
	protocol string
}

// A placedPod is a workload with its place: the file, and which of its objects it is.
type placedPod struct {
	file     *fixer.File
	object   int
	workload *kube.Workload
}

// A podLabel is a label of pods in a namespace, for the manifests of one directory.
type podLabel struct{ dir, namespace, key, value string }

// A labelIndex finds workloads by the labels of their pods.
type labelIndex map[podLabel][]placedPod

var podsWithLabel = fixer.Share(func(p *fixer.Pass) labelIndex {
	out := labelIndex{}
	for f := range p.Snapshot.Files() {
		if f.Skip != nil {
			continue
		}
		for i, o := range f.Objects {
			w := o.Workload()
			if w == nil || w.Partial {
				continue
			}
			for key, value := range w.Meta.Get("labels").All() {
				at := podLabel{path.Dir(f.Path), o.Namespace, key, value.Text()}
				out[at] = append(out[at], placedPod{f, i, w})
			}
		}
	}
	return out
})

// candidates returns the workloads with one of the labels of a selector: that which the
// fewest have.
func (x labelIndex) candidates(dir, namespace string, selector *yamldoc.Node) []placedPod {
	var fewest []placedPod
	first := true
	for key, value := range selector.All() {
		if list := x[podLabel{dir, namespace, key, value.Text()}]; first || len(list) < len(fewest) {
			fewest, first = list, false
		}
	}
	return fewest
}

// selectedPods are the workloads beside a Service that it selects: those of its file, else
// of its directory. None are returned where a container is added from outside, and where
// a workload declares no port at all.
func selectedPods(p *fixer.Pass, f *fixer.File, o *kube.Object) []servedPod {
	var same, near []servedPod
	selector := o.Node.Get("spec").Get("selector")
	for _, at := range podsWithLabel.Of(p).candidates(path.Dir(f.Path), o.Namespace, selector) {
		other, w := at.file, at.workload
		if !leadsTo(selector, w.Meta.Get("labels")) {
			continue
		}
		one := servedPod{file: other, workload: w}
		forms := p.Snapshot.Forms(other, at.object)
		if len(forms) != 1 || forms[0] != w || len(container.Added(p, other.Path, w)) > 0 {
			return nil
		}
		for _, c := range w.Containers() {
			for k, port := range c.Node.Get("ports").List() {
				n, _ := port.Get("containerPort").Int()
				one.ports = append(one.ports, podPort{c, k, port.Get("containerPort"), int(n), port.Get("name").Text(), protocolOf(port)})
			}
		}
		if len(one.ports) == 0 {
			return nil
		}
		near = append(near, one)
		if other == f {
			same = append(same, one)
		}
	}
	if len(same) > 0 {
		return same
	}
	return near
}

// leadsTo reports whether a selector that is not empty fits labels.
func leadsTo(selector, labels *yamldoc.Node) bool {
	n := 0
	for key, value := range selector.All() {
		if n++; value.Text() == "" || labels.Get(key).Text() != value.Text() {
			return false
		}
	}
	return n > 0
}

func (o servedPod) declares() []fixer.Evidence {
	var out []fixer.Evidence
	for _, port := range o.ports {
		text := fmt.Sprintf("%s declares containerPort %d", o.workload.ID(), port.number)
		if port.name != "" {
			text += " named " + strconv.Quote(port.name)
		}
		out = append(out, fixer.Evidence{Kind: fixer.FromManifest, Place: o.file.PlaceOf(port.node), Text: text})
	}
	return out
}

// probePorts are the ports that the kubelet asks a container on, by number or by name.
func probePorts(c kube.Container) []int {
	var out []int
	for _, key := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		for _, way := range []string{"httpGet", "tcpSocket", "grpc"} {
			port := c.Node.Get(key).Get(way).Get("port")
			if n, ok := port.Int(); ok {
				out = append(out, int(n))
			}
			for _, declared := range c.Node.Get("ports").List() {
				if n, ok := declared.Get("containerPort").Int(); ok && port.Text() != "" && declared.Get("name").Text() == port.Text() {
					out = append(out, int(n))
				}
			}
		}
	}
	return out
}
