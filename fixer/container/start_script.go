package container

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
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

// scriptSource is the file of the repository that a stage has under the name of a program,
// straight from the build context or out of a stage that has it from there.
func scriptSource(p *fixer.Pass, b topology.Build, word string) (file string, ok bool) {
	if !strings.HasSuffix(word, ".sh") && !strings.Contains(path.Base(word), "entrypoint") && path.Ext(word) != "" {
		return "", false
	}
	if !path.IsAbs(word) && strings.Contains(word, "/") {
		word = path.Join(b.Stage.Workdir().Text, word)
	}
	return (&sourceSearch{p, b, map[staged]bool{}}).in(b.Stage, word)
}

// A sourceSearch looks for the file of the repository that a program of a stage is.
type sourceSearch struct {
	pass  *fixer.Pass
	build topology.Build
	seen  map[staged]bool
}

// staged is a path in a stage.
type staged struct {
	stage *dockerfile.Stage
	path  string
}

// in looks for a path, or a name in PATH, among what a stage and those that it is built on copy.
func (l *sourceSearch) in(stage *dockerfile.Stage, at string) (file string, ok bool) {
	if l.seen[staged{stage, at}] {
		return "", false
	}
	l.seen[staged{stage, at}] = true
	for _, s := range slices.Backward(stage.Chain()) {
		for _, i := range slices.Backward(s.Instructions) {
			sources, from := l.copied(i)
			if len(sources) == 0 {
				continue
			}
			to := i.Words[len(i.Words)-1].Value
			directory := strings.HasSuffix(to, "/") || len(sources) > 1 || path.Clean(to) == "."
			if !path.IsAbs(to) {
				to = path.Join(s.WorkdirAt(i).Text, to)
			}
			for _, source := range sources {
				found := copiedAs(source, path.Clean(to), directory, at)
				switch {
				case found == "":
				case from == nil:
					ctx, known := l.pass.Topology().Context(l.build.Path)
					if !known {
						return "", false
					}
					if found = path.Join(ctx.Dir, found); l.pass.Read(found) != nil {
						return found, true
					}
				case from.Index < s.Index:
					if file, ok := l.in(from, path.Join("/", found)); ok {
						return file, true
					}
				}
			}
		}
	}
	return "", false
}

// copied are the sources of an instruction, and the stage they are in: nil for the build context.
func (l *sourceSearch) copied(i *dockerfile.Instruction) (sources []dockerfile.Word, from *dockerfile.Stage) {
	if i.Keyword == "COPY" && len(i.Words) > 1 {
		if name, ok := i.Flag("from"); ok {
			if from = build.StageNamed(l.build.File, name.Value); from != nil {
				return i.Words[:len(i.Words)-1], from
			}
		}
	}
	return dockerfile.ContextSources(i), nil
}

// copiedAs is what a copy of source to a path has at another path or under a name in PATH,
// without the slash that it begins with; "" where it has nothing there, or a pattern says what.
func copiedAs(source dockerfile.Word, to string, directory bool, at string) string {
	from := strings.TrimPrefix(path.Join("/", source.Value), "/")
	pattern := strings.ContainsAny(from, "*?[")
	switch {
	case source.Dynamic || strings.ContainsAny(path.Dir(from), "*?["):
		return ""
	case pattern && path.IsAbs(at):
		if fits, _ := path.Match(path.Base(from), path.Base(at)); fits && path.Dir(at) == to {
			return path.Join(path.Dir(from), path.Base(at))
		}
		return ""
	case pattern:
		return ""
	case !path.IsAbs(at): // in PATH
		if build.ProgramDir(to) && path.Base(from) == at || !directory && build.ProgramDir(path.Dir(to)) && path.Base(to) == at {
			return from
		}
		return ""
	case at == to && !directory, path.Join(to, path.Base(from)) == at:
		return from
	case to == "/" || strings.HasPrefix(at, to+"/"):
		return path.Join(from, strings.TrimPrefix(strings.TrimPrefix(at, to), "/"))
	}
	return ""
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

// asksWho matches where a script finds out whom it runs as, or what that user may write.
var asksWho = text.Regexp(`\bid +-[a-zA-Z]*u|\$\{?E?UID\b|\bwhoami\b|(?:\[|\btest) +(?:! +)?-[wO] `)

// ForRootAlone reports whether a command of the run may be reached by root alone: a condition
// decides, and the script asks whom it runs as.
func (r Run) ForRootAlone(c build.Command) bool {
	return r.Perhaps(c) && asksWho().MatchString(r.Text)
}

// InFunction reports whether nothing but the call of a function decides if a command of the run
// is reached.
func (r Run) InFunction(c build.Command) bool {
	return c.Place&dockerfile.InFunction != 0 && c.Place&(dockerfile.InCondition|dockerfile.InBranch|dockerfile.InLoop|dockerfile.InOr) == 0
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
