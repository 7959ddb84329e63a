package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// removal matches a call of rm, which leaves nothing that has to be read.
var removal = text.Regexp(`\brm\s+-[^;&|\n]*`)

// homeFile returns the program of a step that puts files into the home directory of root, or
// a link to one of these where others look for it; "" for none. What removes them is not meant.
func (s *imageCheck) homeFile(i *dockerfile.Instruction) string {
	opened := slices.ContainsFunc(s.product, func(d writable) bool { return d.open }) // others may enter, and find what is not hidden
	inside := func(p string) bool {
		p = strings.Trim(p, `"'`)
		return build.Within(p, "/root") && (!opened || strings.Contains(p, "/root/."))
	}
	for _, c := range build.Of(s.pass.File).Step(i).Commands {
		if c.Program == "rm" || c.Program == "rmdir" {
			continue
		}
		paths, _, _ := container.Written(c)
		if c.Program == "ln" {
			for _, w := range c.Args() {
				paths = append(paths, w.Value)
			}
		}
		if slices.ContainsFunc(paths, inside) && !s.settledByCommand().hold("/root") {
			return c.Program // nothing gives them away
		}
	}
	return ""
}

// runsFetcher returns the script of the project that a step runs with Python and that fetches
// into the home directory of its user, and what it does; "" where none is known to.
func (s *imageCheck) runsFetcher(i *dockerfile.Instruction) (script, what string) {
	ctx, ok := s.pass.Topology().Context(s.pass.File.Path)
	if !ok {
		return "", ""
	}
	dir := s.stage.WorkdirAt(i).Text
	for _, c := range build.Of(s.pass.File).Step(i).Commands {
		args := c.Plain()
		if !strings.HasPrefix(c.Program, "python") || len(args) == 0 || path.Ext(args[0]) != ".py" {
			continue
		}
		at := args[0]
		if rest, below := strings.CutPrefix(at, dir+"/"); below {
			at = rest
		}
		if path.IsAbs(at) {
			continue
		}
		f := s.pass.Read(ctx.Join(path.Clean(at)))
		if f == nil {
			continue
		}
		if _, what := s.fetches(string(f.Data)); what != "" {
			return args[0], what
		}
	}
	return "", ""
}
