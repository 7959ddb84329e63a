package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A startLine is a command line that containers of a stage start with, and what says so.
type startLine struct {
	dockerfile.CommandLine
	where string // "CMD on line 5"
}

// startLines are those of the file and of the Compose services here.
func (s *imageCheck) startLines() []startLine {
	var out []startLine
	for _, c := range s.commands() {
		if c.At != nil {
			out = append(out, startLine{c, fmt.Sprintf("%s on line %d", c.At.Keyword, c.At.Line)})
		}
	}
	for _, v := range servicesOf(s.pass, s.stage) {
		for _, key := range []string{"entrypoint", "command"} {
			node := v.Setting(key).Node
			c := dockerfile.CommandLine{Args: node.Texts()}
			if text := node.Text(); text != "" {
				c = dockerfile.CommandLine{Args: []string{text}, Shell: true}
			}
			out = append(out, startLine{c, fmt.Sprintf("%s in %s", v.Name, v.File)})
		}
	}
	return out
}

// writesAsRoot says which command writes, before or as the program starts, to a path that
// only root can write to and that nothing here gives to the user, or "". Scripts of the
// repository are read, too; what a condition decides in them may be for root alone.
func (s *imageCheck) writesAsRoot() string {
	given := sync.OnceValue(func() writables { return s.givenFolders(s.spot()) })
	for _, line := range s.startLines() {
		commands, _ := build.ReadWords(line.Args)
		if line.Shell {
			commands, _ = build.ReadText(strings.Join(line.Args, " "))
		}
		if why := s.writesOf(line.where, commands, given); why != "" {
			return why
		}
	}
	for _, r := range s.scripts() {
		sure := slices.DeleteFunc(slices.Clone(r.Commands), func(c build.Command) bool {
			return r.Perhaps(c) && (!r.InFunction(c) || r.ForRootAlone(c))
		})
		if why := s.writesOf("The script "+r.Place, sure, given); why != "" {
			return why
		}
	}
	return ""
}

// scripts are those of the repository that the stage starts, as far as they were read.
func (s *imageCheck) scripts() []container.Run {
	return container.ScriptRuns(s.pass, s.build())
}

// writesOf is writesAsRoot for the commands of one place.
func (s *imageCheck) writesOf(where string, commands []build.Command, given func() writables) string {
	done, dir := s.settledByCommand(), s.stage.Workdir().Text
	for _, c := range commands {
		if to := c.Plain(); c.Program == "cd" && len(to) == 1 {
			dir = s.startPath(dir, to[0])
		}
		paths, here, _ := container.Written(c)
		if here {
			paths = append(paths, ".")
		}
		if c.Program == "rm" && c.Has("-f", "-rf", "-fr", "--force") || c.Program == "rmdir" {
			continue // what is not there need not go
		}
		for _, p := range paths {
			at := s.startPath(dir, p)
			if at == "" || at == "/" || anybodys(at) || done.hold(at) || given().hold(at) {
				continue
			}
			owned := at
			if c.Program != "mkdir" && p != "." {
				owned = path.Dir(at)
			}
			return fmt.Sprintf("Make the user the owner of %s (RUN mkdir -p and chown), then add USER. %s runs `%s`, which writes to %s", owned, where, text.VisibleLine(c.Program), text.VisibleLine(at))
		}
	}
	return ""
}

// startPath is a path of a command that is started in a directory, with the variables of
// the image put in; "" where something else decides it.
func (s *imageCheck) startPath(dir, p string) string {
	p = strings.Trim(p, `"'`)
	for strings.HasPrefix(p, "$") {
		name, rest := strings.TrimPrefix(p, "$"), ""
		if inner, after, ok := strings.Cut(strings.TrimPrefix(name, "{"), "}"); strings.HasPrefix(name, "{") && ok {
			name, rest = inner, after
		} else if k := strings.IndexByte(name, '/'); k >= 0 {
			name, rest = name[:k], name[k:]
		}
		v, set := s.stage.LookupEnv(name)
		if !set || !v.Known || strings.HasPrefix(v.Text, "$") {
			return ""
		}
		p = v.Text + rest
	}
	switch {
	case p == "" || p == "-" || strings.ContainsAny(p, "$`~*?[{"), dir == "" && !path.IsAbs(p):
		return ""
	case !path.IsAbs(p):
		return path.Join(dir, p)
	}
	return path.Clean(p)
}

// anybodys reports whether every user can write to a path.
func anybodys(p string) bool {
	return slices.ContainsFunc([]string{"/tmp", "/var/tmp", "/dev", "/proc", "/sys"}, func(dir string) bool { return build.Within(p, dir) })
}

// hold reports whether a path is given to the user, or lies in what is.
func (l writables) hold(at string) bool {
	return slices.ContainsFunc(l, func(d writable) bool {
		return !d.open && (d.path == at || !d.flat && build.Within(at, d.path) || d.flat && path.Dir(at) == d.path)
	})
}
