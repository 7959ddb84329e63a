package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

// publishedPorts are the ports of the container that a service publishes, as
// far as they are single numbers.
func publishedPorts(v compose.View) []string {
	var out []string
	for _, s := range v.List("ports") {
		text := s.Node.Text()
		if target := s.Node.Get("target"); target != nil {
			text = target.Text()
		}
		text, _, _ = strings.Cut(text, "/")
		text = text[strings.LastIndexByte(text, ':')+1:]
		if validPort(text) != nil {
			return nil // a range or a variable
		}
		out = append(out, text)
	}
	return out
}

// keptFiles says, in words, where a service that runs the image of a stage mounts
// what it may write to and what outlives its container: a directory of the host,
// or a volume. Files there belong to the number that an account has now. It is ""
// where nothing is mounted so.
func keptFiles(p *fixer.Pass, s *dockerfile.Stage) string {
	for _, v := range servicesOf(p, s) {
		for _, m := range v.Mounts() {
			if m.Tmpfs || m.ReadOnly || m.Source == "" || path.Ext(m.Target) != "" || strings.HasSuffix(m.Source, ".sock") {
				continue
			}
			return fmt.Sprintf("service %s in %s:%d mounts %s at %s", v.Name, m.Setting.File, m.Node.Line, m.Source, m.Target)
		}
	}
	return ""
}

// servicesOf returns the Compose services that run the image of a stage.
func servicesOf(p *fixer.Pass, s *dockerfile.Stage) []compose.View {
	var out []compose.View
	for _, v := range p.Topology().Users(p.File.Path) {
		if b, ok := p.Topology().ServiceBuild(v); ok && b.Stage.Index == s.Index {
			out = append(out, v)
		}
	}
	return out
}
