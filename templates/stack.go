package templates

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Stack is one language with the tools that build it.
type Stack struct {
	Name string   // as commands take it: "python-uv"
	Also []string // other names
	Of   string   // the language, or what serves: "Python"
	With string   // the tool that tells it from another stack: "uv"; "" for none

	// Context are the patterns of the names that its build is sent; Leavings are those of
	// what its tools leave beside the source.
	Context, Leavings []string

	// Health are the words of the command that checks its health in the container.
	Health []string

	Memory int // MiB that it may use
	Tmp    int // MiB that /tmp may hold
	Start  int // seconds until it answers, at most

	layers  []string // directories below files/stacks, the later ones over the earlier ones
	product string   // in the table of lifecycles; "" where it has none
	version string   // where the table has no product
	uid     int
	tools   map[string]string // versions of tools that no table has
	build   string            // image of the build stage, as images takes it; "" for none
	run     string            // image that runs

	ecosystem string // of its packages, as Dependabot calls it; "" for none
}

// distroless is the user of distroless images with the tag nonroot.
const distroless = 65532

// unprivileged is a user that no base image has.
const unprivileged = 10001

// Stacks returns all stacks in the order of lists.
func Stacks() []*Stack { return slices.Clone(stacks) }

var stacks = []*Stack{
	{
		Name: "go", Of: "Go", product: "go", ecosystem: "gomod", uid: distroless, layers: []string{"go"},
		build: "golang:{version}-{codename}", run: "gcr.io/distroless/static-debian{debian}:nonroot",
		Context: []string{"go.mod", "go.sum", "*.go"}, Leavings: []string{"/service"},
		Health: []string{"/app/service", "healthcheck"}, Memory: 128, Tmp: 16, Start: 5,
	},
	{
		Name: "node-npm", Also: []string{"node"}, Of: "Node.js", With: "npm", product: "nodejs", ecosystem: "npm", uid: distroless, layers: []string{"node", "node-npm"},
		build: "node:{version}-{codename}-slim", run: "gcr.io/distroless/nodejs{version}-debian{debian}:nonroot",
		Context: []string{"package.json", "package-lock.json", "*.js"}, Leavings: []string{"node_modules/"},
		Health: []string{"/nodejs/bin/node", "/app/healthcheck.js"}, Memory: 256, Tmp: 16, Start: 10,
	},
	{
		Name: "node-pnpm", Of: "Node.js", With: "pnpm", product: "nodejs", ecosystem: "npm", uid: distroless, layers: []string{"node", "node-pnpm"}, tools: map[string]string{"pnpm": "12.21.0"},
		build: "node:{version}-{codename}-slim", run: "gcr.io/distroless/nodejs{version}-debian{debian}:nonroot",
		Context: []string{"package.json", "pnpm-lock.yaml", "*.js"}, Leavings: []string{"node_modules/"},
		Health: []string{"/nodejs/bin/node", "/app/healthcheck.js"}, Memory: 256, Tmp: 16, Start: 10,
	},
	{
		Name: "python-pip", Also: []string{"python"}, Of: "Python", With: "pip", product: "python", ecosystem: "pip", uid: unprivileged, layers: []string{"python", "python-pip"},
		build: "python:{version}-slim-{codename}", run: "python:{version}-slim-{codename}",
		Context: []string{"requirements.txt", "*.py"}, Leavings: []string{"__pycache__/", ".venv/"},
		Health: []string{"python", "/app/healthcheck.py"}, Memory: 256, Tmp: 16, Start: 10,
	},
	{
		Name: "python-uv", Of: "Python", With: "uv", product: "python", ecosystem: "uv", uid: unprivileged, layers: []string{"python", "python-uv"}, tools: map[string]string{"uv": "0.13.9"},
		build: "python:{version}-slim-{codename}", run: "python:{version}-slim-{codename}",
		Context: []string{"pyproject.toml", "uv.lock", "*.py"}, Leavings: []string{"__pycache__/", ".venv/"},
		Health: []string{"python", "/app/healthcheck.py"}, Memory: 256, Tmp: 16, Start: 10,
	},
	{
		Name: "java-maven", Also: []string{"java"}, Of: "Java", With: "Maven", product: "temurin", ecosystem: "maven", uid: distroless, layers: []string{"java", "java-maven"},
		build: "maven:3.9-eclipse-temurin-{version}", run: "gcr.io/distroless/java{version}-debian{debian}:nonroot",
		Context: []string{"pom.xml", "src"}, Leavings: []string{"/target/"},
		Health: []string{"java", "-cp", "/app/app.jar", "service.Healthcheck"}, Memory: 512, Tmp: 64, Start: 30,
	},
	{
		Name: "java-gradle", Of: "Java", With: "Gradle", product: "temurin", ecosystem: "gradle", uid: distroless, layers: []string{"java", "java-gradle"},
		build: "gradle:9.7-jdk{version}", run: "gcr.io/distroless/java{version}-debian{debian}:nonroot",
		Context: []string{"settings.gradle", "build.gradle", "gradle.lockfile", "src"}, Leavings: []string{"/build/", "/.gradle/"},
		Health: []string{"java", "-cp", "/app/app.jar", "service.Healthcheck"}, Memory: 512, Tmp: 64, Start: 30,
	},
	{
		Name: "rust", Of: "Rust", version: "1.98", ecosystem: "cargo", uid: distroless, layers: []string{"rust"}, // supported until the next release, of every six weeks
		build: "rust:{version}-{codename}", run: "gcr.io/distroless/cc-debian{debian}:nonroot",
		Context: []string{"Cargo.toml", "Cargo.lock", "src"}, Leavings: []string{"/target/"},
		Health: []string{"/app/service", "healthcheck"}, Memory: 128, Tmp: 16, Start: 5,
	},
	{
		Name: "dotnet", Of: ".NET", product: "dotnet", ecosystem: "nuget", uid: 1654, layers: []string{"dotnet"},
		build: "mcr.microsoft.com/dotnet/sdk:{version}-noble", run: "mcr.microsoft.com/dotnet/aspnet:{version}-noble-chiseled",
		Context: []string{"*.csproj", "*.cs"}, Leavings: []string{"bin/", "obj/"},
		Health: []string{"dotnet", "/app/Service.dll", "healthcheck"}, Memory: 256, Tmp: 64, Start: 15,
	},
	{
		Name: "php", Of: "PHP", With: "Apache", product: "php", uid: unprivileged, layers: []string{"php"},
		run:     "php:{version}-apache-{codename}",
		Context: []string{"apache.conf", "healthcheck.php", "public"}, Leavings: []string{"/vendor/"},
		Health: []string{"php", "/app/healthcheck.php"}, Memory: 256, Tmp: 64, Start: 10,
	},
	{
		Name: "ruby", Of: "Ruby", product: "ruby", ecosystem: "bundler", uid: unprivileged, layers: []string{"ruby"},
		build: "ruby:{version}-slim-{codename}", run: "ruby:{version}-slim-{codename}",
		Context: []string{"Gemfile", "Gemfile.lock", "*.rb"}, Leavings: []string{"/vendor/bundle/", "/.bundle/"},
		Health: []string{"ruby", "/app/healthcheck.rb"}, Memory: 256, Tmp: 16, Start: 10,
	},
	{
		Name: "static", Of: "nginx", With: "static files", product: "nginx", uid: unprivileged, layers: []string{"static"},
		run:     "nginxinc/nginx-unprivileged:{version}-alpine",
		Context: []string{"nginx.conf", "public"},
		Memory:  64, Tmp: 16, Start: 5, // Health depends on the port
	},
}

