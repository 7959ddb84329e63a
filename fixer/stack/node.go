package stack

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

var nodeStack = &Stack{
	Name:      "Node.js",
	Images:    []string{image.DockerHub + "/library/node"},
	Manifests: []string{"package.json"},
	Does:      nodeDoes,
	Plan:      planNode,
}

// A PackageJSON is what counts here of a package.json.
type PackageJSON struct {
	Scripts         map[string]string `json:"scripts"`
	Dependencies    map[string]string `json:"dependencies"`
	DevDependencies map[string]string `json:"devDependencies"`
	Workspaces      json.RawMessage   `json:"workspaces"`
	PackageManager  string            `json:"packageManager"`
}

// ReadPackageJSON reads the package.json of an application; ok is false where the build
// copies none, or it cannot be read.
func (a *App) ReadPackageJSON() (pkg PackageJSON, m Manifest, ok bool) {
	if m, ok = a.Manifest("package.json"); !ok {
		return pkg, m, false
	}
	return pkg, m, json.Unmarshal(m.Data, &pkg) == nil
}

// nodeTools are programs of packages that build, and write into the directory of the
// project.
var nodeTools = text.WordSet(`tsc vite webpack rollup esbuild parcel ng nest next nuxt nuxi astro gulp grunt babel swc tsup rsbuild rspack react-scripts vue-cli-service
	prisma craco turbo nx lerna svelte-kit remix gatsby eslint jest vitest mocha node-gyp postcss tailwindcss sass copyfiles cpx shx ncc pkgroll unbuild`)

func nodeDoes(a *App, st build.Step, c build.Command) *Work {
	if in := c.Install; in != nil && in.Language == "JavaScript" {
		if in.Global {
			return &Work{Develops: true}
		}
		return &Work{Develops: !c.Has("--omit=dev", "--production", "--prod", "-P")}
	}
	switch c.Program {
	case "npm", "yarn", "pnpm", "bun", "corepack":
		verb, _ := c.Subcommand()
		switch {
		case c.Program == "corepack":
			return &Work{}
		case c.Has("-g", "--global", "global"):
			return &Work{Develops: true}
		case slices.Contains([]string{"publish", "login", "adduser", "link", "unlink"}, verb):
			return nil
		}
		return &Work{} // run SCRIPT, cache clean, config, prune, rebuild
	case "npx", "pnpx", "bunx":
		if args := c.Plain(); len(args) > 0 && nodeTools[strings.SplitN(path.Base(args[0]), "@", 2)[0]] {
			return &Work{}
		}
		return nil
	case "node-gyp":
		return &Work{}
	}
	if nodeTools[c.Program] {
		return &Work{}
	}
	return nil
}

func planNode(a *App) (*Recipe, error) {
	if a.Workdir == "" || a.Workdir == "/" {
		return nil, Refuse(UnknownWorkdir, nil, "Give the application a directory of its own (WORKDIR /app)", "the application has no directory of its own in the image")
	}
	pkg, m, ok := a.ReadPackageJSON()
	if !ok {
		return nil, Refuse(Disagreement, nil, "Correct package.json", "package.json cannot be read")
	}
	if len(pkg.Workspaces) > 0 || a.Has("pnpm-workspace.yaml", "lerna.json") {
		return nil, Refuse(Workspaces, nil, "Build one package with its own Dockerfile, or deploy it with pnpm deploy --prod", "%s is the root of several packages, which share what they install", m.Path)
	}
	if err := nodeStart(a, pkg); err != nil {
		return nil, err
	}
	manager, last, err := nodeInstalls(a)
	if err != nil {
		return nil, err
	}
	r := &Recipe{Whole: true, Programs: []string{"node", "npm", "npx", "yarn"}, Leaves: []string{"compilers and development packages that only installing needs"}}
	r.Copies = []Copy{{Path: a.Workdir, Why: "the application with its packages"}}
	if pruneLine := nodePrune(a, pkg, manager, last); pruneLine != "" {
		r.After = []string{pruneLine}
		r.Leaves = append(r.Leaves, "the packages listed under devDependencies")
		r.Breaks = append(r.Breaks, "An application that loads a package listed under devDependencies")
	}
	r.Packages = a.nativeLibraries(nodeLibraries, pkg.names())
	r.Breaks = append(r.Breaks, "A package that loads a library of the system which is not in the smaller image")
	slim, ok := slimOf(a)
	if !ok {
		return nil, Refuse(NoRuntime, a.Stage.From, "Use a tag that has a slim variant", "no smaller variant of %s is known", a.Ref.Familiar())
	}
	r.Runtimes = []Runtime{slim}
	return r, nil
}

