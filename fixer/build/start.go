package build

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A StartKind says what a program writes into the directory it is started in.
type StartKind int

// The kinds, from what asks for least to what asks for most.
const (
	StartsPlainly     StartKind = iota // nothing is known to be written
	StartsCaching                      // a server that keeps caches there, and works without
	StartsScript                       // a script of package.json, which is not read
	StartsDevelopment                  // a development server, which keeps caches and what it makes there
	StartsBuild                        // it compiles or installs, and needs caches elsewhere besides
)

// A Start is a program that a container starts with.
type Start struct {
	Kind StartKind
	What string // the program with its subcommand

	// Room are the directories, relative to the one it is started in, that it
	// writes to with all that is in them; Flat those in which it only makes new
	// files and directories.
	Room, Flat []string
}

// ReadStart tells what a command of a container, as [Started] gives it, writes
// where it is started. Programs are looked up behind those that run others for a
// project: npx, pnpm exec, bundle exec, poetry run, php artisan.
func ReadStart(words []string) Start {
	words = projectCommand(words)
	if len(words) == 0 {
		return Start{}
	}
	name := path.Base(words[0])
	var args []string
	for _, w := range words[1:] {
		if !strings.HasPrefix(w, "-") {
			args = append(args, w)
		}
	}
	sub := ""
	if len(args) > 0 {
		sub = args[0]
	}
	start := func(kind StartKind) Start {
		out := Start{Kind: kind, What: strings.TrimSpace(name + " " + sub)}
		if kind == StartsDevelopment {
			out.Room, out.Flat = roomOf(name)
		}
		return out
	}
	if packageManagers[name] {
		return scriptStart(name, sub, args, len(words) == 1)
	}
	switch tool := strings.TrimSuffix(name, "w"); tool { // mvnw, gradlew
	case "mvn", "gradle", "sbt", "lein", "make", "build.sh":
		return start(StartsBuild)
	}
	switch verbs, known := buildTools[name]; {
	case known && (verbs == "" || slices.Contains(strings.Fields(verbs), sub)):
		return start(StartsBuild)
	}
	if name == "nodemon" && slices.Contains([]string{".js", ".mjs", ".cjs"}, path.Ext(sub)) && !slices.ContainsFunc(words, func(w string) bool { return w == "-x" || strings.HasPrefix(w, "--exec") }) {
		return Start{} // it watches, and runs plain JavaScript
	}
	switch verbs, known := developmentServers[name]; {
	case known && (verbs == "" || slices.Contains(strings.Fields(verbs), sub) || sub == "" && slices.Contains(strings.Fields(verbs), ".")):
		return start(StartsDevelopment)
	case name == "next" && sub == "start": // pages and images that it makes anew
		return Start{Kind: StartsCaching, What: "next start", Room: []string{".next"}}
	}
	if name == "celery" { // beat keeps its schedule in a file
		file := slices.ContainsFunc(words, func(w string) bool { return w == "-s" || strings.HasPrefix(w, "--schedule") })
		switch {
		case file:
		case slices.Contains(words, "beat"):
			return Start{Kind: StartsBuild, What: "celery beat", Flat: []string{"."}}
		case slices.Contains(words, "-B"), slices.Contains(words, "--beat"):
			return Start{Kind: StartsBuild, What: "celery with -B", Flat: []string{"."}}
		}
	}
	return Start{}
}

var packageManagers = text.WordSet("npm pnpm yarn bun")

// buildTools compile, install or generate when they are called with one of the
// words, or with any where there is none.
var buildTools = map[string]string{
	"cargo": "run build test watch bench", "dotnet": "run build test watch", "composer": "install update require",
	"go": "run", "air": "", "CompileDaemon": "", "reflex": "", "gow": "", "fresh": "", "wgo": "",
	"mix": "", "iex": "", "rebar3": "", "stack": "run exec build", "cabal": "run build v2-run", "swift": "run build", "crystal": "run build", "dart": "run",
	"trunk": "serve watch build", "flutter": "run build", "meteor": "", "bazel": "", "buck2": "", "ant": "", "cmake": "", "ninja": "", "bee": "run", "buffalo": "dev",
}

