package stack

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// staticNode is pages that tools of JavaScript build and a server of files serves.
var staticNode = &Stack{
	Name:      "Node.js",
	Images:    []string{image.DockerHub + "/library/node"},
	Fits:      func(a *App) bool { server, _ := a.fileServer(); return server != "" },
	Manifests: []string{"package.json"},
	Does: func(a *App, st build.Step, c build.Command) *Work {
		if server, _ := a.fileServer(); c.Has("-g", "--global", "global") && installsTool(c, server) {
			return &Work{Again: true}
		}
		return nodeDoes(a, st, c)
	},
	Plan: planStaticNode,
}

// staticPython is pages that a generator of Python builds and Python serves.
var staticPython = &Stack{
	Name:   "Python",
	Images: []string{image.DockerHub + "/library/python"},
	Fits:   func(a *App) bool { return a.servesWithPython() && a.generated() != "" },
	Does: func(a *App, st build.Step, c build.Command) *Work {
		switch {
		case c.Program == "mkdocs" || c.Program == "sphinx-build" || c.Program == "pelican":
			return &Work{}
		case c.Install != nil && c.Install.Language == "Python":
			return &Work{} // beside the interpreter of the build, which the pages do not need
		}
		return pythonDoes(a, st, c)
	},
	Plan: planStaticPython,
}

// fileServers are programs that serve the files of a directory and are installed
// globally, with the options that take a value.
var fileServers = map[string]map[string]bool{
	"serve":       text.WordSet("-l --listen -p --port -L -C --ssl-cert --ssl-key"),
	"http-server": text.WordSet("-p --port -a -c -P --proxy -e --ext -b -d -i -g"),
}

// fileServer returns the server of files that the container starts, and the words that
// it is given; "" where it starts none, or one that is not installed globally.
func (a *App) fileServer() (server string, args []string) {
	words := a.Start
	if len(words) == 0 && a.StartsIn != nil { // a shell may put in a variable: serve -s dist -l $PORT
		line := build.CommandText(a.File, a.StartsIn)
		if strings.ContainsAny(line, ";&|<>`\n[") {
			return "", nil
		}
		words = strings.Fields(line)
	}
	if len(words) > 1 && words[0] == "npx" {
		words = words[1:]
	}
	if len(words) == 0 || fileServers[words[0]] == nil {
		return "", nil
	}
	global := false
	a.Commands(func(_ build.Step, c build.Command) {
		global = global || c.Has("-g", "--global", "global") && installsTool(c, words[0])
	})
	if !global {
		return "", nil
	}
	return words[0], words[1:]
}

// installsTool reports whether a package manager of JavaScript is given a tool, with or
// without its version, and no other.
func installsTool(c build.Command, tool string) bool {
	if !slices.Contains([]string{"npm", "yarn", "pnpm"}, c.Program) || tool == "" {
		return false
	}
	found := false
	for _, w := range c.Plain() {
		name, _, _ := strings.Cut(w, "@")
		switch {
		case name == tool:
			found = true
		case !slices.Contains([]string{"install", "i", "add", "global"}, w):
			return false
		}
	}
	return found
}

