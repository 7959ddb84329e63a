package dockerfile

import "strings"

// A Value is a setting of a stage as it stands at its end, with where it was
// set. A setting of a stage named by FROM counts, one of the base image is not
// known here.
type Value struct {
	// Text has variables replaced as far as the file sets them; when Known is
	// false it is the text as written.
	Text  string
	Known bool
	At    *Instruction // nil when nothing in the file sets it
	Stage *Stage       // where At stands
}

// A CommandLine is the command of ENTRYPOINT, CMD or HEALTHCHECK.
type CommandLine struct {
	Args  []string // the words of exec form, or one string of shell text
	Shell bool     // shell form: Args[0] goes to the shell
	At    *Instruction
	Stage *Stage
}

// A Port is one port of EXPOSE.
type Port struct {
	Text   string // variables replaced where known: "8080/tcp", "80", "3000-3005"
	Number int    // 0 when Text is no single number
	Proto  string // lower case, "tcp" unless written otherwise
	Known  bool
	Word   Word
	At     *Instruction
	Stage  *Stage
}

// latest returns the last instruction of a keyword along the FROM chain.
func (s *Stage) latest(keyword string) (*Instruction, *Stage) {
	for ; s != nil; s = s.Parent {
		for k := len(s.Instructions) - 1; k >= 0; k-- {
			if s.Instructions[k].Keyword == keyword {
				return s.Instructions[k], s
			}
		}
	}
	return nil, nil
}

func newValue(s *Stage, i *Instruction, raw string, vars *scope) Value {
	v := Value{Text: raw, At: i, Stage: s}
	if text, known := vars.expand(raw); known {
		v.Text, v.Known = text, true
	}
	return v
}

// User returns the USER that the stage ends with.
func (s *Stage) User() Value { return s.stateAt(nil).user }

// UserAt returns the USER under which an instruction of the stage runs.
func (s *Stage) UserAt(i *Instruction) Value { return s.stateAt(i).user }

// StopSignal returns the STOPSIGNAL of the stage.
func (s *Stage) StopSignal() Value { return s.stateAt(nil).stopsignal }

// Workdir returns the working directory at the end of the stage. Relative
// paths are joined; when no absolute one comes before them, Text is the
// relative path and Known is false.
func (s *Stage) Workdir() Value { return s.stateAt(nil).workdir }

// WorkdirAt returns the working directory in which an instruction runs.
func (s *Stage) WorkdirAt(i *Instruction) Value { return s.stateAt(i).workdir }

// Entrypoint returns the ENTRYPOINT of the stage; At is nil when the file sets
// none.
func (s *Stage) Entrypoint() CommandLine {
	i, at := s.latest("ENTRYPOINT")
	return commandLine(i, at)
}

// Cmd returns the CMD of the stage. An ENTRYPOINT in a later stage of the chain
// than the CMD resets it, as a build does; it does not within one stage.
func (s *Stage) Cmd() CommandLine {
	i, at := s.latest("CMD")
	if e, es := s.latest("ENTRYPOINT"); i != nil && e != nil && es.Index > at.Index {
		return CommandLine{}
	}
	return commandLine(i, at)
}

// Healthcheck returns the HEALTHCHECK command of the stage. HEALTHCHECK NONE
// has no Args.
func (s *Stage) Healthcheck() CommandLine {
	i, at := s.latest("HEALTHCHECK")
	return commandLine(i, at)
}

func commandLine(i *Instruction, s *Stage) CommandLine {
	if i == nil {
		return CommandLine{}
	}
	c := CommandLine{At: i, Stage: s, Shell: !i.JSON}
	words := i.Words
	if i.Keyword == "HEALTHCHECK" && len(words) > 0 {
		words = words[1:]
	}
	switch {
	case len(words) == 0:
		c.Shell = false
	case i.JSON:
		for _, w := range words {
			c.Args = append(c.Args, w.Value)
		}
	default:
		c.Args = []string{i.shellText()}
	}
	return c
}

