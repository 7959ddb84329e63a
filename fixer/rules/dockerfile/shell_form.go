package dockerfile

import (
	_ "embed"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed shell_form.md
var shellFormDoc string

// ShellForm reports CMD and ENTRYPOINT in shell form.
var ShellForm = &fixer.Rule{
	Name:     "dockerfile/shell-form",
	Title:    "shell form of CMD or ENTRYPOINT",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL3025"},
		{Source: fixer.BuildKit, ID: "JSONArgsRecommended"},
		{Source: fixer.KICSDockerfile, ID: "b86987e1-6397-4619-81d5-8807f2387c79", Title: "Not Using JSON In CMD And ENTRYPOINT Arguments"},
	},
	Doc: shellFormDoc,
	Check: func(p *fixer.Pass) {
		seen := map[*dockerfile.Instruction]bool{} // several images may share one
		for _, s := range build.Targets(p) {
			for _, line := range []dockerfile.CommandLine{s.Entrypoint(), s.Cmd()} {
				if line.At != nil && line.Shell && len(line.Args) > 0 && !s.Windows && !seen[line.At] {
					seen[line.At] = true
					checkShellForm(p, s, line)
				}
			}
		}
	},
}

func checkShellForm(p *fixer.Pass, s *dockerfile.Stage, line dockerfile.CommandLine) {
	f, i := p.File.Dockerfile, line.At
	finding := fixer.Finding{Path: stagePath(line.Stage) + ": " + i.Keyword, Start: i.Start, End: i.End}
	if words, ok := almostJSON(line.Args[0]); ok {
		finding.Severity = fixer.Medium
		finding.Message = fmt.Sprintf("%s looks like the exec form but is not valid JSON: a shell runs the text, including the brackets", i.Keyword)
		finding.Fixes = []fixer.Fix{execFix(p, i, words, "Workarounds for the broken instruction: the application now starts as written")}
		report(p, i, finding)
		return
	}
	script, err := f.Script(i)
	if err != nil {
		finding.Message = fmt.Sprintf("%s uses the shell form", i.Keyword)
		finding.Advice = "Write the exec form. Not fixed automatically: " + build.Reason(err)
		report(p, i, finding)
		return
	}
	words, why := plainCommand(i, script, line.Args[0])
	if why == "" {
		why = contractBroken(p, s, line)
	}
	switch {
	case why == "":
		finding.Message = fmt.Sprintf("%s starts %s through a shell, which does not forward signals such as SIGTERM", i.Keyword, words[0])
		finding.Fixes = []fixer.Fix{execFix(p, i, words, execBreaks(p, s, i, words))}
	case execsAlready(script):
		return
	default:
		finding.Message = fmt.Sprintf("%s uses the shell form: the shell does not forward signals such as SIGTERM to the application", i.Keyword)
		finding.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: source(p, i), Text: "The exec form is not possible: " + why}}
		if fix, ok := replaceShell(p, i, script); ok {
			finding.Fixes = []fixer.Fix{fix}
		} else {
			finding.Advice = "Start the last command with exec (exec COMMAND …), in a separate script if the text is long. Not fixed automatically: " + why
		}
	}
	report(p, i, finding)
}

// execFix writes the words as a JSON list.
func execFix(p *fixer.Pass, i *dockerfile.Instruction, words []string, breaks string) fixer.Fix {
	file := p.File.Dockerfile
	return fixer.Fix{
		ID: "exec-form", Title: "Write the exec form", Level: fixer.Review,
		Breaks: breaks,
		Verify: verifyStop(words[0]),
		Edit: func(d *fixer.Draft) error {
			quoted := make([]string, len(words))
			for k, w := range words {
				quoted[k] = dockerfile.Quote(w)
			}
			edits, err := file.ReplaceArgs(i, "["+strings.Join(quoted, ", ")+"]")
			if err != nil {
				return err
			}
			d.Dockerfile(edits, contractField(i)...)
			return nil
		},
	}
}

