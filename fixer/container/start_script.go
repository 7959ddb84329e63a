package container

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// A startScript is a shell script of the repository that an image built here starts.
type startScript struct {
	path       string // in the repository
	entrypoint bool   // ENTRYPOINT starts it, so that a command of the file is handed to it
	*shellScript
}

// A shellScript is a script as it is read, once for each version of its file.
type shellScript struct {
	text     string
	commands []build.Command
	unread   bool
}

// shellScripts are nil for files that another program is to read.
var shellScripts = fixer.Derive(func(f *fixer.File) *shellScript {
	return readShellScript(string(bytes.TrimPrefix(f.Data, []byte("\ufeff"))))
})

// readShellScript is nil for one that another program is to read, and for an empty one: what
// is not there yet says nothing.
func readShellScript(text string) *shellScript {
	first, _, _ := strings.Cut(text, "\n")
	if strings.TrimSpace(text) == "" || strings.HasPrefix(first, "#!") && !strings.Contains(first, "sh") {
		return nil
	}
	s := &shellScript{text: text}
	s.commands, s.unread = build.ReadText(text)
	return s
}

// startScripts are those that ENTRYPOINT and CMD of a build start, as far as the build copies
// them from its context under the name that they are started by or writes them itself, and
// those that an entry point of the base starts.
func startScripts(p *fixer.Pass, b topology.Build) []startScript {
	out := hookScripts(p, b)
	for k, line := range []dockerfile.CommandLine{b.Stage.Entrypoint(), b.Stage.Cmd()} {
		for _, words := range build.Started(line) {
			if len(words) == 0 {
				continue
			}
			from, ok := scriptSource(p, b, words[0])
			if !ok {
				if script, where := writtenScript(b, words[0]); script != nil {
					out = append(out, startScript{where, k == 0, script})
				}
				continue
			}
			if script := shellScripts.Of(p.Read(from)); script != nil {
				out = append(out, startScript{from, k == 0, script})
			}
		}
	}
	return out
}

// scriptSource is the file of the repository that a stage has under the name of a program.
func scriptSource(p *fixer.Pass, b topology.Build, word string) (file string, ok bool) {
	if !strings.HasSuffix(word, ".sh") && !strings.Contains(path.Base(word), "entrypoint") && path.Ext(word) != "" {
		return "", false
	}
	stages := b.Stage.Chain()
	for _, s := range slices.Backward(stages) {
		for _, i := range slices.Backward(s.Instructions) {
			sources := dockerfile.ContextSources(i)
			if len(sources) == 0 {
				continue
			}
			to := i.Words[len(i.Words)-1].Value
			directory := strings.HasSuffix(to, "/") || len(sources) > 1 || path.Clean(to) == "."
			if !path.IsAbs(to) {
				to = path.Join(s.WorkdirAt(i).Text, to)
			}
			to = path.Clean(to)
			at := word
			if !path.IsAbs(at) && strings.Contains(at, "/") {
				at = path.Join(b.Stage.Workdir().Text, at)
			}
			for _, source := range sources {
				from := strings.TrimPrefix(path.Join("/", source.Value), "/")
				if source.Dynamic || strings.ContainsAny(from, "*?[") {
					continue
				}
				found := ""
				switch {
				case !path.IsAbs(at): // in PATH
					if build.ProgramDir(to) && path.Base(from) == at || !directory && build.ProgramDir(path.Dir(to)) && path.Base(to) == at {
						found = from
					}
				case at == to && !directory:
					found = from
				case path.Join(to, path.Base(from)) == at:
					found = from
				case to == "/" || strings.HasPrefix(at, to+"/"):
					found = path.Join(from, strings.TrimPrefix(strings.TrimPrefix(at, to), "/"))
				}
				if found == "" {
					continue
				}
				ctx, known := p.Topology().Context(b.Path)
				if !known {
					return "", false
				}
				if found = path.Join(ctx.Dir, found); p.Read(found) != nil {
					return found, true
				}
			}
		}
	}
	return "", false
}

// ScriptRuns are the scripts of the repository that ENTRYPOINT and CMD of a build start, as
// far as they were read, each as a run.
func ScriptRuns(p *fixer.Pass, b topology.Build) []Run {
	var out []Run
	for _, script := range startScripts(p, b) {
		out = append(out, script.run(b.Stage.Workdir().Text))
	}
	return out
}

func (s startScript) run(dir string) Run {
	return Run{What: "the script " + s.path, Place: s.path, Kind: fixer.FromRepository, Text: s.text, Start: true, Dir: dir, Script: true, Commands: s.commands, Unread: s.unread}
}

// Perhaps reports whether a condition decides if a command of the run is reached.
func (r Run) Perhaps(c build.Command) bool {
	return c.Place&(dockerfile.InCondition|dockerfile.InBranch|dockerfile.InLoop|dockerfile.InFunction|dockerfile.InOr) != 0
}

// scriptRuns are what the scripts of an image built here do when the container starts.
func (s *Spec) scriptRuns() []Run {
	var out []Run
	for _, script := range s.Image.scripts {
		if s.replacesStart() && (s.Entrypoint != nil || !script.entrypoint) {
			continue
		}
		out = append(out, script.run(s.startDir()))
	}
	return out
}
