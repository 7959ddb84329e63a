package portmove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// composeFiles are the paths of all Compose files.
var composeFiles = fixer.NewIndex(func(f *fixer.File) bool { return f.Compose != nil }, func(files []*fixer.File) []string {
	var out []string
	for _, f := range files {
		out = append(out, f.Path)
	}
	return out
})

// readCompose moves the port in the Compose services that run the image.
func (m *Move) readCompose() error {
	for _, file := range composeFiles.Of(m.pass) {
		for _, v := range m.pass.Topology().Compose().Views(file) {
			if m.runs(v) {
				m.Services = append(m.Services, v)
			}
		}
	}
	for _, v := range m.Services {
		if err := m.readService(v); err != nil {
			return fmt.Errorf("service %s in %s %w", text.VisibleLine(v.Name), text.VisibleLine(v.File), err)
		}
	}
	return nil
}

// runs reports whether a service runs the image.
func (m *Move) runs(v compose.View) bool {
	b, ok := m.pass.Topology().ServiceBuild(v)
	if !ok && !v.IsBuilt() && v.Image != "" {
		if b, ok = m.pass.Topology().ImageBuild(v.Image); ok && b.Path == m.pass.File.Path && !b.Certain {
			m.assume(b.Why)
		}
	}
	return ok && b.Path == m.pass.File.Path && b.Stage.Index == m.stage.Index
}

func (m *Move) readService(v compose.View) error {
	if mode := v.Text("network_mode"); mode != "" && mode != "bridge" && mode != "none" {
		return fmt.Errorf("shares a network (network_mode: %s)", text.VisibleLine(mode))
	}
	for _, key := range []string{"command", "entrypoint"} {
		if n := v.Setting(key).Node; n != nil {
			return fmt.Errorf("sets %s", key)
		}
	}
	for _, s := range v.List("ports") {
		if err := m.readPublished(s); err != nil {
			return err
		}
	}
	for _, s := range v.List("expose") {
		switch port, proto, _ := strings.Cut(s.Node.Text(), "/"); {
		case strings.ContainsAny(port, "$-"):
			return fmt.Errorf("exposes %s", text.VisibleLine(port))
		case m.is(port) && proto == "":
			m.setIn(s, m.want())
		case m.is(port) && proto == "tcp":
			m.setIn(s, m.want()+"/tcp")
		}
	}
	if test := v.Field("healthcheck", "test"); test.Node != nil {
		if err := m.readTest(test); err != nil {
			return fmt.Errorf("has a health check that %w", err)
		}
	}
	for _, key := range []string{"environment", "labels", "annotations"} {
		for _, pair := range v.Pairs(key) {
			if m.standalone().MatchString(pair.Value) {
				return fmt.Errorf("names the port in %s (%s)", key, text.VisibleLine(pair.Name))
			}
		}
	}
	if n := v.Field("deploy", "labels").Node; m.mentions(n) {
		return fmt.Errorf("names the port in deploy.labels")
	}
	return nil
}

// readPublished moves the port of the container in an entry of ports.
func (m *Move) readPublished(s compose.Setting) error {
	if target := s.Node.Get("target"); target != nil {
		switch t := target.Text(); {
		case strings.ContainsAny(t, "$-"):
			return fmt.Errorf("publishes %s", text.VisibleLine(t))
		case m.is(t) && (s.Node.Get("protocol") == nil || s.Node.Get("protocol").Text() == "tcp"):
			m.setIn(compose.Setting{Node: target, File: s.File}, m.want())
		}
		return nil
	}
	whole := s.Node.Text()
	published, proto, hasProto := strings.Cut(whole, "/")
	k := strings.LastIndexByte(published, ':') + 1
	if strings.HasSuffix(published, "}") && strings.Contains(published, "${") && strings.LastIndex(published, "${") < k {
		k = strings.LastIndex(published, "${") // the colon of a default
	}
	switch port := published[k:]; {
	case strings.ContainsAny(port, "$-"):
		return fmt.Errorf("publishes a port that a variable names, or several (%s)", text.VisibleLine(whole))
	case !m.is(port) || hasProto && proto != "tcp":
		return nil
	}
	moved := published[:k] + m.want()
	if hasProto {
		moved += "/" + proto
	}
	m.setIn(s, moved)
	return nil
}

// readTest moves the port in the command of a health check: a text, or a list of words.
func (m *Move) readTest(s compose.Setting) error {
	if whole := s.Node.Text(); whole != "" {
		return m.rewrite(s.File, m.docOf(s.File), s.Node, whole)
	}
	return m.rewriteList(s.File, m.docOf(s.File), s.Node)
}