// Tools are the versions of the tools that stacks install, by name.
func Tools() map[string]string {
	out := map[string]string{}
	for _, s := range stacks {
		maps.Copy(out, s.tools)
	}
	return out
}

// Named returns the stack of a name.
func Named(name string) (*Stack, error) {
	k := slices.IndexFunc(stacks, func(s *Stack) bool { return s.Name == name || slices.Contains(s.Also, name) })
	if k < 0 {
		return nil, fmt.Errorf("%s: no such stack (oakum new --list shows them)", text.VisibleLine(name))
	}
	return stacks[k], nil
}

// Names returns the names that stacks have, all of them.
func Names() []string {
	var out []string
	for _, s := range stacks {
		out = append(append(out, s.Name), s.Also...)
	}
	return out
}

// Version is the release of the language, or of the server, that the stack begins with: the
// newest that is supported for a year or longer.
func (s *Stack) Version() string {
	if s.product == "" {
		return s.version
	}
	return newest(s.product).Version
}

// Title is the stack with its version, for people: "Python 3.14 with uv".
func (s *Stack) Title() string {
	title := s.Of + " " + s.Version()
	if s.With != "" {
		title += " with " + s.With
	}
	return title
}

// Support says until when what the image of the stack is made of receives updates, the
// language first.
func (s *Stack) Support() []image.Release {
	out := []image.Release{{Of: s.Of + " " + s.Version(), Version: s.Version()}}
	if s.product != "" {
		out[0] = newest(s.product)
	}
	for _, l := range facts.Named(s.image(s.run)).Lifecycles {
		if l.Of != out[0].Of {
			out = append(out, image.Release{Of: l.Of, End: l.End})
		}
	}
	return out
}

// Images are the base images of the stack, those of its build first.
func (s *Stack) Images() []string {
	if s.build == "" {
		return []string{s.image(s.run)}
	}
	return []string{s.image(s.build), s.image(s.run)}
}

// facts are those of the tables alone.
var facts = &fixer.Facts{}

// database is the image of the database.
const databaseImage = "postgres:{postgresql}-{codename}"

// image fills the releases of the day into the pattern of an image.
func (s *Stack) image(pattern string) string {
	debian := newest("debian")
	return strings.NewReplacer("{version}", s.Version(), "{debian}", debian.Version, "{codename}", debian.Codename,
		"{postgresql}", newest("postgresql").Version).Replace(pattern)
}

// newest is the newest release of a product that is supported long enough to begin with.
func newest(product string) image.Release {
	return image.ToBeginWith(product)
}
