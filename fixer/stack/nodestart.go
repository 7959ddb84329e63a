package stack

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

// nodeStart refuses containers that start what is for development, or a tool that only
// building installs.
func nodeStart(a *App, pkg PackageJSON) error {
	words := a.Start
	if len(words) == 0 {
		return nil // a script or a shell: judged by what it is
	}
	name, _ := scriptOf(words)
	line := strings.Join(words, " ")
	if name != "" {
		line = pkg.Scripts[name]
		switch {
		case line == "" && name == "start" && a.Has("server.js"):
			line = "node server.js"
		case line == "":
			return Refuse(UnknownStart, a.StartsIn, "Start a script that package.json has", "the container starts the script %s, which package.json does not have", text.VisibleLine(name))
		}
		words = strings.Fields(line)
	}
	for _, list := range splitCommands(words) {
		s := build.ReadStart(list)
		tool := path.Base(list[0])
		_, develops := pkg.DevDependencies[tool]
		switch {
		case s.Kind == build.StartsDevelopment && !(tool == "next" && list[len(list)-1] != "dev" || tool == "nuxt" || tool == "strapi") || developmentTools[tool]:
			return Refuse(DevelopmentStart, a.StartsIn, "Start what the build produces (node dist/server.js), or serve static files with nginx", "the container starts a development server (%s)", text.VisibleLine(short(line, 60)))
		case tool == "next" && list[len(list)-1] != "dev":
			return Refuse(NoStandalone, a.StartsIn, "Set output: 'standalone' in the configuration of Next, and start server.js", "the container runs next start, which needs next itself and much of what built the application")
		case s.Kind == build.StartsBuild:
			return Refuse(BuildAtStart, a.StartsIn, "Build in a RUN, and start what the build produces", "the container builds when it starts (%s)", text.VisibleLine(short(line, 60)))
		case develops:
			return Refuse(DevelopmentStart, a.StartsIn, "List "+tool+" under dependencies, if it is what runs", "the container starts %s, which package.json lists under devDependencies", text.VisibleLine(tool))
		}
	}
	return nil
}

var developmentTools = text.WordSet("nodemon ts-node ts-node-dev tsx concurrently npm-run-all")

// scriptOf returns the script of package.json that words start through a package
// manager; "" for none.
func scriptOf(words []string) (name string, rest []string) {
	manager := path.Base(words[0])
	if !slices.Contains([]string{"npm", "yarn", "pnpm", "bun"}, manager) {
		return "", nil
	}
	args := words[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	if len(args) > 1 && (args[0] == "run" || args[0] == "run-script") {
		args = args[1:]
	}
	if len(args) == 0 {
		return "", nil
	}
	return args[0], args[1:]
}

// splitCommands cuts the words of a script into commands, without assignments.
func splitCommands(words []string) [][]string {
	var out [][]string
	var cur []string
	end := func() {
		for len(cur) > 0 && (strings.Contains(cur[0], "=") || cur[0] == "cross-env" || cur[0] == "exec") {
			cur = cur[1:]
		}
		if len(cur) > 0 {
			out = append(out, cur)
		}
		cur = nil
	}
	for _, w := range words {
		if w == "&&" || w == ";" || w == "||" || w == "|" || w == "&" {
			end()
			continue
		}
		cur = append(cur, w)
	}
	end()
	return out
}

// plainNode are the words with which the container starts node itself, where it starts a
// script of package.json that is nothing else and has no others before and after it; nil
// where it is more.
func (a *App) plainNode() []string {
	pkg, _, ok := a.ReadPackageJSON()
	if !ok || len(a.Start) == 0 || a.StartsIn == nil {
		return nil
	}
	name, rest := scriptOf(a.Start)
	line := pkg.Scripts[name]
	if name == "" || len(rest) > 0 || pkg.Scripts["pre"+name] != "" || pkg.Scripts["post"+name] != "" || strings.ContainsAny(line, "$`;&|<>(){}*?\"'\\") {
		return nil
	}
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "node" {
		return nil
	}
	file := slices.IndexFunc(words[1:], func(w string) bool { return !strings.HasPrefix(w, "-") })
	if file < 0 || slices.ContainsFunc(words[1:file+1], func(w string) bool { return nodeLoads[w] || strings.HasPrefix(w, "--loader") }) {
		return nil
	}
	return words
}

// nodeLoads are options of node whose value is a module, mostly one for development.
var nodeLoads = text.WordSet("-r --require --import --watch --inspect")