// rewriteList moves the port in a command of several words. A word that is the port may
// stand beside an address.
func (m *Move) rewriteList(file string, doc *yamldoc.Doc, list *yamldoc.Node) error {
	joined := strings.Join(list.Texts(), " ")
	if _, err := m.rewritten(joined); err != nil {
		return err
	}
	for _, n := range list.List() {
		word := n.Text()
		if m.is(word) {
			m.set(file, doc, n, m.want())
			continue
		}
		if bare := itself().FindString(word); bare == word && word != "" && !callsClient(joined) {
			continue // the port is a word of its own
		}
		if err := m.rewriteWord(file, doc, n, word, joined); err != nil {
			return err
		}
	}
	return nil
}

// rewriteWord is rewrite for a word of a command, whose first words may be those of a
// client of HTTP.
func (m *Move) rewriteWord(file string, doc *yamldoc.Doc, n *yamldoc.Node, word, command string) error {
	const lead = "curl "
	if !callsClient(command) || strings.Contains(word, " ") {
		return m.rewrite(file, doc, n, word)
	}
	spans, err := m.rewritten(lead + word)
	if err != nil {
		return err
	}
	if len(spans) > 0 {
		m.set(file, doc, n, strings.TrimPrefix(apply(lead+word, spans), lead))
	}
	return nil
}

func (m *Move) rewrite(file string, doc *yamldoc.Doc, n *yamldoc.Node, whole string) error {
	spans, err := m.rewritten(whole)
	if err != nil {
		return err
	}
	if len(spans) > 0 {
		m.set(file, doc, n, apply(whole, spans))
	}
	return nil
}

func (m *Move) setIn(s compose.Setting, value string) {
	m.set(s.File, m.docOf(s.File), s.Node, value)
}

func (m *Move) docOf(file string) *yamldoc.Doc { return m.pass.Read(file).Compose.Doc }

// mentions reports whether a text below a node has the port as a number of its own.
func (m *Move) mentions(n *yamldoc.Node) bool {
	found := false
	each(n, 0, func(s string) { found = found || m.standalone().MatchString(s) })
	return found
}

// maxDepth bounds how deep values lie in each other.
const maxDepth = 12

// each calls visit with every text below a node, keys of mappings apart.
func each(n *yamldoc.Node, depth int, visit func(s string)) {
	if n = n.Resolve(); n == nil || depth > maxDepth {
		return
	}
	if n.Is(yamldoc.Scalar) {
		visit(n.Text())
	}
	for _, item := range n.List() {
		each(item, depth+1, visit)
	}
	for _, value := range n.All() {
		each(value, depth+1, visit)
	}
}

// readClients looks for what connects to the services past their published ports: other
// services, and configuration files of servers.
func (m *Move) readClients() error {
	names := map[string]bool{}
	for _, v := range m.Services {
		names[v.Name] = true
		for _, key := range []string{"container_name", "hostname"} {
			names[v.Text(key)] = true
		}
	}
	delete(names, "")
	for _, file := range composeFiles.Of(m.pass) {
		for _, v := range m.pass.Topology().Compose().Views(file) {
			if m.runs(v) {
				continue
			}
			if mode, of, _ := strings.Cut(v.Text("network_mode"), ":"); mode == "service" && names[of] {
				return fmt.Errorf("service %s in %s shares the network of %s", text.VisibleLine(v.Name), text.VisibleLine(file), text.VisibleLine(of))
			}
			if !slices.ContainsFunc(m.Services, func(o compose.View) bool { return fixer.Beside(o.File, file) }) {
				continue
			}
			for _, key := range []string{"environment", "command", "entrypoint", "labels", "healthcheck"} {
				for name := range names {
					found := false
					each(v.Setting(key).Node, 0, func(s string) { found = found || m.connects(s, name) })
					if found {
						return fmt.Errorf("service %s in %s connects to %s on the port (%s)", text.VisibleLine(v.Name), text.VisibleLine(file), text.VisibleLine(name), key)
					}
				}
			}
		}
	}
	for _, f := range serverFiles.Of(m.pass) {
		for name := range names {
			if m.connects(string(f.data), name) {
				return fmt.Errorf("%s connects to %s on the port", text.VisibleLine(f.path), text.VisibleLine(name))
			}
		}
	}
	return nil
}

type serverFile struct {
	path string
	data []byte
}

// serverFiles are the configuration files of servers that were read.
var serverFiles = fixer.NewIndex(func(f *fixer.File) bool { return f.Kind == fixer.Project && strings.HasSuffix(f.Path, ".conf") }, func(files []*fixer.File) []serverFile {
	var out []serverFile
	for _, f := range files {
		out = append(out, serverFile{f.Path, f.Data})
	}
	return out
})
