package container

import (
	"path"
	"slices"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// setuidPrograms are the names of the programs that the Dockerfile which makes the image
// gives the setuid bit, so that they run as the owner of their file, whoever starts them.
func (p *Profile) setuidPrograms() []string {
	if p.setuid == nil {
		return nil
	}
	return p.setuid()
}

// setuidMode matches what may be a mode with the setuid bit.
var setuidMode = text.Regexp(`[\s=]0?[4-7][0-7]{3}\s|[+=][rwx]*s`)

func setuidPrograms(b topology.Build) []string {
	chain := b.Stage.Chain()
	carried := copiedFrom(b.File, chain)
	var out []string
	add := func(at string) {
		if name := path.Base(at); name != "." && name != "/" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, s := range slices.Concat(chain, carried) {
		for _, i := range s.Instructions {
			if mode, ok := i.Flag("chmod"); ok && build.SetsUID(mode.Value) && len(i.Words) > 0 {
				add(i.Words[len(i.Words)-1].Value)
			}
		}
	}
	if !setuidMode().Match(b.File.Source) {
		return out // to read all steps takes much longer
	}
	for _, st := range build.Read(b.File).Steps("RUN") {
		if !slices.Contains(chain, st.Stage) && !slices.Contains(carried, st.Stage) {
			continue
		}
		for _, c := range st.Commands {
			switch mode, _ := c.Mode(); {
			case c.Program == "chmod" && build.SetsUID(mode):
				for _, at := range c.Plain()[min(1, len(c.Plain())):] {
					add(at)
				}
			case c.Program == "install" && build.SetsUID(mode):
				for _, at := range installed(c) {
					add(at)
				}
			}
		}
	}
	return out
}
