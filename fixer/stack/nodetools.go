package stack

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// nodePrograms are the programs of packages that have other names than the package.
var nodePrograms = map[string][]string{
	"typescript": {"tsc"}, "@nestjs/cli": {"nest"}, "@angular/cli": {"ng"}, "sequelize-cli": {"sequelize", "sequelize-cli"}, "ts-node-dev": {"tsnd", "ts-node-dev"}, "@babel/node": {"babel-node"},
	"dotenv-cli": {"dotenv"}, "npm-run-all": {"npm-run-all", "run-s", "run-p"}, "typeorm": {"typeorm", "typeorm-ts-node-commonjs"}, "@babel/cli": {"babel"},
}

// startsDevelopmentTool refuses a container of which a command, at any depth of the
// scripts of package.json, calls a package listed under devDependencies, which the
// second stage does not have: prisma migrate deploy before the server, node -r
// tsconfig-paths/register.
func (a *App) startsDevelopmentTool(pkg PackageJSON) error {
	started := a.startsWithScripts(pkg)
	for _, name := range slices.Sorted(maps.Keys(pkg.DevDependencies)) {
		if _, both := pkg.Dependencies[name]; both || strings.HasPrefix(name, "@types/") {
			continue
		}
		programs, ok := nodePrograms[name]
		if !ok {
			programs = []string{path.Base(name)}
		}
		for _, program := range append(programs, name) {
			if callsProgram(started, program) {
				if buildsAtStart().MatchString(started) {
					return Refuse(BuildAtStart, a.StartsIn, "Build in a RUN, and start what the build produces", "the container builds when it starts, with %s, which package.json lists under devDependencies", text.VisibleLine(program))
				}
				return Refuse(DevelopmentStart, a.StartsIn, "List "+text.VisibleLine(name)+" under dependencies, if it is what runs", "the container starts %s, which package.json lists under devDependencies", text.VisibleLine(program))
			}
		}
	}
	return nil
}

// callsProgram reports whether a program stands where a command does in a text of a
// shell, or where node is told which module to load.
func callsProgram(started, program string) bool {
	if !strings.Contains(started, program) {
		return false // compiling the expression costs more than all the rest
	}
	return text.MustCompile(`(?m)(^|&&|\|\||[;|(]|\b(npx|pnpx|exec|yarn|pnpm|then|do|cross-env)\s|\.bin/|(-r|--require|--import|--loader)[\s=])\s*(-\S+\s+|\w+=\S*\s+)*` +
		regexp.QuoteMeta(program) + `($|[\s;&|)/@])`).MatchString(started)
}

// startsWithScripts is the text of what runs in a container, with the scripts of
// package.json that it runs, and those that they run.
func (a *App) startsWithScripts(pkg PackageJSON) string {
	out := a.Starts()
	seen := map[string]bool{}
	for rest := out; rest != ""; {
		var next strings.Builder
		for _, m := range runsScript().FindAllStringSubmatch(rest, -1) {
			if seen[m[1]] {
				continue
			}
			seen[m[1]] = true
			for _, name := range []string{"pre" + m[1], m[1], "post" + m[1]} {
				if line := pkg.Scripts[name]; line != "" {
					next.WriteString(line + "\n")
				}
			}
		}
		rest = next.String()
		out += "\n" + rest
	}
	return out
}

// runsScript matches a script of package.json that a package manager is told to run.
var runsScript = text.Regexp(`\b(?:npm|yarn|pnpm|bun)(?:\s+-\S+)*\s+(?:run\s+|run-script\s+)?(?:-\S+\s+)*([\w:.-]+)`)

// buildsAtStart matches a script that builds, by its name.
var buildsAtStart = text.Regexp(`\b(?:npm|yarn|pnpm|bun)\s+(?:run\s+|run-script\s+)?(?:-\S+\s+)*build\b`)