// runners are programs that start another one, most of them through a shell of
// their own, and stay beside it.
var runners = text.WordSet("npm npx yarn yarnpkg pnpm pnpx make gradle gradlew")

// processOne says what becoming the first process asks of a program.
func processOne(program string) string {
	if runners[path.Base(program)] {
		return fmt.Sprintf("%s becomes process 1 and starts the application through a shell, so SIGTERM may not reach the application. Start the application directly, as in `CMD [\"node\", \"server.js\"]`", program)
	}
	return fmt.Sprintf("%s becomes process 1, and needs an init (docker run --init, tini) if it does not handle SIGTERM or does not reap child processes", program)
}

// verifyStop promises a quick stop only of what is the program itself.
func verifyStop(program string) string {
	if runners[path.Base(program)] {
		return fmt.Sprintf("docker top CONTAINER\nshows %s as the first process, and no shell", program)
	}
	return "docker stop CONTAINER\nends the container within a second, not after 10 seconds"
}

func execBreaks(p *fixer.Pass, s *dockerfile.Stage, i *dockerfile.Instruction, words []string) string {
	out := []string{processOne(words[0])}
	if !strings.Contains(words[0], "/") || strings.HasSuffix(words[0], ".sh") {
		out = append(out, "A script must begin with a #! line")
	}
	if i.Keyword == "ENTRYPOINT" {
		out = append(out, "Arguments from Kubernetes, Compose or docker run, ignored until now, reach the application")
	}
	if base := p.Facts.Image(s.Root().Image); i.Keyword == "CMD" && s.Entrypoint().At == nil && !base.HasBase && !base.Entrypoint().Known {
		out = append(out, "The ENTRYPOINT of the base image, which is unknown, receives other arguments")
	}
	return strings.Join(out, ". ")
}

// shellBuiltins exist in the shell alone, or mean something else outside of it.
var shellBuiltins = text.WordSet(`. : [ [[ alias bg bind break builtin caller cd command compgen complete continue declare dirs disown echo enable
	eval exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read
	readarray readonly return set shift shopt source suspend test time times trap true type typeset ulimit umask unalias unset wait coproc`)

// plainCommand returns the words of shell text that means the same without a
// shell: one program with words that need no expansion. why says what stands
// against it.
func plainCommand(i *dockerfile.Instruction, script *dockerfile.Script, text string) (words []string, why string) {
	if len(script.Commands) != 1 {
		return nil, "the text contains several commands, or none"
	}
	c := script.Commands[0]
	switch {
	case c.Place != 0:
		return nil, fmt.Sprintf("the command is in %s", c.Place)
	case len(c.Assigns) > 0:
		return nil, "the text sets variables for the command"
	case len(c.Words) == 0:
		return nil, "the text runs no command"
	case c.Start != c.Words[0].Start || c.End != c.Words[len(c.Words)-1].End:
		return nil, "the text redirects input or output"
	case c.Start != i.Args.Start || c.End != i.Args.End || strings.ContainsAny(text, "\x00\n"):
		return nil, "the text contains more than one command"
	}
	for _, w := range c.Words {
		switch {
		case w.Dynamic:
			return nil, fmt.Sprintf("the shell expands %s", w.Raw)
		case !utf8.ValidString(w.Value):
			return nil, "the text is not valid UTF-8"
		}
		words = append(words, w.Value)
	}
	if words[0] == "exec" {
		words = words[1:]
		if len(words) == 0 || strings.HasPrefix(words[0], "-") {
			return nil, "exec has options"
		}
	}
	if shellBuiltins[words[0]] {
		return nil, fmt.Sprintf("%s is a shell builtin", words[0])
	}
	if words[0] == "" {
		return nil, "the text runs no command"
	}
	for _, w := range script.Shell {
		if strings.HasPrefix(w, "-") && (w == "--login" || w == "--rcfile" || !strings.HasPrefix(w, "--") && strings.ContainsAny(w, "li")) {
			return nil, fmt.Sprintf("the shell reads profiles first (%s)", w)
		}
	}
	return words, ""
}

