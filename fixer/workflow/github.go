package workflow

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// dockerScheme stands before an image where an action is expected.
const dockerScheme = "docker://"

func (r *reader) workflow(root *yamldoc.Node) {
	for name, job := range root.Get("jobs").All() {
		r.file.Jobs++
		role := fmt.Sprintf("job %q", name)
		r.uses(job.Get("uses"), role)
		r.image(job.Get("container"), "image", "", role)
		for service, n := range job.Get("services").All() {
			r.image(n, "image", "", fmt.Sprintf("service %q of %s", service, role))
		}
		r.steps(job.Get("steps"), role)
	}
}

func (r *reader) action(root *yamldoc.Node) {
	runs := root.Get("runs")
	r.steps(runs.Get("steps"), "the action")
	if image := runs.Get("image"); strings.HasPrefix(image.Text(), dockerScheme) {
		r.image(image, "", dockerScheme, "the action")
	}
}

func (r *reader) steps(steps *yamldoc.Node, role string) {
	for i, step := range steps.List() {
		r.uses(step.Get("uses"), fmt.Sprintf("step %d of %s", i+1, role))
	}
}

// uses notes what a step or a job uses.
func (r *reader) uses(n *yamldoc.Node, role string) {
	n = n.Resolve()
	text, ok := n.Str()
	switch {
	case !ok || text == "" || r.seen[n]:
		return
	case strings.HasPrefix(text, dockerScheme):
		r.image(n, "", dockerScheme, role)
		return
	}
	r.seen[n] = true
	if u := parseUse(text); u != nil {
		u.Node, u.Doc, u.Path, u.Role = n, r.doc, n.Path(), role
		u.Comment, u.CommentStart, u.CommentEnd = r.comment(n)
		r.file.Uses = append(r.file.Uses, u)
	}
}
