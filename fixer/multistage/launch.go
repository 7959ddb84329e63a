package multistage

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// launches are the texts that run in a container of the image: what it starts, how its
// health is checked, and what Compose services and manifests run in it.
func (c *conversion) launches() []string {
	out := []string{c.app.Starts()}
	for _, m := range c.manifests() {
		out = append(out, m.text())
	}
	if h := c.app.Stage.Healthcheck(); h.At != nil {
		out = append(out, build.CommandText(c.app.File, h.At))
	}
	for _, v := range c.app.Services() {
		test := v.Setting("healthcheck").Node.Get("test")
		out = append(out, test.Text()+" "+strings.Join(test.Texts(), " "))
	}
	return out
}

// called reports whether something that runs in a container calls a program.
func (c *conversion) called(program string) bool {
	mention := text.MustCompile(`(^|[^\w./-])` + regexp.QuoteMeta(program) + `($|[^\w.-])`)
	return slices.ContainsFunc(c.launches(), mention.MatchString)
}

// clients are programs that images with compilers bring and smaller ones do not, with
// the package that has each.
var clients = map[string]string{"curl": "curl", "wget": "wget", "git": "git", "psql": "postgresql-client", "pg_isready": "postgresql-client", "mysql": "default-mysql-client",
	"openssl": "openssl", "ssh": "openssh-client", "convert": "imagemagick", "xz": "xz-utils", "unzip": "unzip", "file": "file", "hg": "mercurial"}

// brought are the packages for programs that a container calls, that the base image of
// the build has and the other one lacks.
func (c *conversion) brought(r stack.Runtime) []string {
	var out []string
	runtime := c.pass.Facts.Image(r.Image).Base
	for _, name := range slices.Sorted(maps.Keys(clients)) {
		if c.app.Base.Has(name) == image.Present && runtime.Has(name) != image.Present && r.Image != c.app.Ref.Familiar() && c.called(name) {
			out = appendOnce(out, clients[name])
		}
	}
	return out
}

// needsShell says what in the file or beside it needs a shell, or a program of one, in
// a container; "" for nothing.
func (c *conversion) needsShell() (why string, at *dockerfile.Instruction) {
	a := c.app
	for _, line := range []dockerfile.CommandLine{a.Stage.Entrypoint(), a.Stage.Cmd()} {
		switch {
		case line.At == nil:
		case line.Shell:
			return line.At.Keyword + " is in shell form", line.At
		case len(line.Args) > 0 && (build.IsShell(line.Args[0]) || strings.HasSuffix(line.Args[0], ".sh")):
			return line.At.Keyword + " starts a shell script", line.At
		}
	}
	if h := a.Stage.Healthcheck(); h.At != nil && len(h.Args) > 0 && (h.Shell || !c.startsCopied(h.Args)) {
		return "HEALTHCHECK runs a command that a minimal image does not have", h.At
	}
	for _, v := range a.Services() {
		if key := c.serviceNeedsShell(v); key != "" {
			return "service " + text.VisibleLine(v.Name) + " sets " + key, nil
		}
	}
	for _, m := range c.manifests() {
		if !c.startsCopied(m.words) && (m.what != "args" || a.Stage.Entrypoint().At == nil) {
			return "a manifest runs a command in the container (" + m.shown() + ")", nil
		}
	}
	return "", nil
}

// serviceNeedsShell names the setting of a Compose service that runs something which is
// not of the application; "" for none.
func (c *conversion) serviceNeedsShell(v compose.View) string {
	words := func(n *yamldoc.Node) []string {
		if t := n.Text(); t != "" {
			return strings.Fields(t) // which Compose splits, without a shell
		}
		return n.Texts()
	}
	entry := c.app.Stage.Entrypoint()
	if n := v.Setting("entrypoint").Node; n != nil && !c.startsCopied(words(n)) {
		return "entrypoint"
	}
	if n := v.Setting("command").Node; n != nil && entry.At == nil && v.Setting("entrypoint").Node == nil && !c.startsCopied(words(n)) {
		return "command" // with an ENTRYPOINT it is arguments
	}
	h := v.Setting("healthcheck").Node
	if test := h.Get("test"); test != nil {
		if list := test.Texts(); len(list) > 0 && (list[0] == "NONE" || list[0] == "CMD" && c.startsCopied(list[1:])) {
			return ""
		}
		return "healthcheck"
	}
	return ""
}

// startsCopied reports whether words start a compiled program that is copied, by its
// path. What an interpreter runs needs that where its first line names it.
func (c *conversion) startsCopied(words []string) bool {
	return !c.recipe.Whole && len(words) > 0 && path.IsAbs(words[0]) && (c.copied(path.Clean(words[0])) || c.isExtra(path.Clean(words[0])))
}

// utilities are programs that every image with a shell has.
var utilities = text.WordSet(`sh ash dash env exec echo printf cat sleep test true false nice su id date cp mv rm mkdir chown chmod ls find grep sed awk xargs tail head sort tr cut`)

