package dockerfile

import (
	"slices"
	"strconv"
	"strings"
)

// A Stage is one FROM with what follows it.
type Stage struct {
	Index    int
	Name     string // as written; "" when it has none
	From     *Instruction
	Base     string // the image word of FROM as written, quotes included
	BaseWord Word
	// Image is Base with the defaults of the global ARGs put in; "" when that
	// is not enough to know it. A build may still override any ARG.
	Image    string
	Args     []string // the ARGs that Base reads, in order
	Parent   *Stage   // the stage named by FROM, or nil when FROM names an image
	Platform string   // value of --platform as written; "" when absent
	// Instructions are those after FROM, in order.
	Instructions []*Instruction
	// Windows is true when the stage builds a Windows image, as far as its
	// base, platform, SHELL or the paths of its WORKDIR show.
	Windows bool

	file *File
	end  *state
	vars *scope // at the end
}

// Last returns the last instruction of the stage: FROM when it is alone.
func (s *Stage) Last() *Instruction {
	if n := len(s.Instructions); n > 0 {
		return s.Instructions[n-1]
	}
	return s.From
}

// Root returns the stage at the end of the FROM chain: the one that names an
// image. It is the stage itself when it names one.
func (s *Stage) Root() *Stage {
	for s.Parent != nil {
		s = s.Parent
	}
	return s
}

// Chain returns the stage and those it is made from, the one that names an
// image first.
func (s *Stage) Chain() []*Stage {
	var out []*Stage
	for ; s != nil; s = s.Parent {
		out = append(out, s)
	}
	slices.Reverse(out)
	return out
}

// Label names the stage for people: its name, or its number.
func (s *Stage) Label() string {
	if s.Name != "" {
		return s.Name
	}
	return "stage " + strconv.Itoa(s.Index)
}

// stages cuts the instructions into stages. FROM was checked by BuildKit to
// have one or three words.
func (f *File) stages() error {
	var cur *Stage
	for _, i := range f.Instructions {
		switch {
		case i.Keyword == "FROM":
			if len(f.Stages) == maxStages {
				return syntaxErrorf(i.Line, "more than %d stages are not read", maxStages)
			}
			if f.globals == nil {
				f.globals = f.newGlobals()
			}
			if cur != nil {
				cur.computeStates(f.globals) // before a stage made from it is read
			}
			cur = f.newStage(i)
			f.Stages = append(f.Stages, cur)
		case cur != nil:
			cur.Instructions = append(cur.Instructions, i)
		case i.Keyword == "ARG":
			f.MetaArgs = append(f.MetaArgs, i)
		default:
			return syntaxErrorf(i.Line, "%s stands before the first FROM", i.Keyword)
		}
		i.Stage = cur
		if i.Trigger != nil {
			i.Trigger.Stage = cur
		}
	}
	if cur == nil {
		return syntaxErrorf(0, "the file has no FROM")
	}
	cur.computeStates(f.globals)
	for _, s := range f.Stages {
		s.Windows = s.isWindows()
	}
	return nil
}

func (f *File) newStage(from *Instruction) *Stage {
	s := &Stage{Index: len(f.Stages), From: from, file: f}
	if len(from.Words) > 0 {
		s.BaseWord = from.Words[0]
		s.Base = s.BaseWord.Raw
	}
	if len(from.Words) == 3 {
		s.Name = from.Words[2].Raw
	}
	if p, ok := from.Flag("platform"); ok {
		s.Platform = p.Value
	}
	for _, r := range references(s.Base, f.Escape) {
		s.Args = append(s.Args, r.name)
	}
	if v, known := f.globals.expand(s.Base); known {
		s.Image = v
		s.Parent = stageNamed(f.Stages, v)
	}
	return s
}

// ImageWith is Image for a build that gives arguments; "" when that is not
// enough to know it, or when none of them decides.
func (s *Stage) ImageWith(argument func(name string) (string, bool)) string {
	vars, decides := newScope(s.file.Escape), false
	for _, i := range s.file.MetaArgs {
		for _, p := range i.Pairs {
			vars.arg(p, nil)
			if v, ok := argument(p.Key); ok {
				vars.vars[p.Key], decides = variable{v, true}, true
			}
		}
	}
	if v, known := vars.expand(s.Base); known && decides && len(s.Args) > 0 {
		return v
	}
	return ""
}

// stageNamed finds the last stage of that name in any case. BuildKit itself
// wants lower case in FROM, and anything in COPY --from; a file that differs
// there does not build, so that nothing is lost by being generous.
func stageNamed(stages []*Stage, name string) *Stage {
	for i := len(stages) - 1; i >= 0; i-- {
		if stages[i].Name != "" && strings.EqualFold(stages[i].Name, name) {
			return stages[i]
		}
	}
	return nil
}

// isWindows looks for what only Windows images have. A backtick as the escape
// character alone is no proof: it works for Linux images too.
func (s *Stage) isWindows() bool {
	if s.Parent != nil {
		if s.Parent.Windows {
			return true
		}
	} else if isWindowsImage(s.Image) || isWindowsImage(s.Base) {
		return true
	}
	if strings.HasPrefix(strings.ToLower(s.Platform), "windows") {
		return true
	}
	for _, i := range s.Instructions {
		switch i.Keyword {
		case "SHELL":
			if len(i.Words) > 0 && isWindowsShell(i.Words[0].Value) {
				return true
			}
		case "WORKDIR":
			if len(i.Words) > 0 && isDrivePath(i.Words[0].Value) {
				return true
			}
		}
	}
	return false
}

func isWindowsImage(ref string) bool {
	ref = strings.ToLower(ref)
	for _, mark := range []string{"nanoserver", "servercore", "/windows/", "dotnet/framework/"} {
		if strings.Contains(ref, mark) {
			return true
		}
	}
	return strings.HasSuffix(ref, "/windows") || strings.Contains(ref, "/windows:")
}

// isWindowsShell is true for shells that only Windows has; pwsh runs anywhere.
func isWindowsShell(name string) bool {
	name = strings.ToLower(name)
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	switch name {
	case "cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh.exe":
		return true
	}
	return false
}

func isDrivePath(p string) bool {
	if len(p) < 2 || p[1] != ':' {
		return false
	}
	c := p[0] | 0x20
	return c >= 'a' && c <= 'z'
}
