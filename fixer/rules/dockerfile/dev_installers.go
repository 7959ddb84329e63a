package dockerfile

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// An installer says how development dependencies are left out of what a program
// installs.
type installer struct {
	*build.Installer
	without   func() *text.Pattern // a word that leaves the development ones out, or asks for them on purpose
	variables []string             // that decide the same
	write     string               // what to write
	prune     string               // what takes them away afterwards; "" when leaving them out is the only way
}

var projectInstallers = []*installer{
	{
		Installer: build.Installers["npm"],
		without:   text.Regexp(`^(--(omit|include|only|also|production|prod|global|location|package-lock-only)\b.*|-g|-D|--dev|--save-dev)$`),
		variables: []string{"NODE_ENV", "NPM_CONFIG_OMIT", "npm_config_omit", "NPM_CONFIG_PRODUCTION", "npm_config_production", "NPM_CONFIG_ONLY", "npm_config_only"},
		write:     "--omit=dev", prune: "npm prune --omit=dev",
	},
	{
		Installer: build.Installers["yarn"],
		without:   text.Regexp(`^--(production|prod|help|version)\b.*$`),
		variables: []string{"NODE_ENV", "YARN_PRODUCTION", "NPM_CONFIG_PRODUCTION", "npm_config_production"},
		write:     "--production (Yarn 1; later versions: yarn workspaces focus --production)", prune: "yarn install --production",
	},
	{
		Installer: build.Installers["pnpm"],
		without:   text.Regexp(`^(--(prod|production|dev|global)\b.*|-P|-D|-g)$`),
		variables: []string{"NODE_ENV", "NPM_CONFIG_PRODUCTION", "npm_config_production"},
		write:     "--prod", prune: "pnpm prune --prod",
	},
	{
		Installer: build.Installers["composer"],
		without:   text.Regexp(`^--(no-dev|dev)$`),
		variables: []string{"COMPOSER_NO_DEV"},
		write:     "--no-dev", prune: "composer install --no-dev",
	},
	{
		Installer: build.Installers["bundler"],
		without:   text.Regexp(`^--(without|with|version|help)\b.*$`),
		variables: []string{"BUNDLE_WITHOUT", "BUNDLE_ONLY"},
		write:     "ENV BUNDLE_WITHOUT=development:test, written before the step,",
	},
	{
		Installer: build.Installers["poetry"],
		without:   text.Regexp(`^(--(no-dev|only|only-root|without|with|all-groups)\b.*)$`),
		write:     "--only main", prune: "poetry sync --only main",
	},
	{
		Installer: build.Installers["uv"],
		without:   text.Regexp(`^--(no-dev|dev|only-dev|no-default-groups|group|only-group|no-group|all-groups)\b.*$`),
		variables: []string{"UV_NO_DEV", "UV_NO_DEFAULT_GROUPS"},
		write:     "--no-dev", prune: "uv sync --no-dev",
	},
}

// projectInstall returns the installer that a command calls for the project's
// own dependencies; nil when it names packages, and for everything else.
func projectInstall(c build.Command) *installer {
	if c.Install == nil || !c.Install.Project {
		return nil
	}
	k := slices.IndexFunc(projectInstallers, func(d *installer) bool { return d.Installer == c.Install.Installer })
	if k < 0 {
		return nil
	}
	return projectInstallers[k]
}

// leftOut reports whether an option or a variable decides. A variable of which
// only the name is known counts, too: somebody thought of it.
func (d *installer) leftOut(p *fixer.Pass, st build.Step, c build.Command) bool {
	for _, w := range c.Args() {
		if d.without().MatchString(w.Value) || build.HoldsOptions(w) {
			return true
		}
	}
	for _, name := range d.variables {
		if _, at := build.Of(p.File).Variable(st.Stage, st.At, name); at != nil || c.Sets(name) {
			return true
		}
	}
	for _, o := range st.Commands { // export NODE_ENV=…, bundle config set without …
		for _, w := range o.Words {
			name, _, assigned := strings.Cut(w.Raw, "=")
			if assigned && slices.Contains(d.variables, name) || c.Program == "bundle" && strings.Contains(w.Value, "without") {
				return true
			}
		}
	}
	return false
}

// takenAway reports whether a command behind the n-th of a step, in it or in a
// later one of the same image, installs without them, prunes or deletes.
func (d *installer) takenAway(st build.Step, rest []build.Step, n int) bool {
	return runsLater(st, rest, n, func(c build.Command) bool {
		switch {
		case c.Program == "rm":
			return slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool { return d.Dir != "" && strings.Contains(w.Raw, d.Dir) })
		case d.Calls(c):
			sub, _ := c.Subcommand()
			return sub == "prune" || sub == "deploy" || c.Program == "bundle" && sub == "clean" || c.Has("focus") || slices.ContainsFunc(c.Args(), func(w dockerfile.Word) bool { return d.without().MatchString(w.Value) })
		}
		return false
	})
}

// runsLater reports whether one of the commands behind the n-th of a step is as
// asked: in the step itself, and in later ones of its stage and of the stages
// built upon that. rest begins with the step.
func runsLater(st build.Step, rest []build.Step, n int, is func(build.Command) bool) bool {
	for k, later := range rest {
		list := later.Commands
		if k == 0 {
			list = list[n+1:]
		} else if !slices.Contains(later.Stage.Chain(), st.Stage) {
			continue
		}
		if slices.ContainsFunc(list, is) {
			return true
		}
	}
	return false
}