// shellText is the text the shell gets: the arguments, without the type word
// of HEALTHCHECK.
func (i *Instruction) shellText() string {
	from, to := i.shellRange()
	return i.logical.text[from:to]
}

func (i *Instruction) shellRange() (from, to int) {
	from, to = i.args.from, i.args.to
	if i.Keyword == "HEALTHCHECK" {
		for from < to && !isSpaceByte(i.logical.text[from]) {
			from++
		}
		for from < to && isSpaceByte(i.logical.text[from]) {
			from++
		}
	}
	return from, to
}

// Exposes returns the ports of all EXPOSE instructions of the chain, in order.
func (s *Stage) Exposes() []Port {
	var out []Port
	s.walk(func(stage *Stage, i *Instruction, vars *scope) {
		if i.Keyword != "EXPOSE" {
			return
		}
		for _, w := range i.Words {
			v := newValue(stage, i, w.Raw, vars)
			// A variable may hold several ports.
			for _, text := range strings.Fields(v.Text) {
				out = append(out, newPort(text, v, w))
			}
		}
	})
	return out
}

func newPort(text string, v Value, w Word) Port {
	p := Port{Text: text, Known: v.Known, Word: w, At: v.At, Stage: v.Stage}
	number, proto, _ := strings.Cut(text, "/")
	p.Proto = strings.ToLower(proto)
	if p.Proto == "" {
		p.Proto = "tcp"
	}
	for _, c := range []byte(number) {
		if c < '0' || c > '9' || p.Number > 1<<16 {
			p.Number = 0
			return p
		}
		p.Number = p.Number*10 + int(c-'0')
	}
	return p
}

// A Variable is one ENV or LABEL entry as it stands at the end of a stage.
type Variable struct {
	Key string
	Value
	Pair Pair
}

// Env returns the variables the file sets in the image, in the order in which
// they first appear; later values win.
func (s *Stage) Env() []Variable { return s.variables("ENV") }

// Labels returns the labels the file sets, as Env does.
func (s *Stage) Labels() []Variable { return s.variables("LABEL") }

// LookupEnv returns one variable of Env.
func (s *Stage) LookupEnv(key string) (Variable, bool) {
	for _, v := range s.Env() {
		if v.Key == key {
			return v, true
		}
	}
	return Variable{}, false
}

func (s *Stage) variables(keyword string) []Variable {
	var out []Variable
	place := map[string]int{}
	s.walk(func(stage *Stage, i *Instruction, vars *scope) {
		if i.Keyword != keyword {
			return
		}
		for _, p := range i.Pairs {
			v := Variable{Key: p.Key, Value: newValue(stage, i, p.Arg.Raw, vars), Pair: p}
			if key, known := vars.expand(p.KeyWord.Raw); known {
				v.Key = key
			}
			if at, ok := place[v.Key]; ok {
				out[at] = v
				continue
			}
			place[v.Key] = len(out)
			out = append(out, v)
		}
	})
	return out
}

// Volumes returns the paths of all VOLUME instructions of the chain, in order.
func (s *Stage) Volumes() []Value {
	var out []Value
	s.walk(func(stage *Stage, i *Instruction, vars *scope) {
		if i.Keyword != "VOLUME" {
			return
		}
		for _, w := range i.Words {
			// Variables count in the exec form of VOLUME too.
			out = append(out, newValue(stage, i, unJSON(i, w), vars))
		}
	})
	return out
}

// Shell returns the words of the SHELL in force at the end of the stage, and
// the instruction that sets it; nil when it is the image's default.
func (s *Stage) Shell() ([]string, *Instruction) { return s.ShellAt(nil) }

// ShellAt returns the SHELL in force at an instruction of the stage.
func (s *Stage) ShellAt(i *Instruction) ([]string, *Instruction) {
	shell := s.stateAt(i).shell
	if shell == nil {
		return nil, nil
	}
	return values(shell.Words), shell
}
