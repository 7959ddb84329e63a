package dockerfile

import (
	"path"

	"github.com/oakum-sec/oakum/fixer"
)

// An actionBuild is a Dockerfile that a GitHub action is built from.
type actionBuild struct{ dockerfile, action string }

var actionBuilds = fixer.NewIndex(func(f *fixer.File) bool { return f.Workflow != nil && f.Workflow.Dockerfile != "" }, func(files []*fixer.File) []actionBuild {
	var out []actionBuild
	for _, f := range files {
		out = append(out, actionBuild{path.Join(path.Dir(f.Path), f.Workflow.Dockerfile), f.Path})
	}
	return out
})

// actionOf returns the file of the action that GitHub builds the image of a Dockerfile
// for, "" where it is for none.
func actionOf(p *fixer.Pass) string {
	for _, b := range actionBuilds.Of(p) {
		if b.dockerfile == p.File.Path {
			return b.action
		}
	}
	return ""
}
