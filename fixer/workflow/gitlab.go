package workflow

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// settings are the keys at the top of a pipeline that are no jobs.
var settings = map[string]bool{
	"after_script": true, "before_script": true, "cache": true, "default": true, "image": true, "include": true, "services": true,
	"spec": true, "stages": true, "variables": true, "workflow": true,
}

func (r *reader) pipeline(root *yamldoc.Node) {
	r.variables(root.Get("variables"))
	r.scripts(root)
	r.scripts(root.Get("default"))
	r.images(root, "the pipeline")
	r.images(root.Get("default"), "the pipeline")
	for name, job := range root.All() {
		if !settings[name] && job.Is(yamldoc.Mapping) {
			r.file.Jobs++
			r.images(job, fmt.Sprintf("job %q", name))
			r.variables(job.Get("variables"))
			r.scripts(job)
		}
	}
}

// scripts notes what the scripts of a job set.
func (r *reader) scripts(n *yamldoc.Node) {
	for _, key := range []string{"before_script", "script", "after_script"} {
		r.script(n.Get(key))
		var lines []string
		for _, item := range n.Get(key).ListOrOne() {
			lines = append(lines, item.Text())
		}
		if len(lines) > 0 {
			r.scriptBuilds(strings.Join(lines, "\n"), ".", n.Get(key).KeyOrSelf().Line)
		}
	}
}

func (r *reader) images(n *yamldoc.Node, role string) {
	r.image(n.Get("image"), "name", "", role)
	for _, service := range n.Get("services").List() {
		r.image(service, "name", "", "a service of "+role)
	}
}
