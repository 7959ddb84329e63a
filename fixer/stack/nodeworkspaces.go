package stack

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// workspaces refuses several packages that share what they install, where it is not known
// what of it only development needs. All of them are copied with the directory at their
// top, within which the links between them lead. Those of pnpm are refused: pnpm prune
// takes from the packages of a workspace what they need to run.
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
	}
	return Refuse(Workspaces, nil, what, "several packages share what is installed for %s", text.VisibleLine(m.Path))
}

// classicYarn reports whether yarn is of version 1.
func (a *App) classicYarn(pkg PackageJSON) bool {
	return !a.Has(".yarnrc.yml") && (!strings.HasPrefix(pkg.PackageManager, "yarn@") || strings.HasPrefix(pkg.PackageManager, "yarn@1"))
}
