package stack

import (
	"encoding/json"
	"fmt"
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
	// node-gyp runs Python, and nothing of the application does.
	BuildPackages: []string{"python3", "python", "python2", "python3-minimal", "python-is-python3", "py3-setuptools"},
	Does:          nodeDoes,
	Plan:          planNode,
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
		return nil, Refuse(Disagreement, nil, "Correct package.json", "the file package.json cannot be read")
	}
	if a.nextStandalone(pkg) {
		return planNext(a)
	}
	if err := nodeStart(a, pkg); err != nil {
		return nil, err
	}
	manager, err := nodeInstalls(a)
	if err != nil {
		return nil, err
	}
	root := a.Absolute(manager.at, ".")
	if err := a.workspaces(pkg, m, manager); err != nil {
		return nil, err
	}
	if root == "" || root == "/" {
		return nil, Refuse(UnknownWorkdir, manager.at, "Give the application a directory of its own (WORKDIR /app)", "the packages are installed in a directory that oakum does not know")
	}
	r := &Recipe{Whole: true, Programs: []string{"node", "npm", "npx", "yarn"}, Leaves: []string{"compilers and development packages that only installing needs"}}
	r.Copies = []Copy{{Path: root, Why: "the application with its packages"}}
	if a.Workdir != root && !strings.HasPrefix(a.Workdir, root+"/") {
		r.Copies = append(r.Copies, Copy{Path: a.Workdir, Why: "the directory in which the application starts"})
	}
	if line := nodePrune(a, pkg, manager, root); line != "" {
		if err := a.startsDevelopmentTool(pkg); err != nil {
			return nil, err
		}
		r.After = []string{line}
		r.Leaves = append(r.Leaves, "the packages listed under devDependencies")
		r.Breaks = append(r.Breaks, "An application that loads a package listed under devDependencies")
	}
	r.Packages = a.nativeLibraries(nodeLibraries, pkg.names())
	r.Breaks = append(r.Breaks, "An application that calls a command, or loads a library, of the larger image")
	slim, ok := slimOf(a)
	if !ok {
		return nil, Refuse(NoRuntime, a.Stage.From, "Use a tag that has a slim variant", "no smaller variant of %s is known", a.Ref.Familiar())
	}
	r.Runtimes = nodeRuntimes(a, pkg, slim)
	return r, nil
}

func (p PackageJSON) names() map[string]bool {
	out := map[string]bool{}
	for name := range p.Dependencies {
		out[strings.ToLower(name)] = true
	}
	return out
}

// A nodeInstall is the last command that installs what package.json lists.
type nodeInstall struct {
	*build.Install
	at *dockerfile.Instruction
}

// nodeInstalls finds how the build installs packages.
func nodeInstalls(a *App) (*nodeInstall, error) {
	var out *nodeInstall
	for k := range a.Steps {
		st := &a.Steps[k]
		for _, c := range st.Commands {
			in := c.Install
			if in == nil || in.Language != "JavaScript" {
				continue
			}
			if !in.Global {
				out = &nodeInstall{in, st.Instruction}
			} else if err := globalTool(a, st, c); err != nil {
				return nil, err
			}
		}
	}
	if out == nil {
		return nil, Refuse(Disagreement, nil, "Install the packages with npm ci in the Dockerfile", "nothing in the file installs the packages that package.json lists")
	}
	return out, nil
}

// globalTool refuses a tool that is installed for all projects and that the container
// starts: it is not in what is copied. A package manager whose script is one command can
// be left out.
func globalTool(a *App, st *build.Step, c build.Command) error {
	if a.plainNode() != nil {
		return nil
	}
	for _, name := range c.Plain() {
		base := path.Base(strings.SplitN(strings.TrimPrefix(name, "@"), "@", 2)[0])
		if base != "" && slices.Contains(a.Start, base) {
			return Refuse(GlobalInstall, st.Instruction, "List "+base+" under dependencies, and start it from node_modules/.bin", "the container starts %s, which is installed globally and not with the application", text.VisibleLine(base))
		}
	}
	return nil
}

// nodePrune is the line that takes away what only development needs, after the last
// step; "" where there is nothing to take away.
func nodePrune(a *App, pkg PackageJSON, in *nodeInstall, root string) string {
	if len(pkg.DevDependencies) == 0 && len(pkg.Workspaces) == 0 && !a.Has("pnpm-workspace.yaml") || a.dropsDevelopment() {
		return ""
	}
	line := ""
	switch in.Name {
	case "npm":
		line = "npm prune --omit=dev"
		if v := a.Ref.Version(); len(v) > 0 && v[0] < 16 {
			line = "npm prune --production"
		}
	case "pnpm":
		line = "pnpm prune --prod"
	case "yarn":
		if !a.classicYarn(pkg) {
			return "" // needs a plugin
		}
		line = "yarn install --production --ignore-scripts --prefer-offline --frozen-lockfile && yarn cache clean"
	}
	if line == "" {
		return ""
	}
	if a.Absolute(a.lastStep(), ".") != root {
		line = "cd " + root + " && " + line
	}
	return "RUN " + line
}

// lastStep is the last instruction that changes files.
func (a *App) lastStep() *dockerfile.Instruction {
	var out *dockerfile.Instruction
	for _, i := range a.Stage.Instructions {
		if i.Keyword == "RUN" || i.Keyword == "COPY" || i.Keyword == "ADD" {
			out = i
		}
	}
	return out
}

// nodeRuntimes are the images on which the application runs. A script of package.json
// that only starts node is left out, so that signals reach the application.
func nodeRuntimes(a *App, pkg PackageJSON, slim Runtime) []Runtime {
	slim.Start = a.plainNode()
	out := []Runtime{slim}
	words := slim.Start
	if words == nil && a.Program() == "node" {
		words = a.Start
	}
	version := a.Ref.Version()
	if len(words) < 2 || a.Base.Codename != "trixie" || len(version) == 0 || !slices.Contains(distrolessNode, version[0]) {
		return out
	}
	minimal := Runtime{ID: "distroless", Image: fmt.Sprintf("gcr.io/distroless/nodejs%d-debian13:nonroot", version[0]), User: nonroot, Same: true, Start: append([]string{"/nodejs/bin/node"}, words[1:]...),
		Why: "the container starts node itself, and this image has the same version of it on the same release of Debian"}
	return append(out, minimal)
}

// distrolessNode are the major versions of Node.js for which there is a distroless image
// on Debian 13.
var distrolessNode = []int{22, 24, 26}

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
	"pg-native": "libpq-dev", "simple-git": "git", "@prisma/client": "openssl", "prisma": "openssl", "libpq": "libpq-dev", "canvas": "libcairo2-dev", "node-rdkafka": "librdkafka-dev", "zeromq": "libzmq3-dev",
}
