package container

import (
	"cmp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/image"
)

// A Run is a command line that is run in the container because its file says so:
// the command it starts with, a health check, a probe, a hook.
type Run struct {
	What  string // "the command", "the health check", "the liveness probe", "the postStart hook"
	Place string
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
	return []Run{NewRun(Run{What: "the command", Place: cmp.Or(s.StartPlace, s.Place), Words: words, Start: true, Dir: s.Dir})}
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
	words := slices.Concat(s.Image.Entrypoint().Value, s.Image.Cmd().Value)
	if len(words) == 0 {
		return nil
	}
	return []Run{NewRun(Run{What: "the image", Words: words, Start: true})}
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
