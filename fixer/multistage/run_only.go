package multistage

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

// OnlyRuns reports whether the build of a file with one stage only puts files into the
// image that its interpreter runs: nothing is installed, no packages are listed, and a
// container starts no other program.
func OnlyRuns(p *fixer.Pass) bool {
	a, ok := look(p)
	if !ok || len(a.Stage.Args) > 0 {
		return false
	}
	if !a.HasContext || len(a.Start) < 2 || !interpreters[strings.TrimRight(a.Program(), "0123456789.")] {
		return false
	}
	if a.Has("package.json", "requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "Gemfile", "composer.json", "node_modules") {
		return false // packages may call or load what the full image has
	}
	if len(a.Stage.Healthcheck().Args) > 0 {
		return false
	}
	for _, v := range a.Services() {
		for _, key := range []string{"command", "entrypoint", "healthcheck"} {
			if v.Setting(key).Node != nil {
				return false
			}
		}
	}
	plain := true
	for _, i := range a.Stage.Instructions {
		plain = plain && !slices.Contains([]string{"SHELL", "ONBUILD", "ADD"}, i.Keyword)
		if _, taken := i.Flag("from"); taken {
			plain = false
		}
	}
	for _, st := range a.Steps {
		plain = plain && !st.Unread
	}
	a.Commands(func(_ build.Step, c build.Command) { plain = plain && harmless[c.Program] })
	return plain
}

// interpreters are programs that full and slim images of a language both have.
var interpreters = text.WordSet("python node ruby")

// harmless are programs that both variants have, and that install nothing.
var harmless = text.WordSet("mkdir chown chmod ln touch rm useradd groupadd adduser addgroup set true echo")
