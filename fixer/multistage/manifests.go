package multistage

import (
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A manifestCommand is what a manifest has a container run: its command, or that of a
// probe or a hook.
type manifestCommand struct {
	image string
	words []string
	what  string // "command", "livenessProbe": for people
	place string
}

// manifestCommands are those of all manifests, by the images of their containers without
// tags and digests.
var manifestCommands = fixer.NewIndex(func(f *fixer.File) bool { return len(commandsIn(f)) > 0 }, func(files []*fixer.File) map[string][]manifestCommand {
	out := map[string][]manifestCommand{}
	for _, f := range files {
		for _, c := range commandsIn(f) {
			repo := image.WithoutTag(c.image)
			out[repo] = append(out[repo], c)
		}
	}
	return out
})

func commandsIn(f *fixer.File) []manifestCommand {
	var out []manifestCommand
	for _, o := range f.Objects {
		if w := o.Workload(); w != nil {
			for _, c := range w.Containers() {
				out = append(out, commandsOf(f, c)...)
			}
		}
	}
	return out
}

func commandsOf(f *fixer.File, c kube.Container) []manifestCommand {
	var out []manifestCommand
	add := func(what string, words []string, line int) {
		if len(words) > 0 {
			out = append(out, manifestCommand{c.Image, words, what, f.Path + ":" + strconv.Itoa(line)})
		}
	}
	if n := c.Node.Get("command"); n != nil {
		add("command", append(n.Texts(), c.Node.Get("args").Texts()...), n.Line)
	} else if n := c.Node.Get("args"); n != nil {
		add("args", n.Texts(), n.Line) // in the place of CMD
	}
	for _, key := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		if n := c.Node.Get(key).Get("exec").Get("command"); n != nil {
			add(key, n.Texts(), n.Line)
		}
	}
	for _, key := range []string{"postStart", "preStop"} {
		if n := c.Node.Get("lifecycle").Get(key).Get("exec").Get("command"); n != nil {
			add(key, n.Texts(), n.Line)
		}
	}
	return out
}

// manifests are the commands that manifests run in containers of the image, as far as
// the repository shows that it is this one.
func (c *conversion) manifests() []manifestCommand {
	var out []manifestCommand
	links := c.pass.Topology()
	for _, repo := range links.Images(c.app.Path) {
		for _, m := range manifestCommands.Of(c.pass)[repo] {
			if b, ok := links.ImageBuild(m.image); ok && b.Path == c.app.Path {
				out = append(out, m)
			}
		}
	}
	return out
}

// shown names the command for people.
func (m manifestCommand) shown() string { return text.VisibleLine(m.what + " in " + m.place) }

// develops says what for development a manifest starts; "" for nothing.
func (m manifestCommand) develops() string {
	if start := build.ReadStart(m.words); (m.what == "command" || m.what == "args") && (start.Kind == build.StartsDevelopment || start.Kind == build.StartsBuild) {
		return start.What
	}
	return ""
}

func (m manifestCommand) text() string { return strings.Join(m.words, " ") }