// contractBroken says what else the change of one of the two would change.
func contractBroken(p *fixer.Pass, s *dockerfile.Stage, line dockerfile.CommandLine) string {
	for _, name := range []string{"BASH_ENV", "ENV"} {
		if v, ok := s.LookupEnv(name); ok {
			return fmt.Sprintf("the shell reads %s first (%s)", v.Text, name)
		}
	}
	if line.At.Keyword == "ENTRYPOINT" {
		if cmd := s.Cmd(); cmd.At != nil {
			return fmt.Sprintf("CMD on line %d, ignored until now, would become its arguments", cmd.At.Line)
		}
		for _, v := range p.Topology().Users(p.File.Path) {
			if v.Setting("command").Node != nil {
				return fmt.Sprintf("the command of service %s in %s, ignored until now, would become its arguments", v.Name, v.File)
			}
		}
		return ""
	}
	switch entry := s.Entrypoint(); {
	case entry.At != nil && entry.Shell:
		return fmt.Sprintf("ENTRYPOINT on line %d is in shell form and drops CMD", entry.At.Line)
	case entry.At != nil:
		return fmt.Sprintf("ENTRYPOINT on line %d would receive other arguments", entry.At.Line)
	}
	if e := container.OfStage(p, p.File.Path, p.File.Dockerfile, s).Entry; e != nil && e.NonRoot.Support != image.SupportApp {
		return fmt.Sprintf("the start script of %s reads the words of CMD", s.Root().Image)
	}
	return ""
}

// execsAlready reports whether the last command replaces the shell.
func execsAlready(script *dockerfile.Script) bool {
	for k := len(script.Commands) - 1; k >= 0; k-- {
		if c := script.Commands[k]; c.Place == 0 {
			return c.Name == "exec" && len(c.Words) > 1
		}
	}
	return false
}

// programVariable matches a variable that holds a program, or the folder of one.
var programVariable = text.Regexp(`^"?\$(\w+|\{\w+\})(/[\w./-]+)?"?$`)

// timed matches what stands before a command whose time is taken: a word of
// bash, and elsewhere a program, which cannot run exec.
var timed = text.Regexp(`(^|[\s;&|])time(\s+-p)?\s+$`)

// replaceShell puts exec before the last command, where it is a program that
// nothing has to follow.
func replaceShell(p *fixer.Pass, i *dockerfile.Instruction, script *dockerfile.Script) (fixer.Fix, bool) {
	last := -1
	for k, c := range script.Commands {
		if c.Place == 0 {
			last = k
		}
		if timed().Match(p.File.Data[i.Args.Start:c.Start]) {
			return fixer.Fix{}, false
		}
		if c.Place&dockerfile.InFunction != 0 || c.Place&dockerfile.InBackground != 0 || c.Name == "trap" {
			return fixer.Fix{}, false
		}
	}
	if last < 0 {
		return fixer.Fix{}, false
	}
	c := script.Commands[last]
	name := c.Name
	if name == "" && len(c.Words) > 0 && programVariable().MatchString(c.Words[0].Raw) {
		name = c.Words[0].Raw
	}
	if name == "" || name == "exec" || shellBuiltins[c.Name] || len(c.Assigns) > 0 || c.Words[0].Joined || c.End > i.Args.End {
		return fixer.Fix{}, false
	}
	// Whatever follows at the top level, such as an if, would not run.
	if rest := strings.TrimSpace(string(p.File.Data[c.End:i.Args.End])); rest != "" && rest != ";" {
		return fixer.Fix{}, false
	}
	file := p.File.Dockerfile
	return fixer.Fix{
		ID: "exec", Title: fmt.Sprintf("Start %s with exec", name), Level: fixer.Review,
		Breaks: processOne(name),
		Verify: verifyStop(name),
		Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return file.ReplaceWord(i, c.Words[0], "exec "+c.Words[0].Raw) }, contractField(i)...),
	}, true
}
