package dockerfile

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
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

// hostDirectory says which service mounts a directory of the host that another user than
// root may fail on: one that the container may write to, or one in the home of a person,
// whose files nobody else can read. It is "" where there is none. Whom it belongs to is
// not in the repository. The sources of the application over those in the image, as they are
// mounted for development, are read, and so are directories that are named so.
func hostDirectory(p *fixer.Pass, s *dockerfile.Stage) string {
	for _, v := range servicesOf(p, s) {
		for _, m := range v.Mounts() {
			home := strings.HasPrefix(m.Source, "~") || strings.HasPrefix(m.Setting.Node.Text(), "$HOME") || strings.HasPrefix(m.Setting.Node.Text(), "${HOME")
			if m.Tmpfs || m.ReadOnly && !home || path.Ext(m.Target) != "" || strings.HasSuffix(m.Source, ".sock") || !home && !strings.HasPrefix(m.Source, ".") && !path.IsAbs(m.Source) {
				continue
			}
			if !home && (build.Within(s.Workdir().Text, m.Target) || forReading[path.Base(m.Target)]) {
				continue
			}
			return fmt.Sprintf("service %s in %s:%d mounts %s at %s", v.Name, m.Setting.File, m.Node.Line, cmp.Or(m.Source, m.Setting.Node.Text()), m.Target)
		}
	}
	return ""
}

// forReading are names of directories that applications read.
var forReading = text.WordSet("src app lib pkg cmd internal public pages components views templates test tests spec scripts conf config conf.d certs html www locales migrations")

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
