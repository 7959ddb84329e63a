package detect

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/stack"
	"github.com/oakum-sec/oakum/fixer/text"
)

// lastWithYarn is the last release of Node.js whose image has yarn.
const lastWithYarn = "24"

// A packageJSON is what counts here of a package.json.
type packageJSON struct {
	stack.PackageJSON
	Main    string            `json:"main"`
	Engines map[string]string `json:"engines"`
}

// pageTools build pages that only have to be served, each with the directory that it writes.
var pageTools = []struct{ name, out string }{{"vite", "dist"}, {"react-scripts", "build"}, {"@vue/cli-service", "dist"}, {"astro", "dist"}, {"@11ty/eleventy", "_site"}, {"parcel", "dist"}}

func nodeCheck(port string) string {
	return fmt.Sprintf(`["node", "-e", "require('net').connect(%s, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))"]`, port)
}

func draftNode(d *draft) error {
	d.app.Stack, d.app.Like = "Node.js", "node-npm"
	if !d.has("package.json") {
		return d.plainNode()
	}
	var pkg packageJSON
	if err := json.Unmarshal(d.Read("package.json"), &pkg); err != nil {
		return stack.Refuse(stack.Disagreement, nil, "Correct package.json", "package.json cannot be read")
	}
	if err := d.entrypointScript(); err != nil {
		return err
	}
	start, pages, err := d.nodeStart(&pkg)
	if err != nil {
		return err
	}
	install, files, needs, err := d.nodeInstall(&pkg)
	if err != nil {
		return err
	}
	says := []stated{{".nvmrc", strings.TrimPrefix(d.line(".nvmrc"), "v")}, {".node-version", strings.TrimPrefix(d.line(".node-version"), "v")}, {"package.json", pkg.Engines["node"]}}
	types := firstVersion(pkg.DevDependencies["@types/node"])
	if types != "" {
		types, _, _ = strings.Cut(types, ".")
	}
	says = append(says, stated{"package.json", types})
	v := d.version("nodejs", "Node.js", says...)
	if v, _, _ = strings.Cut(v, "."); needs == "yarn" && older(lastWithYarn, v) {
		v = lastWithYarn
		d.assume("the image of Node.js %s has yarn, and later ones have not", v)
	}
	d.app.Version = v
	if pages == "" {
		framework := 0
		if pkg.Dependencies["next"] != "" {
			framework = 3000
		}
		if err := d.port(framework, ".js", ".mjs", ".cjs", ".ts", ".mts"); err != nil {
			return err
		}
	}
	d.begin("node:" + v + "-" + trixie())
	if needs == "pnpm" {
		d.app.Like = "node-pnpm"
		d.add("RUN npm install -g " + d.pnpm(&pkg))
	}
	if pages != "" {
		d.add("RUN npm install -g serve@14")
	}
	if len(pkg.Workspaces) > 0 {
		d.add("COPY . .", "RUN "+install)
	} else {
		d.add("# The packages change less often than the code: this layer is built again only when they do.",
			"COPY "+strings.Join(files, " ")+" ./", "RUN "+install, "COPY . .")
	}
	manager := needs
	if pkg.Scripts["build"] != "" {
		d.add("RUN " + manager + " run build")
		d.fact("package.json", 0, "the script build builds it")
	}
	if pages != "" {
		d.app.Port = d.portOr(8080)
		d.finish(nodeCheck, "serve", "-s", pages, "-l", fmt.Sprint(d.app.Port))
		return nil
	}
	d.finish(nodeCheck, start...)
	return nil
}

// plainNode is an application of files that need no package.
func (d *draft) plainNode() error {
	start, err := d.chosen()
	if err != nil {
		return err
	}
	if file := d.first("server.js", "index.js", "app.js", "main.js"); start == nil {
		start = []string{"node", file}
		d.fact(file, 0, "node runs it")
	}
	v := d.version("nodejs", "Node.js", stated{".nvmrc", strings.TrimPrefix(d.line(".nvmrc"), "v")}, stated{".node-version", d.line(".node-version")})
	d.app.Version, _, _ = strings.Cut(v, ".")
	if err := d.port(0, ".js", ".mjs", ".cjs"); err != nil {
		return err
	}
	d.begin("node:" + d.app.Version + "-" + trixie() + "-slim")
	d.add("COPY . .")
	d.finish(nodeCheck, start...)
	return nil
}

// developed are scripts that start what is for development, by a word of theirs.
var developed = text.Regexp(`\b(?:nodemon|ts-node|ts-node-dev|tsx|vite|webpack-dev-server|concurrently|--watch|next dev|nuxt dev|ng serve|react-scripts start|vue-cli-service serve|astro dev|parcel)\b`)