func planStaticNode(a *App) (*Recipe, error) {
	server, args := a.fileServer()
	dir := ""
	for k := 0; k < len(args); k++ {
		switch {
		case args[k] == "-c" && server == "serve", strings.HasPrefix(args[k], "--config"):
			return nil, Refuse(UnknownOutput, a.StartsIn, "Put serve.json into the directory that is served", "%s reads its settings from a file beside the pages", server)
		case fileServers[server][args[k]]:
			k++
		case !strings.HasPrefix(args[k], "-"):
			dir = args[k]
		}
	}
	out, err := a.builtPages()
	if err != nil {
		return nil, err
	}
	served := a.Absolute(nil, dir)
	if dir == "" || served == "" || served == "/" || served == a.Workdir || out != served && !strings.HasPrefix(out, served+"/") && !strings.HasPrefix(served, out+"/") {
		return nil, Refuse(UnknownOutput, a.StartsIn, "Serve the directory that the build writes ("+text.VisibleLine(path.Base(out))+")",
			"the container serves %s, and the build is not known to write it", text.VisibleLine(cmp.Or(dir, "its working directory")))
	}
	slim, ok := slimOf(a)
	if !ok {
		return nil, Refuse(NoRuntime, a.Stage.From, "Use a tag that has a slim variant", "no smaller variant of %s is known", a.Ref.Familiar())
	}
	return &Recipe{
		Copies:   []Copy{{Path: served, Why: "the pages that the build makes"}},
		Programs: []string{"node", "npx", server},
		Baked:    []string{"VITE_", "REACT_APP_", "VUE_APP_", "PUBLIC_", "GATSBY_", "GENERATE_SOURCEMAP", "NODE_OPTIONS"},
		Leaves:   []string{"the sources, and all packages of the project"},
		Breaks:   []string{"A page that asks for a file of the sources which the build does not copy into " + path.Base(served)},
		Runtimes: []Runtime{slim},
	}, nil
}

// pageTools are tools that build pages, with the directory that each writes.
var pageTools = map[string]string{"vite": "dist", "react-scripts": "build", "react-app-rewired": "build", "craco": "build", "vue-cli-service": "dist", "astro": "dist", "rsbuild": "dist", "parcel": "dist", "gatsby": "public",
	"docusaurus": "build", "eleventy": "_site", "@11ty/eleventy": "_site", "umi": "dist", "rspack": "dist", "preact": "build"}

// builtPages is the directory that the build of the pages writes.
func (a *App) builtPages() (string, error) {
	pkg, m, ok := a.ReadPackageJSON()
	if !ok {
		return "", Refuse(Disagreement, nil, "Correct package.json", "the file package.json cannot be read")
	}
	out, from := "", ""
	read := func(words []string, at string) {
		for _, list := range splitCommands(words) {
			if len(list) > 1 && (list[0] == "npx" || list[0] == "yarn" || list[0] == "pnpm" && list[1] != "run") {
				list = list[1:]
			}
			dir, ok := pageTools[list[0]]
			if list[0] == "ng" && len(list) > 1 && (list[1] == "build" || list[1] == "b") {
				if dir = a.angularOutput(list[2:]); dir != "" {
					out, from = path.Join(at, dir), list[0]
				}
				continue
			}
			if !ok || len(list) > 1 && !slices.Contains(list, "build") && list[0] != "eleventy" && list[0] != "@11ty/eleventy" {
				continue
			}
			for k, w := range list {
				if (w == "--outDir" || w == "--output" || w == "-o" || w == "--out-dir" || w == "--dest" || strings.HasPrefix(w, "--output=")) && k+1 < len(list) {
					dir = strings.TrimPrefix(list[k+1], "--output=")
				}
			}
			out, from = path.Join(at, dir), list[0]
		}
	}
	a.Commands(func(st build.Step, c build.Command) {
		at := a.Absolute(st.Instruction, ".")
		words := append([]string{c.Program}, wordsOf(c)...)
		if name, _ := scriptOf(words); name != "" && pkg.Scripts[name] != "" {
			words = strings.Fields(pkg.Scripts[name])
		}
		read(words, at)
	})
	if out == "" || strings.ContainsAny(out, "$`") {
		return "", Refuse(UnknownOutput, nil, "Build with a tool whose output is known, such as vite build", "it is not known where the build script of %s writes its pages", text.VisibleLine(m.Name))
	}
	if _, at := a.Build.Variable(a.Stage, nil, "BUILD_PATH"); at != nil {
		return "", Refuse(UnknownOutput, at, "Leave BUILD_PATH out", "BUILD_PATH changes where %s writes its pages", text.VisibleLine(from))
	}
	for _, name := range []string{"vite.config.js", "vite.config.ts", "vite.config.mjs", "vue.config.js", "astro.config.mjs", "astro.config.ts", ".eleventy.js", "eleventy.config.js"} {
		if c, ok := a.Manifest(name); ok && otherOutput().Match(c.Data) {
			return "", Refuse(UnknownOutput, nil, "Leave the output directory at what it usually is", "%s changes where %s writes its pages", text.VisibleLine(c.Name), text.VisibleLine(from))
		}
	}
	return out, nil
}

