package stack

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

// workspaces refuses several packages that share what they install, where it is not known
// what of it only development needs. All of them are copied with the directory at their
// top, within which the links between them lead.
func (a *App) workspaces(pkg PackageJSON, m Manifest, in *nodeInstall) error {
	if len(pkg.Workspaces) == 0 && !a.Has("pnpm-workspace.yaml", "lerna.json") || in.Name == "npm" {
		return nil
	}
	const what = "Build one package with its own Dockerfile, or deploy it with pnpm deploy --prod"
	switch {
	case a.Program() != "node" && a.plainNode() == nil:
		return Refuse(Workspaces, a.StartsIn, "Start the package with node in its directory", "several packages share what is installed for %s, and which of them the container starts is not known", text.VisibleLine(m.Path))
	case in.Name == "yarn" && a.classicYarn(pkg):
		return nil
	case in.Name == "pnpm" && a.pnpmVersion(pkg) >= prunesWorkspaces:
		return nil
	case in.Name == "pnpm" && a.pnpmVersion(pkg) == 0:
		return Refuse(Workspaces, in.at, `Name the version of pnpm in package.json ("packageManager": "pnpm@10.34.0")`, "several packages share what is installed for %s, and the version of pnpm is not known", text.VisibleLine(m.Path))
	}
	return Refuse(Workspaces, nil, what, "several packages share what is installed for %s", text.VisibleLine(m.Path))
}

// prunesWorkspaces is the first version of pnpm whose prune takes away what only
// development needs from all packages of a workspace.
const prunesWorkspaces = 10

// classicYarn reports whether yarn is of version 1.
func (a *App) classicYarn(pkg PackageJSON) bool {
	return !a.Has(".yarnrc.yml") && (!strings.HasPrefix(pkg.PackageManager, "yarn@") || strings.HasPrefix(pkg.PackageManager, "yarn@1"))
}

// pnpmVersion is the major version of pnpm that package.json or the build names; 0 for
// none.
func (a *App) pnpmVersion(pkg PackageJSON) int {
	names := []string{pkg.PackageManager}
	a.Commands(func(_ build.Step, c build.Command) {
		if slices.Contains([]string{"npm", "corepack", "yarn"}, c.Program) {
			names = append(names, c.Plain()...)
		}
	})
	for _, name := range names {
		if version, ok := strings.CutPrefix(name, "pnpm@"); ok {
			major, _, _ := strings.Cut(version, ".")
			if n, err := strconv.Atoi(major); err == nil {
				return n
			}
		}
	}
	return 0
}
