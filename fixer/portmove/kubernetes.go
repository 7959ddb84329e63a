package portmove

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An object is one of a manifest.
type object struct {
	*kube.Object
	file string
}

// objects are those of all manifests that have to do with ports.
var objects = fixer.NewIndex(func(f *fixer.File) bool { return slices.ContainsFunc(f.Objects, aboutPorts) }, func(files []*fixer.File) []object {
	var out []object
	for _, f := range files {
		for _, o := range f.Objects {
			if aboutPorts(o) {
				out = append(out, object{o, f.Path})
			}
		}
	}
	return out
})

func aboutPorts(o *kube.Object) bool {
	return o.Workload() != nil || o.Kind == "Service" && o.Group() == "" || o.Kind == "NetworkPolicy"
}

// readManifests moves the port in the containers that run the image, and in the Services
// that lead to them.
func (m *Move) readManifests() error {
	list := objects.Of(m.pass)
	moved := map[*kube.Workload]bool{}
	for _, o := range list {
		w := o.Workload()
		if w == nil {
			continue
		}
		for _, c := range w.Containers() {
			b, ok := m.pass.Topology().ImageBuild(c.Image)
			if !ok {
				m.suspect(o, c)
			}
			if !ok || b.Path != m.pass.File.Path || b.Stage.Index != m.stage.Index {
				continue
			}
			if !b.Certain {
				m.assume(fmt.Sprintf("%s in %s runs this image (%s)", text.VisibleLine(o.ID()), text.VisibleLine(o.file), text.VisibleLine(b.Why)))
			}
			if err := m.readContainer(o, c); err != nil {
				return fmt.Errorf("%s in %s %w", text.VisibleLine(o.ID()), text.VisibleLine(o.file), err)
			}
			moved[w] = true
			m.noteFile(o.file)
			m.Containers = append(m.Containers, c)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	for _, o := range list {
		var err error
		switch o.Kind {
		case "Service":
			if o.Workload() == nil {
				err = m.readKubeService(o, list, moved)
			}
		case "NetworkPolicy":
			if m.mentions(o.Node.Get("spec")) {
				err = errors.New("names the port")
			}
		}
		if err != nil {
			return fmt.Errorf("%s in %s %w", text.VisibleLine(o.ID()), text.VisibleLine(o.file), err)
		}
	}
	return nil
}

// suspect notes a container that may run the image, under a name that says nothing of
// who builds it.
func (m *Move) suspect(o object, c kube.Container) {
	if e := m.pass.Facts.Named(c.Image).Entry; e != nil && !e.ByName {
		return // a product
	}
	if !slices.ContainsFunc(c.Node.Get("ports").List(), func(p *yamldoc.Node) bool { return m.is(p.Get("containerPort").Text()) }) {
		return
	}
	if other := text.VisibleLine(o.ID() + " in " + o.file); !slices.Contains(m.Others, other) {
		m.Others = append(m.Others, other)
	}
	dir := path.Base(path.Dir(m.pass.File.Path))
	repository, _, _ := strings.Cut(path.Base(c.Image), ":")
	m.Alike = m.Alike || dir != "." && strings.Contains(repository, dir)
}

func (m *Move) readContainer(o object, c kube.Container) error {
	w := c.Workload
	if w.Pod.Get("hostNetwork").IsTrue() {
		return errors.New("uses the network of the node")
	}
	for _, key := range []string{"command", "args"} {
		if c.Node.Get(key) != nil {
			return fmt.Errorf("sets %s", key)
		}
	}
	for _, v := range c.Node.Get("env").List() {
		if m.standalone().MatchString(v.Get("value").Text()) {
			return fmt.Errorf("names the port in the variable %s", text.VisibleLine(v.Get("name").Text()))
		}
	}
	for key, v := range w.Meta.Get("annotations").All() {
		if m.standalone().MatchString(v.Text()) {
			return fmt.Errorf("names the port in the annotation %s", text.VisibleLine(key))
		}
	}
	for _, other := range w.Containers() {
		if other.Path.Equal(c.Path) {
			continue
		}
		if slices.ContainsFunc(other.Node.Get("ports").List(), func(p *yamldoc.Node) bool { return p.Get("containerPort").Text() == m.want() }) {
			return fmt.Errorf("has another container that listens on port %d", m.to)
		}
		asks := false
		each(other.Node, 0, func(s string) { asks = asks || m.connects(s, "localhost") || m.connects(s, "127.0.0.1") })
		if asks {
			return errors.New("has another container that connects to the port")
		}
	}
	for _, port := range c.Node.Get("ports").List() {
		n := port.Get("containerPort")
		if m.is(n.Text()) && protocol(port) == "TCP" {
			m.set(o.file, o.Doc, n, m.want())
		}
	}
	for _, key := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		if err := m.readHandler(o, c.Node.Get(key)); err != nil {
			return fmt.Errorf("has a %s that %w", key, err)
		}
	}
	for _, key := range []string{"postStart", "preStop"} {
		if err := m.readHandler(o, c.Node.Get("lifecycle").Get(key)); err != nil {
			return fmt.Errorf("has a %s hook that %w", key, err)
		}
	}
	return nil
}

// readHandler moves the port of a probe or a hook.
func (m *Move) readHandler(o object, n *yamldoc.Node) error {
	for _, key := range []string{"httpGet", "tcpSocket", "grpc"} {
		if port := n.Get(key).Get("port"); m.is(port.Text()) {
			m.set(o.file, o.Doc, port, m.want())
		}
	}
	if command := n.Get("exec").Get("command"); command != nil {
		return m.rewriteList(o.file, o.Doc, command)
	}
	return nil
}

// readKubeService moves the targetPort of a Service that leads to containers of the image.
func (m *Move) readKubeService(o object, list []object, moved map[*kube.Workload]bool) error {
	spec := o.Node.Get("spec")
	leads, others := false, false
	for _, other := range list {
		w := other.Workload()
		if w == nil || w.Namespace != o.Namespace || !kube.Selects(spec.Get("selector"), w.Meta.Get("labels")) {
			continue
		}
		leads, others = leads || moved[w], others || !moved[w]
	}
	if !leads {
		return nil
	}
	for i, port := range spec.Get("ports").List() {
		target := port.Get("targetPort")
		to := target.Text()
		if target.Null() {
			to = port.Get("port").Text()
		}
		switch {
		case !m.is(to) || protocol(port) != "TCP":
			continue
		case others:
			return errors.New("leads to pods of other images, too")
		case spec.Get("clusterIP").Text() == "None":
			return errors.New("has no address of its own (clusterIP: None), so clients connect to the port of the pods")
		case target.Null():
			m.add(o.file, o.Doc, yamldoc.Set(o.Path.Join("spec", "ports", i, "targetPort"), m.to), port.Line)
		default:
			m.set(o.file, o.Doc, target, m.want())
		}
	}
	return nil
}

func protocol(port *yamldoc.Node) string {
	if p := port.Get("protocol").Text(); p != "" {
		return strings.ToUpper(p)
	}
	return "TCP"
}
