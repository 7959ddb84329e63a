package container

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
)

// mountedScripts are the shell scripts of the repository that a service mounts and starts
// with, each as a run, and what they are handed: they are read as those of an image are.
func (s *Spec) mountedScripts(p *fixer.Pass, v compose.View) []Run {
	if !slices.ContainsFunc(s.Mounts, func(m Mount) bool { return strings.HasPrefix(m.Host, ".") }) {
		return nil
	}
	var out []Run
	for _, at := range s.startedFiles() {
		file := s.repositoryFile(v.File, at)
		if file == "" {
			continue
		}
		f := p.Read(file)
		if f == nil {
			continue
		}
		script := shellScripts.Of(f)
		if script == nil {
			continue
		}
		out = append(out, startScript{file, false, script}.run(s.startDir()))
		if len(s.Entrypoint) == 1 && len(s.Command) > 0 && script.handsOn() {
			out = append(out, NewRun(Run{What: "the command", Place: s.StartPlace, Words: s.Command, Start: true, Dir: s.startDir()}))
		}
	}
	return out
}

// repositoryFile is the file of the repository that a path in the container names, because
// a directory of it, or it alone, is mounted from beside the file of the service; "" where
// no mount tells.
func (s *Spec) repositoryFile(file, at string) string {
	out, nearest := "", ""
	for _, m := range s.Mounts {
		if m.Host == "" || path.IsAbs(m.Host) || strings.ContainsAny(m.Host[:1], "~$") || strings.Contains(m.Host, "$") || !within(m.Target, at) || len(m.Target) < len(nearest) {
			continue
		}
		from := path.Join(path.Dir(file), m.Host, strings.TrimPrefix(at, m.Target))
		if nearest = m.Target; !strings.HasPrefix(from, "../") {
			out = from
		}
	}
	return out
}

// ScriptReads reports whether a script of the repository that a service mounts, with a file of
// its own or by what a command, health check or hook names, holds the name of a variable.
// What the entry point of an image runs by itself has what it exports, whatever the
// environment of the container is.
func (s *Spec) ScriptReads(p *fixer.Pass, file, variable string) bool {
	reads := func(at string) bool {
		if strings.Contains(at, "/docker-entrypoint") {
			return false
		}
		name := s.repositoryFile(file, at)
		if name == "" {
			return false
		}
		f := p.Read(name)
		return f != nil && bytes.Contains(f.Data, []byte(variable))
	}
	for _, r := range s.Runs {
		for _, c := range r.Commands {
			for _, w := range c.Words {
				if at, ok := s.resolve(w.Value, r.Dir); ok && reads(at) {
					return true
				}
			}
		}
	}
	return slices.ContainsFunc(s.Mounts, func(m Mount) bool { return reads(m.Target) })
}

// handsOn reports whether a script starts what it is handed: exec "$@".
func (s *shellScript) handsOn() bool {
	return slices.ContainsFunc(s.commands, func(c build.Command) bool {
		return c.ProgramWord < len(c.Words) && allArguments[strings.Trim(c.Words[c.ProgramWord].Raw, `"`)]
	})
}

var allArguments = text.WordSet("$@ ${@} $* ${*}")

// handedRuns is what an image built here starts by the script of its ENTRYPOINT, which CMD
// hands to it.
func (s *Spec) handedRuns() []Run {
	cmd := s.Image.Cmd()
	if !s.Image.BuiltHere() || s.replacesStart() || len(cmd.Value) == 0 || strings.HasPrefix(cmd.Value[0], "-") {
		return nil
	}
	for _, script := range s.Image.scripts {
		if script.entrypoint && script.handsOn() {
			return []Run{NewRun(Run{What: "the image", Place: cmd.Evidence.Place, Kind: cmd.Evidence.Kind, Words: cmd.Value, Start: true, Dir: s.startDir()})}
		}
	}
	return nil
}
