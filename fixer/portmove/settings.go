package portmove

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/buildcontext"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/nginx"
	"github.com/oakum-sec/oakum/fixer/text"
)

// readSettings moves the port in the configuration files that the stage copies. listens
// is false where no server is left that listens on the port.
func (m *Move) readSettings() (listens bool, err error) {
	ours, taken := true, false // the server of the image itself listens on the port; another has the other port
	for _, i := range m.stage.Instructions {
		switch i.Keyword {
		case "RUN":
			removes, err := m.readStep(i)
			if err != nil {
				return false, err
			}
			ours = ours && !removes
		case "COPY", "ADD":
			files, err := m.copiedSettings(i)
			if err != nil {
				return false, err
			}
			for _, f := range files {
				moved, has, err := m.readServers(i, f.source)
				if err != nil {
					return false, err
				}
				listens, taken = listens || moved, taken || has
				ours = ours && f.to != nginx.Servers+"/default.conf"
			}
		}
	}
	if listens = listens || ours; listens && taken {
		return false, fmt.Errorf("another server of the image listens on port %d already", m.to)
	}
	return listens, nil
}

// readStep looks for what a RUN does to the configuration: it may take the server of the
// image away.
func (m *Move) readStep(i *dockerfile.Instruction) (removes bool, err error) {
	f := m.pass.File.Dockerfile
	if !strings.Contains(build.CommandText(f, i), nginx.Dir) {
		return false, nil
	}
	for _, c := range build.Of(m.pass.File).Step(i).Commands {
		if c.Program != "rm" {
			return false, fmt.Errorf("line %d changes the configuration of the server", i.Line)
		}
		for _, name := range c.Plain() {
			switch name {
			case nginx.Servers + "/default.conf", nginx.Servers + "/*", nginx.Servers + "/*.conf":
				removes = true
			default:
				return false, fmt.Errorf("line %d removes %s", i.Line, text.VisibleLine(name))
			}
		}
	}
	return removes, nil
}

// A copied is a configuration file: where it is in the repository, and in the image.
type copied struct{ source, to string }

// copiedSettings are the files of servers that an instruction copies.
func (m *Move) copiedSettings(i *dockerfile.Instruction) ([]copied, error) {
	if len(i.Words) < 2 {
		return nil, nil
	}
	last := i.Words[len(i.Words)-1]
	to := last.Value
	if !path.IsAbs(to) {
		to = path.Join(m.stage.WorkdirAt(i).Text, to)
	}
	into := strings.HasSuffix(last.Value, "/") || len(i.Words) > 2
	if to = path.Clean(to); !build.Within(to, nginx.Dir) && to != "/" && to != path.Dir(nginx.Dir) {
		return nil, nil
	}
	sources := dockerfile.ContextSources(i)
	if last.Dynamic || len(sources) != len(i.Words)-1 || !build.Within(to, nginx.Servers) {
		return nil, fmt.Errorf("line %d copies to %s, and oakum does not read which configuration", i.Line, text.VisibleLine(to))
	}
	ctx, ok := m.pass.Topology().Context(m.pass.File.Path)
	if !ok {
		return nil, fmt.Errorf("line %d copies a configuration file, and the build context is unknown", i.Line)
	}
	var out []copied
	for _, w := range sources {
		src := path.Join("/", w.Value)[1:]
		n, there := ctx.Has(src)
		switch {
		case w.Dynamic || !there && src != "":
			return nil, fmt.Errorf("line %d copies %s, which is not in the repository", i.Line, text.VisibleLine(w.Value))
		case src == "" || n.Kind != buildcontext.Plain:
			for n := range ctx.Tree.Below(ctx.Join(src)) {
				if rel, ok := ctx.Rel(n.Path); ok && n.Kind == buildcontext.Plain && path.Ext(rel) == ".conf" && path.Dir(rel) == path.Clean(src) && ctx.Sends(rel) {
					out = append(out, copied{n.Path, path.Join(to, path.Base(rel))})
				}
			}
		case into || to == nginx.Servers:
			out = append(out, copied{ctx.Join(src), path.Join(to, path.Base(src))})
		default:
			out = append(out, copied{ctx.Join(src), to})
		}
	}
	return out, nil
}

// readServers moves the port in one file. moved is false where none of its servers
// listens on it, and taken is true where one listens on the other.
func (m *Move) readServers(i *dockerfile.Instruction, source string) (moved, taken bool, err error) {
	f := m.pass.Read(source)
	if f == nil || f.Kind != fixer.Project || f.Data == nil {
		return false, false, fmt.Errorf("line %d copies %s, which oakum has not read", i.Line, text.VisibleLine(source))
	}
	edits, taken, err := nginx.MoveListen(f.Data, m.from, m.to)
	if err != nil {
		return false, false, fmt.Errorf("%s cannot change its port: %w", text.VisibleLine(source), err)
	}
	if len(edits) == 0 {
		return false, taken, nil
	}
	if other := m.sharedWith(i, source); other != "" {
		return false, false, fmt.Errorf("%s is used by %s, too", text.VisibleLine(source), text.VisibleLine(other))
	}
	text.Sort(edits)
	m.settings = append(m.settings, setting{source, edits})
	m.Places = append(m.Places, source)
	return true, taken, nil
}

// A use is a file that a Dockerfile copies as configuration of a server.
type use struct {
	file string
	line int
	name string // without directory
}

// settingUses are those of all Dockerfiles.
var settingUses = fixer.NewIndex(func(f *fixer.File) bool { return f.Dockerfile != nil && len(usesIn(f)) > 0 }, func(files []*fixer.File) []use {
	var out []use
	for _, f := range files {
		out = append(out, usesIn(f)...)
	}
	return out
})

func usesIn(f *fixer.File) []use {
	var out []use
	for _, i := range f.Dockerfile.Instructions {
		for _, w := range dockerfile.ContextSources(i) {
			if path.Ext(w.Value) == ".conf" {
				out = append(out, use{f.Path, i.Line, path.Base(w.Value)})
			}
		}
	}
	return out
}

// sharedWith names another place that uses a configuration file: another image, or a
// container into which it is mounted.
func (m *Move) sharedWith(i *dockerfile.Instruction, source string) string {
	for _, u := range settingUses.Of(m.pass) {
		if u.name == path.Base(source) && !(u.file == m.pass.File.Path && u.line == i.Line) && fixer.Beside(u.file, source) {
			return u.file
		}
	}
	for _, file := range composeFiles.Of(m.pass) {
		for _, v := range m.pass.Topology().Compose().Views(file) {
			if slices.ContainsFunc(v.Mounts(), func(mount compose.Mount) bool {
				return path.Join(path.Dir(mount.Setting.File), mount.Source) == source
			}) {
				return "service " + v.Name
			}
		}
	}
	return ""
}