// otherOutput matches a setting of the directory that a tool writes.
var otherOutput = text.Regexp(`(?m)^[^/\n]*\b(outDir|outputDir|root\s*:|output\s*:\s*["'{]|dir\s*:\s*\{)`)

func wordsOf(c build.Command) []string {
	var out []string
	for _, w := range c.Args() {
		out = append(out, w.Value)
	}
	return out
}

// servesWithPython reports whether the container starts Python's server of files.
func (a *App) servesWithPython() bool {
	return len(a.Start) > 2 && strings.HasPrefix(path.Base(a.Start[0]), "python") && slices.Contains(a.Start, "-m") && slices.Contains(a.Start, "http.server")
}

// generated is the directory that a generator of pages writes in the build; "" for
// none.
func (a *App) generated() string {
	out := ""
	a.Commands(func(st build.Step, c build.Command) {
		switch verb, k := c.Subcommand(); {
		case c.Program == "mkdocs" && verb == "build":
			dir := "site"
			if m, ok := a.Manifest("mkdocs.yml", "mkdocs.yaml"); ok {
				for line := range strings.Lines(string(m.Data)) {
					if v, ok := strings.CutPrefix(line, "site_dir:"); ok {
						dir = strings.Trim(strings.TrimSpace(v), `"'`)
					}
				}
			}
			for _, name := range []string{"-d", "--site-dir"} {
				if v, ok := option(c, k, name); ok {
					dir = v
				}
			}
			out = a.Absolute(st.Instruction, dir)
		case c.Program == "sphinx-build":
			if list := c.Plain(); len(list) > 1 {
				out = a.Absolute(st.Instruction, list[len(list)-1])
			}
		case c.Program == "pelican":
			out = a.Absolute(st.Instruction, "output")
			for _, name := range []string{"-o", "--output"} {
				if v, ok := option(c, c.ProgramWord, name); ok {
					out = a.Absolute(st.Instruction, v)
				}
			}
		}
	})
	return out
}

func planStaticPython(a *App) (*Recipe, error) {
	out, served := a.generated(), a.Workdir
	for k, w := range a.Start {
		if (w == "-d" || w == "--directory") && k+1 < len(a.Start) {
			served = a.Absolute(nil, a.Start[k+1])
		} else if v, ok := strings.CutPrefix(w, "--directory="); ok {
			served = a.Absolute(nil, v)
		}
	}
	if served == "" || served == "/" || served != out && !strings.HasPrefix(served, out+"/") {
		return nil, Refuse(UnknownOutput, a.StartsIn, "Serve the directory that the generator writes (--directory)", "the container serves %s, and the build writes its pages into %s",
			text.VisibleLine(cmp.Or(served, "an unknown directory")), text.VisibleLine(out))
	}
	slim, ok := slimOf(a)
	if !ok {
		return nil, Refuse(NoRuntime, a.Stage.From, "Use a tag that has a slim variant", "no smaller variant of %s is known", a.Ref.Familiar())
	}
	return &Recipe{
		Copies:   []Copy{{Path: served, Why: "the pages that the build makes"}},
		Programs: []string{"python", "python3"},
		Leaves:   []string{"the generator with its packages, and the sources of the pages"},
		Breaks:   []string{"A page that asks for a file of the sources which the generator does not copy"},
		Runtimes: []Runtime{slim},
	}, nil
}
