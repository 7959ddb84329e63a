package container

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// hookDirs are directories whose scripts the entry point of an image runs at each start,
// before the program, and as the user that it starts as.
var hookDirs = text.WordSet("docker-entrypoint.d entrypoint.d cont-init.d my_init.d")

// hookScripts are those of the repository that a build copies into such a directory, where
// the entry point of the base starts the image.
func hookScripts(p *fixer.Pass, b topology.Build) []startScript {
	if b.Stage.Entrypoint().At != nil && !slices.Contains(b.Stage.Entrypoint().Args, "/init") {
		return nil
	}
	var out []startScript
	for _, s := range b.Stage.Chain() {
		for _, i := range s.Instructions {
			sources := dockerfile.ContextSources(i)
			if len(sources) == 0 {
				continue
			}
			to := i.Words[len(i.Words)-1].Value
			for _, source := range sources {
				if source.Dynamic || strings.ContainsAny(source.Value, "*?[") {
					continue
				}
				into := hookTarget(source.Value, to)
				if into == nil {
					continue
				}
				for _, sent := range p.Topology().Sent(b.Path, source.Value) {
					file := p.Read(sent.Path)
					if file == nil || path.Ext(sent.Path) != ".sh" || !into(sent.Below) {
						continue
					}
					if script := shellScripts.Of(file); script != nil {
						out = append(out, startScript{sent.Path, true, script})
					}
				}
			}
		}
	}
	return out
}

// hookTarget tells which files below a source end up in a directory of hooks; nil where
// none can.
func hookTarget(source, to string) func(rel string) bool {
	clean := path.Clean(to)
	switch {
	case hookDirs[path.Base(clean)], hookDirs[path.Base(path.Dir(clean))]:
		return func(rel string) bool { return !strings.Contains(rel, "/") }
	case clean == "/" || clean == "/etc":
		return func(rel string) bool { return hookDirs[path.Base(path.Dir(path.Join("/", source, rel)))] }
	}
	return nil
}