func (p PackageJSON) names() map[string]bool {
	out := map[string]bool{}
	for name := range p.Dependencies {
		out[strings.ToLower(name)] = true
	}
	return out
}

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
		case s.Kind == build.StartsDevelopment && !(tool == "next" || tool == "nuxt" || tool == "strapi") || developmentTools[tool]:
			return Refuse(DevelopmentStart, a.StartsIn, "Start what the build produces (node dist/server.js), or serve static files with nginx", "the container starts a development server (%s)", text.VisibleLine(short(line, 60)))
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

// nodeInstalls finds the package manager of the build, and the last step that installs
// or builds.
func nodeInstalls(a *App) (manager *build.Install, last *build.Step, err error) {
	for k := range a.Steps {
		st := &a.Steps[k]
		for _, c := range st.Commands {
			if in := c.Install; in != nil && in.Language == "JavaScript" {
				if in.Global {
					if err := globalTool(a, st, c); err != nil {
						return nil, nil, err
					}
					continue
				}
				manager, last = in, st
			} else if w := nodeDoes(a, *st, c); w != nil {
				last = st
			}
		}
	}
	if manager == nil {
		return nil, nil, Refuse(Disagreement, nil, "Install the packages with npm ci in the Dockerfile", "nothing in the file installs the packages that package.json lists")
	}
	return manager, last, nil
}

// globalTool refuses a tool that is installed for all projects and that the container
// starts: it is not in what is copied.
func globalTool(a *App, st *build.Step, c build.Command) error {
	started := strings.Join(a.Start, " ")
	for _, name := range c.Plain() {
		base := path.Base(strings.SplitN(strings.TrimPrefix(name, "@"), "@", 2)[0])
		if base != "" && slices.Contains(a.Start, base) || base == "pnpm" && strings.HasPrefix(started, "pnpm") {
			return Refuse(GlobalInstall, st.Instruction, "List "+base+" under dependencies, and start it from node_modules/.bin", "the container starts %s, which is installed globally and not with the application", text.VisibleLine(base))
		}
	}
	return nil
}

// nodePrune is the line that takes away what only development needs, after the last
// step that may need it; "" where there is nothing to take away.
func nodePrune(a *App, pkg PackageJSON, in *build.Install, last *build.Step) string {
	if len(pkg.DevDependencies) == 0 || last == nil || a.dropsDevelopment() {
		return ""
	}
	switch in.Name {
	case "npm":
		if v := a.Ref.Version(); len(v) > 0 && v[0] < 16 {
			return "RUN npm prune --production"
		}
		return "RUN npm prune --omit=dev"
	case "pnpm":
		return "RUN pnpm prune --prod"
	case "yarn":
		if a.Has(".yarnrc.yml") || strings.HasPrefix(pkg.PackageManager, "yarn@") && !strings.HasPrefix(pkg.PackageManager, "yarn@1") {
			return "" // needs a plugin
		}
		return "RUN yarn install --production --ignore-scripts --prefer-offline --frozen-lockfile && yarn cache clean"
	}
	return ""
}

// dropsDevelopment reports whether the build never installs what only development
// needs, or takes it away itself.
func (a *App) dropsDevelopment() bool {
	if v, at := a.Build.Variable(a.Stage, lastOf(a.Steps), "NODE_ENV"); at != nil && v == "production" {
		return true
	}
	drops := false
	a.Commands(func(_ build.Step, c build.Command) {
		drops = drops || slices.Contains([]string{"npm", "yarn", "pnpm"}, c.Program) && (c.Has("prune", "--omit=dev", "--production", "--prod", "-P", "--only=production", "--only=prod"))
	})
	return drops
}

func lastOf(steps []build.Step) *dockerfile.Instruction {
	if len(steps) == 0 {
		return nil
	}
	return steps[len(steps)-1].Instruction
}

// nodeLibraries are packages that load libraries of the distribution, with the package
// that has these.
var nodeLibraries = map[string]string{
	"pg-native": "libpq-dev", "@prisma/client": "openssl", "prisma": "openssl", "libpq": "libpq-dev", "canvas": "libcairo2-dev", "node-rdkafka": "librdkafka-dev", "zeromq": "libzmq3-dev",
}
