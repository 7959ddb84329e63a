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
	for _, v := range heirsOf(p, s) {
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
// mounted for development, are read, and so are directories that are named so. A stage that
// is called one for development starts tools that write to them: caches, logs and output.
func hostDirectory(p *fixer.Pass, s *dockerfile.Stage) string {
	for _, v := range heirsOf(p, s) {
		for _, m := range v.Mounts() {
			home := strings.HasPrefix(m.Source, "~") || strings.HasPrefix(m.Setting.Node.Text(), "$HOME") || strings.HasPrefix(m.Setting.Node.Text(), "${HOME")
			if m.Tmpfs || m.ReadOnly && !home || path.Ext(m.Target) != "" || strings.HasSuffix(m.Source, ".sock") || !home && !strings.HasPrefix(m.Source, ".") && !path.IsAbs(m.Source) {
				continue
			}
			if sources := build.Within(s.Workdir().Text, m.Target); !home && (sources && !forDevelopment[strings.ToLower(s.Name)] || !sources && forReading[path.Base(m.Target)]) {
				continue
			}
			return fmt.Sprintf("service %s in %s:%d mounts %s at %s", v.Name, m.Setting.File, m.Node.Line, cmp.Or(m.Source, m.Setting.Node.Text()), m.Target)
		}
	}
	return ""
}

// forDevelopment are names of stages in which people work on the application.
var forDevelopment = text.WordSet("dev devel develop development local debug watch devserver dev-server")

// forReading are names of directories that applications read.
var forReading = text.WordSet("src app lib pkg cmd internal public pages components views templates test tests spec scripts conf config conf.d certs html www locales migrations")

// servicesOf returns the Compose services that run the image of a stage: those that build
// it, and those that name it, as far as names tell.
func servicesOf(p *fixer.Pass, s *dockerfile.Stage) []compose.View {
	var out []compose.View
	for _, r := range p.Topology().Runs(p.File.Path, s.Index) {
		out = append(out, r.View)
	}
	return out
}

// maxHeirs bounds how far images are followed that are made from one another.
const maxHeirs = 4

// heirsOf returns the services that run the image of a stage, and those that run an image
// made from it by other Dockerfiles: a user and the files it owns are theirs as well.
func heirsOf(p *fixer.Pass, s *dockerfile.Stage) []compose.View {
	out := servicesOf(p, s)
	type image struct {
		path  string
		stage int
	}
	next := []image{{p.File.Path, s.Index}}
	for range maxHeirs {
		var made []image
		for _, from := range next {
			for _, d := range p.Topology().Derived(from.path) {
				if d.Of.Stage.Index != from.stage {
					continue
				}
				for _, stage := range d.File.Stages {
					if !build.InChain(stage, d.Stage) {
						continue
					}
					made = append(made, image{d.Path, stage.Index})
					for _, r := range p.Topology().Runs(d.Path, stage.Index) {
						out = append(out, r.View)
					}
				}
			}
		}
		next = made
	}
	return out
}