// developmentServers keep caches, generated files, logs or a database in the
// directory they are started in, when they are called with one of the words, with
// none where a dot is among them, or with any where there are no words.
var developmentServers = map[string]string{
	"vite": ". dev serve preview build", "vitest": "", "webpack": "", "webpack-dev-server": "", "react-scripts": "start build test", "react-app-rewired": "start build", "craco": "start build",
	"rsbuild": "", "rspack": "", "next": ". dev build", "nuxt": ". dev build generate", "nuxi": "dev build generate", "ng": "serve s build", "astro": ". dev build", "svelte-kit": "",
	"gatsby": "develop build", "remix": "dev build", "react-router": "dev build", "vinxi": "", "vue-cli-service": "serve build", "expo": "start", "parcel": "", "storybook": "dev build", "start-storybook": "",
	"ember": "serve s server", "docusaurus": "start build", "eleventy": "", "hexo": "server s generate", "quasar": "dev build", "ionic": "serve", "nest": "start build", "tsc": "", "tsc-watch": "",
	"nodemon": "", "ts-node-dev": "", "babel-node": "", "tsup": "", "turbo": "", "nx": "", "lerna": "run", "prisma": "generate migrate db", "strapi": "develop dev start build",
	"directus": "", "medusa": "develop start", "keystone": "dev start", "payload": "", "hardhat": "", "truffle": "", "gulp": "", "grunt": "", "vitepress": "dev build", "vuepress": "dev build", "slidev": "", "wrangler": "dev",
	"manage.py": "runserver migrate collectstatic makemigrations", "django-admin": "runserver migrate", "mkdocs": "serve build", "sphinx-autobuild": "",
	"rails": ". server s", "puma": "", "jekyll": "serve s build", "middleman": "", "hanami": "server", "foreman": "start",
	"artisan": "", "console": "", "symfony": "server:start serve", "hugo": ". server serve", "zola": "serve build",
}

// packageRoom is where tools of JavaScript keep their caches: node_modules/.vite,
// node_modules/.cache, .next, .nuxt, .angular.
var packageRoom = []string{".", "node_modules"}

// rooms are those of programs that write elsewhere than tools of JavaScript.
var rooms = map[string]string{
	"rails": "log tmp storage db", "puma": "log tmp storage db", "hanami": "log tmp", "foreman": "log tmp storage db",
	"strapi": ".", "artisan": "storage bootstrap/cache", "console": "var", "symfony": "var",
	"manage.py": ".", "django-admin": ".", "mkdocs": ".", "sphinx-autobuild": ".", "jekyll": ".", "middleman": ".", "hugo": ".", "zola": ".",
}

func roomOf(name string) (room, flat []string) {
	switch list := rooms[name]; list {
	case "":
		return nil, packageRoom
	case ".":
		return []string{"."}, nil
	default:
		return strings.Fields(list), []string{"."}
	}
}

// developmentScript matches names of package.json scripts that start a
// development server.
var developmentScript = text.Regexp(`(?i)(^|[:._-])(dev|devel|develop|development|watch|hmr|hot|serve|storybook|local)([:._-]|$)`)

// scriptStart reads a call of a package manager.
func scriptStart(name, sub string, args []string, alone bool) Start {
	what := strings.TrimSpace(name + " " + sub)
	switch {
	case slices.Contains([]string{"install", "i", "ci", "clean-install", "build"}, sub), name == "yarn" && alone:
		return Start{Kind: StartsBuild, What: what}
	case slices.Contains([]string{"run", "run-script", "rum", "urn"}, sub) && len(args) > 1:
		sub = args[1]
		what = name + " run " + sub
	case sub == "start", sub == "restart", sub == "test", sub == "t":
	case name == "npm", sub == "", strings.ContainsAny(sub, "./"):
		return Start{} // no script, or a file that bun runs
	}
	switch {
	case sub == "build":
		return Start{Kind: StartsBuild, What: what}
	case developmentScript().MatchString(sub):
		return Start{Kind: StartsDevelopment, What: what, Flat: packageRoom}
	}
	if direct := ReadStart([]string{sub}); name != "npm" && direct.Kind != StartsPlainly {
		direct.What = what // yarn vite
		return direct
	}
	return Start{Kind: StartsScript, What: what, Flat: packageRoom}
}

// projectCommand drops the programs that run another one out of a project.
func projectCommand(words []string) []string {
	for range 4 {
		if len(words) == 0 {
			return nil
		}
		name, rest := path.Base(words[0]), words[1:]
		skip := 0
		switch {
		case name == "npx", name == "bunx", name == "pnpx", name == "cross-env", name == "env-cmd", name == "dotenv":
			skip = 1
		case len(rest) > 1 && slices.Contains([]string{"pnpm exec", "pnpm dlx", "yarn exec", "yarn dlx", "npm exec", "bundle exec", "poetry run", "pipenv run", "uv run", "pdm run", "hatch run", "rye run"}, name+" "+rest[0]):
			skip = 2
		case len(rest) > 0 && (strings.HasPrefix(name, "python") || name == "php" || name == "ruby" || name == "node" || name == "uv"):
			skip = 1
			if rest[0] == "-m" && len(rest) > 1 {
				skip = 2
			}
			if base := path.Base(rest[skip-1]); rest[0] != "-m" && developmentServers[base] == "" && base != "artisan" && base != "console" && !strings.Contains(rest[0], "node_modules/.bin/") {
				return words
			}
		default:
			return words
		}
		words = words[skip:]
		for len(words) > 0 && (strings.HasPrefix(words[0], "-") || isAssignment(words[0])) {
			words = words[1:]
		}
	}
	return words
}

// Starts reads all that the command line of a container starts.
func Starts(c dockerfile.CommandLine) []Start {
	var out []Start
	for _, words := range Started(c) {
		if s := ReadStart(words); s.Kind != StartsPlainly {
			out = append(out, s)
		}
	}
	return out
}