// nodeStart finds how the application starts, or for pages the directory that their build
// writes.
func (d *draft) nodeStart(pkg *packageJSON) (start []string, pages string, err error) {
	if start, err = d.chosen(); err != nil || start != nil {
		return start, "", err
	}
	development := ""
	for _, script := range []string{"start:prod", "start"} {
		line := pkg.Scripts[script]
		switch {
		case line == "":
		case developed().MatchString(line):
			development = script
		default:
			d.fact("package.json", 0, "the script %s starts it", script)
			if script == "start" {
				return []string{"npm", "start"}, "", nil
			}
			return []string{"npm", "run", script}, "", nil
		}
	}
	for _, tool := range pageTools {
		if pkg.DevDependencies[tool.name]+pkg.Dependencies[tool.name] != "" && pkg.Scripts["build"] != "" {
			d.fact("package.json", 0, "%s builds pages", tool.name)
			d.assume("the build writes the pages into %s", tool.out)
			return nil, tool.out, nil
		}
	}
	if words := d.procfile(); words != nil {
		return words, "", nil
	}
	if development != "" {
		return nil, "", stack.Refuse(stack.DevelopmentStart, nil, "Add a script start that is node FILE, or name the command with --start", "the script %s of package.json starts what is for development (%s)", development, text.VisibleLine(pkg.Scripts[development]))
	}
	for _, file := range []string{path.Clean(pkg.Main), "server.js", "index.js", "app.js"} {
		if file != "." && !strings.HasPrefix(file, "..") && d.has(file) && pkg.Scripts["build"] == "" {
			d.fact(file, 0, "node runs it")
			return []string{"node", file}, "", nil
		}
	}
	return nil, "", stack.Refuse(stack.UnknownStart, nil, "Add a script start that is node FILE, or name the command with --start", "package.json has no script that starts the application")
}

// nodeInstall is the command that installs what the lock file says, with the files that it
// reads and the package manager.
func (d *draft) nodeInstall(pkg *packageJSON) (install string, files []string, manager string, err error) {
	locks := d.there("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
	if len(locks) > 1 {
		return "", nil, "", stack.Refuse(stack.Several, nil, "Remove the lock file that is not used", "there are lock files of several package managers: %s", strings.Join(locks, ", "))
	}
	files = append([]string{"package.json"}, locks...)
	for _, name := range d.there(".npmrc", ".yarnrc") {
		if npmSecret().Match(d.Read(name)) {
			return "", nil, "", stack.Refuse(stack.UnknownCommand, nil, "Give the token to the build as a secret (RUN --mount=type=secret)", "%s has a token or a password, which must not be sent to a build", name)
		}
		files = append(files, name)
	}
	for _, dir := range []string{"prisma/schema.prisma", "patches"} {
		if d.has(dir) {
			files = append(files, dir) // which the installation reads
		}
	}
	switch {
	case len(locks) == 0 && len(pkg.Dependencies)+len(pkg.DevDependencies) == 0:
		return "npm install", files, "npm", nil
	case len(locks) == 0:
		return "", nil, "", stack.Refuse(stack.UnknownOutput, nil, "Run npm install, and add package-lock.json", "there is no lock file, so that every build installs something else")
	case strings.HasSuffix(locks[0], ".json"):
		return "npm ci", files, "npm", nil
	case locks[0] == "pnpm-lock.yaml":
		return "pnpm install --frozen-lockfile", append(files, d.there("pnpm-workspace.yaml")...), "pnpm", nil
	case locks[0] == "yarn.lock" && strings.Contains(string(d.Read("yarn.lock")), "# yarn lockfile v1"):
		return "yarn install --frozen-lockfile", files, "yarn", nil
	}
	return "", nil, "", stack.Refuse(stack.UnknownCommand, nil, "Use npm, pnpm or yarn 1", "oakum does not know how the package manager of %s leaves out what is for development", locks[0])
}

// npmSecret matches settings of npm that are secret.
var npmSecret = text.Regexp(`(?i)_auth|_password`)

// pnpm is the package manager with the version that package.json or the lock file says.
func (d *draft) pnpm(pkg *packageJSON) string {
	if version, _, _ := strings.Cut(pkg.PackageManager, "+"); strings.HasPrefix(version, "pnpm@") && !strings.ContainsFunc(version[5:], func(r rune) bool { return r != '.' && (r < '0' || r > '9') }) {
		return version
	}
	return "pnpm@10"
}
