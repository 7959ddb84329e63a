package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

//go:embed pipe_to_shell.md
var pipeToShellDoc string

// PipeToShell reports downloads piped into a shell.
var PipeToShell = &fixer.Rule{
	Name:     "dockerfile/pipe-to-shell",
	Title:    "download piped into a shell",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.11"},
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
	},
	Doc: pipeToShellDoc,
	Check: func(p *fixer.Pass) {
		for _, st := range build.Of(p.File).Steps("RUN") {
			for k, c := range st.Commands {
				if from, ok := runsDownload(st.Commands, k); ok {
					reportPipe(p, st, from, c)
				}
			}
		}
	},
}

// runsDownload reports whether a command runs what another one downloads, and
// which one that is.
func runsDownload(list []build.Command, k int) (from build.Command, ok bool) {
	c := list[k]
	if !interprets(c) {
		return build.Command{}, false
	}
	if c.PipedInto && readsProgram(c) {
		for n := k; n > 0 && list[n].PipedInto; n-- {
			if list[n-1].Downloads() {
				return list[n-1], true
			}
		}
	}
	// Those inside substitutions follow the command they stand in.
	for _, in := range list[k+1:] {
		if in.Start >= c.End {
			break
		}
		if in.Downloads() && runsWord(c, in) {
			return in, true
		}
	}
	return build.Command{}, false
}

// interpreters take a program from their standard input, with the options that
// make them take it from elsewhere.
var interpreters = map[string]string{
	"sh": "-c", "bash": "-c", "dash": "-c", "ash": "-c", "ksh": "-c", "zsh": "-c", "fish": "-c",
	"python": "-c -m", "python2": "-c -m", "python3": "-c -m", "perl": "-e -n -p -ne -pe", "ruby": "-e", "node": "-e -p", "php": "-r",
}

func interprets(c build.Command) bool {
	_, ok := interpreters[c.Program]
	return ok || c.Program == "eval" || c.Program == "source" || c.Program == "."
}

// readsProgram reports whether an interpreter takes its program from standard
// input: it is given no file, or one that stands for it, or -s.
func readsProgram(c build.Command) bool {
	other, ok := interpreters[c.Program]
	if !ok {
		return false
	}
	for _, w := range c.Args() {
		switch {
		case w.Value == "-" || w.Value == "--" || w.Value == "/dev/stdin" || w.Value == "-s":
			return true
		case slices.Contains(strings.Fields(other), w.Value):
			return false
		case !strings.HasPrefix(w.Value, "-"):
			return false
		}
	}
	return true
}

// runsWord reports whether a command runs the output of another one that stands
// in a substitution: as the whole text of sh -c or eval, or as the file that
// bash and source read.
func runsWord(c, in build.Command) bool {
	for k, w := range c.Args() {
		if w.Start > in.Start || in.End > w.End {
			continue
		}
		raw := strings.TrimLeft(w.Raw, `"`)
		if strings.HasPrefix(raw, "<(") {
			return c.Program != "eval" && k == firstPlain(c)
		}
		text := strings.HasPrefix(raw, "$(") || strings.HasPrefix(raw, "`")
		return text && (c.Program == "eval" || k > 0 && c.Args()[k-1].Value == "-c")
	}
	return false
}

func firstPlain(c build.Command) int {
	return slices.IndexFunc(c.Args(), func(w dockerfile.Word) bool { return !strings.HasPrefix(w.Value, "-") })
}

func reportPipe(p *fixer.Pass, st build.Step, from, to build.Command) {
	what, link := "a downloaded script", from.RemoteURL()
	if link != "" {
		what = build.ShownURL(link)
	} else if from.OnlyLocalURLs() {
		return
	}
	runner := to.Program
	if runner == "." {
		runner = "the shell"
	}
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": " + from.Program + " into " + to.Program,
		Message: fmt.Sprintf("%s runs %s without verification", runner, what),
		Advice:  pipeAdvice(link),
	}
	if strings.HasPrefix(strings.ToLower(link), "http://") || len(insecureOptions(from)) > 0 {
		f.Severity = fixer.High
		f.Message += ", over unencrypted HTTP"
	}
	f.Start, f.End = st.Span(from)
	if st.Script != nil && !from.Copied && !to.Copied {
		f.Start, f.End = min(from.Start, to.Start), max(from.End, to.End)
	}
	report(p, st.At, f)
}

// installers are well-known scripts for which there is a better way.
var installers = []struct{ part, instead string }{
	{"nodesource.com", "Use the official node image, or copy from it (`COPY --from=node:22-slim /usr/local/bin/node /usr/local/bin/`). Or add NodeSource's package repository with its key and signed-by"},
	{"getcomposer.org", "Use `COPY --from=composer:2 /usr/bin/composer /usr/local/bin/composer`, an image that can be pinned"},
	{"sh.rustup.rs", "Use the official rust image, which can be pinned, in the build stage. Or download a fixed version of rustup-init and verify its published checksum"},
	{"astral.sh/uv", "Use `COPY --from=ghcr.io/astral-sh/uv:VERSION /uv /uvx /usr/local/bin/`, an image that can be pinned"},
	{"install.python-poetry.org", "Use pip install poetry==VERSION, which installs a fixed version from the package index"},
	{"get-poetry", "Use pip install poetry==VERSION, which installs a fixed version from the package index"},
	{"get-pip.py", "Use python3 -m ensurepip, the package python3-pip of the distribution, or an official python image"},
	{"bun.sh/install", "Use oven/bun:VERSION in the build stage, or copy /usr/local/bin/bun from that image"},
	{"deno.land", "Use denoland/deno:VERSION in the build stage, or copy /usr/bin/deno from that image"},
	{"get.docker.com", "Use `COPY --from=docker:VERSION-cli /usr/local/bin/docker /usr/local/bin/`, an image that can be pinned"},
}

func pipeAdvice(link string) string {
	for _, k := range installers {
		if strings.Contains(link, k.part) {
			return k.instead
		}
	}
	return "Install the tool from the distribution, or copy it from an image that can be pinned. Otherwise download a fixed version to a file, verify its published checksum (`echo \"SUM  FILE\" | sha256sum -c -`, or ADD --checksum=sha256:SUM), and run the file"
}
