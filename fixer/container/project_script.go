package container

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// projectScripts are the scripts of a package.json by name, read once for each version of it.
var projectScripts = fixer.Derive(func(f *fixer.File) map[string]string {
	var pkg struct {
		Scripts map[string]string `json:"scripts"`
	}
	if json.Unmarshal(bytes.TrimPrefix(f.Data, []byte("\ufeff")), &pkg) != nil {
		return nil
	}
	return pkg.Scripts
})

// maxScripts bounds how deep scripts of package.json start one another.
const maxScripts = 4

// ProjectScript is what the script of package.json does that words start through a package
// manager, with those that run before and after it, in an image of a build. ok is false where
// words start none, and where any of it was not read: what it does is not known then.
func ProjectScript(p *fixer.Pass, b topology.Build, words []string) (r Run, ok bool) {
	name := scriptName(words)
	if name == "" {
		return Run{}, false
	}
	dir := b.Stage.Workdir().Text
	from, ok := (&sourceSearch{p, b, map[staged]bool{}}).in(b.Stage, path.Join(dir, "package.json"))
	if !ok {
		return Run{}, false
	}
	commands, ok := scriptCommands(projectScripts.Of(p.Read(from)), name, maxScripts)
	return Run{What: "the script " + name + " of package.json", Place: from, Kind: fixer.FromRepository, Start: true, Dir: dir, Script: true, Commands: commands}, ok
}

// startedProject are the scripts of package.json that ENTRYPOINT and CMD of a build start.
func startedProject(p *fixer.Pass, b topology.Build) []Run {
	var out []Run
	for _, line := range []dockerfile.CommandLine{b.Stage.Entrypoint(), b.Stage.Cmd()} {
		for _, words := range build.Started(line) {
			if r, ok := ProjectScript(p, b, words); ok {
				out = append(out, r)
			}
		}
	}
	return out
}

// scriptName is the script of package.json of the directory that words start; "" where they
// start none, or one of another directory.
func scriptName(words []string) string {
	if len(words) < 2 || !text.WordSet("npm yarn pnpm bun")[path.Base(words[0])] {
		return ""
	}
	var args []string
	for _, w := range words[1:] {
		switch {
		case w == "--":
			w = "" // what comes after is handed to the script
		case !strings.HasPrefix(w, "-"):
			args = append(args, w)
			continue
		case quietOptions[w]:
			continue
		case len(args) == 0, strings.HasPrefix(w, "-w"), strings.HasPrefix(w, "--workspace"), strings.HasPrefix(w, "--prefix"), strings.HasPrefix(w, "--filter"), w == "-C", w == "-F", strings.HasPrefix(w, "--cwd"), strings.HasPrefix(w, "--dir"):
			return ""
		}
		if w == "" {
			break
		}
	}
	switch {
	case len(args) > 1 && (args[0] == "run" || args[0] == "run-script"):
		return args[1]
	case len(args) == 0, args[0] == "run", path.Base(words[0]) == "npm" && !text.WordSet("start restart test t stop")[args[0]]:
		return ""
	}
	return args[0]
}

// quietOptions change what a package manager says, and nothing else.
var quietOptions = text.WordSet("-s --silent -q --quiet --verbose --no-update-notifier --if-present")

// runsOthers start what their words or files name, which is not read here.
var runsOthers = text.WordSet("concurrently turbo nx lerna wait-on start-server-and-test sh bash make pm2 pm2-runtime foreman nf")

// runsScripts start the scripts that their words name.
var runsScripts = text.WordSet("npm-run-all npm-run-all2 run-p run-s")

// scriptCommands are the commands of a script and of those that it starts. ok is false where
// it is not there, or something in it is not understood.
func scriptCommands(scripts map[string]string, name string, depth int) (out []build.Command, ok bool) {
	if scripts[name] == "" || depth == 0 {
		return nil, false
	}
	for _, one := range []string{"pre" + name, name, "post" + name} {
		commands, unread := build.ReadText(scripts[one])
		if unread {
			return nil, false
		}
		for _, c := range commands {
			call := c.Call()
			switch {
			case len(call) == 0:
			case runsScripts[path.Base(call[0])]:
				for _, one := range call[1:] {
					if strings.HasPrefix(one, "-") {
						continue
					}
					inner, ok := scriptCommands(scripts, one, depth-1)
					if !ok {
						return nil, false
					}
					out = append(out, inner...)
				}
				continue
			case runsOthers[path.Base(call[0])] || path.Ext(call[0]) == ".sh" || strings.HasPrefix(call[0], "$"):
				return nil, false
			case build.ReadStart(call).Kind == build.StartsScript:
				inner, ok := scriptCommands(scripts, scriptName(call), depth-1)
				if !ok {
					return nil, false
				}
				out = append(out, inner...)
				continue
			}
			out = append(out, c)
		}
	}
	return slices.Clip(out), true
}