// checkStart refuses a container whose program is not known to be in the image that
// runs.
func (c *conversion) checkStart(r stack.Runtime, packages []string) error {
	a := c.app
	if a.StartsIn == nil {
		return nil // the base image's own
	}
	if err := c.checkScripts(); err != nil {
		return err
	}
	started := startedPrograms(a)
	switch {
	case !r.Shell && len(r.Start) > 0:
		return nil // as the image expects it
	case len(r.Start) > 0:
		started = r.Start[:1]
	}
	for _, words := range started {
		name := path.Base(words)
		abs := a.Absolute(nil, words)
		switch {
		case c.fetched(name) && !slices.Contains([]string{"tini", "dumb-init", "gosu", "su-exec"}, name):
			return stack.Refuse(stack.UnknownStart, a.StartsIn, "Keep "+text.VisibleLine(name)+" in the repository, so that it can be read",
				"the container starts %s, which the build downloads, and oakum does not know what that needs", text.VisibleLine(name))
		case strings.Contains(words, "/") && abs != "" && (c.copied(abs) || c.isExtra(abs) || slices.Contains(c.parts.settled, abs)):
		case slices.Contains(c.recipe.Programs, name), slices.Contains(c.recipe.Programs, "*"):
		case slices.Contains(packages, name), slices.Contains(packages, programPackages[name]), r.Shell && utilities[name]:
		case r.Shell && r.Same && c.app.Base.Has(name) == image.Present:
		case c.isExtraProgram(name):
		default:
			return stack.Refuse(stack.UnknownStart, a.StartsIn, "Install "+text.VisibleLine(name)+" in the Dockerfile, or start the command by its path",
				"the container starts %s, which is not known to be in a smaller image", text.VisibleLine(name))
		}
	}
	return nil
}

// checkScripts refuses a container whose script builds, or starts what is for
// development, and one whose script is handed such a command.
func (c *conversion) checkScripts() error {
	if cmd := c.app.Stage.Cmd(); c.app.Stage.Entrypoint().At != nil && cmd.At != nil {
		for _, start := range build.Starts(cmd) {
			if start.Kind == build.StartsDevelopment && !prepares[path.Base(start.What[strings.LastIndexByte(start.What, ' ')+1:])] {
				return stack.Refuse(stack.DevelopmentStart, cmd.At, "Start a production server", "the container starts a development server (%s)", text.VisibleLine(start.What))
			}
		}
	}
	for _, s := range c.app.Scripts() {
		list, _ := build.ReadText(string(s.Data))
		for _, cmd := range list {
			var words []string
			for _, w := range cmd.Words[min(cmd.ProgramWord, len(cmd.Words)):] {
				words = append(words, w.Value)
			}
			if len(words) > 0 && words[0] == "exec" {
				words = words[1:]
			}
			switch start := build.ReadStart(words); {
			case start.Kind == build.StartsBuild, cmd.Package != nil && cmd.Package.Installs(), cmd.Install != nil && cmd.Install.Language != "":
				what := cmp.Or(start.What, cmd.Program)
				return stack.Refuse(stack.BuildAtStart, c.app.StartsIn, "Build in a RUN, and start what the build produces", "the container starts %s, which builds or installs (%s)", text.VisibleLine(s.Path), text.VisibleLine(what))
			case start.Kind == build.StartsDevelopment && !prepares[path.Base(words[len(words)-1])] && !slices.Contains(words, "migrate") && !slices.Contains(words, "collectstatic"):
				return stack.Refuse(stack.DevelopmentStart, c.app.StartsIn, "Start a production server", "the container starts %s, which starts a development server (%s)", text.VisibleLine(s.Path), text.VisibleLine(start.What))
			}
		}
	}
	return nil
}

// prepares are last words of commands that prepare the start, such as migrations.
var prepares = text.WordSet("migrate deploy collectstatic upgrade")

// fetched reports whether a program is one that the build downloads.
func (c *conversion) fetched(name string) bool {
	return slices.ContainsFunc(c.parts.extra, func(have stack.Copy) bool {
		return path.Base(have.Path) == name && (have.Why == "curl" || have.Why == "wget" || have.Why == remote)
	})
}

// remote is why a path is there that ADD downloads.
const remote = "ADD of a remote file"

// startedPrograms are the programs that the command of the image starts, wrappers among
// them.
func startedPrograms(a *stack.App) []string {
	var out []string
	for _, line := range []dockerfile.CommandLine{a.Stage.Entrypoint(), a.Stage.Cmd()} {
		if line.At == nil || line.At != a.StartsIn && a.Stage.Entrypoint().At != nil {
			continue // arguments of the other
		}
		if !line.Shell && len(line.Args) > 0 {
			out = append(out, line.Args[0])
		}
		for _, words := range build.Started(line) {
			if len(words) > 0 && !slices.Contains(out, words[0]) && !strings.ContainsAny(words[0], "$`\"'=") {
				out = append(out, words[0])
			}
		}
	}
	return out
}

// programPackages are the packages of programs that have another name.
var programPackages = map[string]string{"supervisord": "supervisor", "crond": "cron", "httpd": "apache2", "apachectl": "apache2", "apache2ctl": "apache2", "redis-server": "redis"}

func (c *conversion) isExtra(p string) bool {
	return slices.ContainsFunc(c.parts.extra, func(have stack.Copy) bool { return build.Within(p, have.Path) })
}

// isExtraProgram reports whether one of the paths that are copied besides is a program
// of that name in PATH.
func (c *conversion) isExtraProgram(name string) bool {
	return slices.ContainsFunc(c.parts.extra, func(have stack.Copy) bool {
		return path.Base(have.Path) == name && strings.HasSuffix(path.Dir(have.Path), "bin")
	})
}

func appendOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
