package container

import (
	"cmp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/image"
)

// A Run is a command line that is run in the container because its file says so:
// the command it starts with, a health check, a probe, a hook.
type Run struct {
	What  string // "the command", "the image", "the health check", "the liveness probe", "the postStart hook"
	Place string
	// Kind is of the file that says so, "" for that of the container.
	Kind fixer.EvidenceKind
	// Words are those of the exec form, Text is for a shell. One of them is given.
	Words []string
	Text  string
	// Start says that it is what the container starts with; a list of options for
	// the image's entry point is one, too.
	Start bool
	User  string // whom it runs as, where that is said for it alone
	// Privileged says that it has all capabilities, whatever the container has.
	Privileged bool
	// Dir is its working directory, "" where nothing says it.
	Dir string

	// Commands are the simple commands in it, those of text within text too.
	// Unread says that part of it is not understood.
	Commands []build.Command
	Unread   bool
}

// read reads the commands of a run.
func (r Run) read() Run {
	if r.Text != "" {
		r.Commands, r.Unread = build.ReadText(r.Text)
		return r
	}
	if len(r.Words) > 0 && r.Start && strings.HasPrefix(r.Words[0], "-") {
		return r // options for what the image starts
	}
	r.Commands, r.Unread = build.ReadWords(r.Words)
	return r
}

// IsHealthCheck reports whether it is the health check of a service.
func (r Run) IsHealthCheck() bool { return r.What == healthCheck }

// asRoot reports whether it runs as root, whoever the container runs as.
func (r Run) asRoot() bool {
	user, _, _ := strings.Cut(r.User, ":")
	return user == "root" || user == "0"
}

// NewRun returns a run with its commands read.
func NewRun(r Run) Run { return r.read() }

// runs are all command lines that the file has run in the container.
func (s *Spec) runs() []Run {
	if !s.replacesStart() {
		return s.Runs
	}
	return append(slices.Clone(s.starts()), s.Runs...)
}

// fileStarts is what the file starts in place of what the image would.
func (s *Spec) fileStarts() []Run {
	words := slices.Concat(s.Entrypoint, s.Command)
	if len(words) == 0 {
		return nil
	}
	return []Run{NewRun(Run{What: "the command", Place: cmp.Or(s.StartPlace, s.Place), Words: words, Start: true, Dir: s.startDir()})}
}

// startDir is the directory that the container starts in: that of the file, else that of
// the Dockerfile here; "" where neither says it.
func (s *Spec) startDir() string {
	if b := s.Image.Build; s.Dir == "" && b != nil && b.Stage.Workdir().Known {
		return b.Stage.Workdir().Text
	}
	return s.Dir
}

// starts is the command line that the container starts with: of the file or, where
// it leaves that alone, of the image as far as that is known.
func (s *Spec) starts() []Run {
	if s.read != nil {
		return s.read.starts()
	}
	return s.readStarts()
}

func (s *Spec) readStarts() []Run {
	if s.replacesStart() {
		return s.fileStarts()
	}
	entrypoint, cmd := s.Image.Entrypoint(), s.Image.Cmd()
	r := Run{What: "the image", Words: slices.Concat(entrypoint.Value, cmd.Value), Start: true, Dir: s.startDir()}
	if len(r.Words) == 0 {
		return nil
	}
	if b := s.Image.Build; b != nil {
		says := cmd.Evidence
		switch ends := b.Stage.Cmd().At != nil; {
		case len(cmd.Value) == 0:
			says = entrypoint.Evidence
		case ends && b.Stage.Entrypoint().At == nil && len(entrypoint.Value) == 1:
			r.Words = cmd.Value // the script of its base starts what it is handed
		}
		r.Place, r.Kind = says.Place, says.Kind
	}
	return []Run{NewRun(r)}
}

// variable is the value of a variable that the file sets.
func (s *Spec) variable(name string) (value string, known bool) {
	for _, v := range s.Env {
		if v.Name == name {
			return v.Value, v.Known
		}
	}
	return "", false
}

// option returns the values that the command line gives to an option, whose name
// may hold * for any text: --option=VALUE and --option VALUE.
func (s *Spec) option(name string) []string {
	var out []string
	words := s.words()
	for k, w := range words {
		key, value, valued := strings.Cut(w, "=")
		switch {
		case !image.Matches(name, key):
		case valued:
			out = append(out, value)
		case k+1 < len(words):
			out = append(out, words[k+1])
		}
	}
	return out
}
