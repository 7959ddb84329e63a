package workflow

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// dockerScheme stands before an image where an action is expected.
const dockerScheme = "docker://"

func (r *reader) workflow(root *yamldoc.Node) {
	r.variables(root.Get("env"))
	for name, job := range root.Get("jobs").All() {
		r.file.Jobs++
		role := fmt.Sprintf("job %q", name)
		r.variables(job.Get("env"))
		r.uses(job.Get("uses"), role)
		r.jobImage(job, job.Get("container"), role)
		for service, n := range job.Get("services").All() {
			r.jobImage(job, n, fmt.Sprintf("service %q of %s", service, role))
		}
		r.steps(job.Get("steps"), cmp.Or(directory(job), directory(root), "."), role)
	}
}

var matrixValue = text.Regexp(`^\$\{\{\s*matrix\.([\w-]+)(?:\.([\w-]+))?\s*\}\}$`)

// jobImage notes the image of a container or a service. Where that is a value of the
// job's matrix, the values are what is written.
func (r *reader) jobImage(job, n *yamldoc.Node, role string) {
	if n.Is(yamldoc.Mapping) {
		n = n.Get("image")
	}
	m := matrixValue().FindStringSubmatch(n.Text())
	if m == nil {
		r.image(n, "", "", role)
		return
	}
	value := func(n *yamldoc.Node) *yamldoc.Node {
		if m[2] != "" {
			return n.Get(m[2])
		}
		return n
	}
	before := len(r.file.Images)
	matrix := job.Get("strategy").Get("matrix")
	listed := map[string]bool{}
	for _, item := range matrix.Get(m[1]).List() {
		listed[value(item).Text()] = true
		r.image(value(item), "", "", role)
	}
	compared := slices.ContainsFunc(matrix.Get("exclude").List(), func(n *yamldoc.Node) bool { return !n.Get(m[1]).Null() })
	for _, extra := range matrix.Get("include").List() {
		item := value(extra.Get(m[1]))
		compared = compared || listed[item.Text()] // it extends the combination of that value
		r.image(item, "", "", role)
	}
	if len(r.file.Images) == before { // the values come from elsewhere
		r.image(n, "", "", role)
		return
	}
	if job = job.Resolve(); !compared && !usedAgain(r.yaml.Source[job.Start:job.End], m[1], m[2]) {
		return
	}
	for _, i := range r.file.Images[before:] {
		i.Shared = strings.TrimSuffix("matrix."+m[1]+"."+m[2], ".")
	}
}

// usedAgain reports whether a job reads a value of its matrix in more than one
// place: in a name, in a condition.
func usedAgain(job []byte, key, sub string) bool {
	if bytes.Contains(job, []byte("matrix)")) || bytes.Contains(job, []byte("matrix[")) {
		return true
	}
	name := `\bmatrix\.` + regexp.QuoteMeta(key)
	if sub != "" {
		name += `(\.` + regexp.QuoteMeta(sub) + `)?`
	}
	return len(regexp.MustCompile(name+`(?:[^\w.-]|$)`).FindAllIndex(job, 2)) > 1
}

func (r *reader) action(root *yamldoc.Node) {
	runs := root.Get("runs")
	r.steps(runs.Get("steps"), ".", "the action")
	if image := runs.Get("image"); strings.HasPrefix(image.Text(), dockerScheme) {
		r.image(image, "", dockerScheme, "the action")
	} else if strings.EqualFold(runs.Get("using").Text(), "docker") {
		r.file.Dockerfile = image.Text()
	}
}

// directory is where the scripts of a workflow or of a job start.
func directory(n *yamldoc.Node) string {
	return n.Get("defaults").Get("run").Get("working-directory").Text()
}

// steps notes what the steps of a job name, whose scripts start in a directory.
func (r *reader) steps(steps *yamldoc.Node, dir, role string) {
	for i, step := range steps.List() {
		r.variables(step.Get("env"))
		r.script(step.Get("run"))
		if run := step.Get("run"); run != nil {
			r.scriptBuilds(run.Text(), cmp.Or(step.Get("working-directory").Text(), dir), run.Line)
		}
		r.stepBuild(step)
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
