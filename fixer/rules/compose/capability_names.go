package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// reportUnknown reports names of capabilities that Docker refuses, and so the
// container. all is true where one of them was to drop all capabilities.
func reportUnknown(p *fixer.Pass, v compose.View, spec *container.Spec) (all bool) {
	for _, key := range []string{"cap_drop", "cap_add"} {
		for _, s := range v.List(key) {
			name, certain := compose.Expand(s.Node.Text())
			if name == "" || container.DockerKnowsCapability(name) {
				continue
			}
			meant := container.MeantCapability(name)
			all = all || key == "cap_drop" && meant == "ALL"
			f := fixer.Finding{
				Path:    v.Path.Join(key).String() + " " + name,
				Message: fmt.Sprintf("%s of service %q contains %s, which Docker does not know as a capability: the container does not start", key, v.Name, name),
				Advice:  "Write a name listed in capabilities(7), such as NET_BIND_SERVICE, or remove the entry",
			}
			switch {
			case key == "cap_add" && meant == "ALL":
				f.Advice = "Find out which capabilities the service needs, and add only those to cap_add, with cap_drop: [ALL]"
			case meant != "" && certain && s.Own && s.Node.Parent != nil:
				f.Advice = ""
				f.Fixes = []fixer.Fix{spellFix(v, spec, key, s, meant)}
			case meant != "":
				f.Advice = "Write " + meant + " at " + placeOf(s)
			}
			var at *yamldoc.Node
			if s.File == v.File {
				at = s.Node
			}
			report(p, v, at, f)
		}
	}
	return all
}

// spellFix writes the name of a capability as Docker knows it. Where that is all
// of them, what the image needs is added back.
func spellFix(v compose.View, spec *container.Spec, key string, s compose.Setting, meant string) fixer.Fix {
	fix := fixer.Fix{
		ID:     "spell",
		Title:  "Write " + meant,
		Level:  fixer.Review,
		Breaks: "Containers started by tools other than Docker: a tool that ignored the unknown name now applies the capability",
		Verify: verifyRestart(v),
	}
	var back []string
	if key == "cap_drop" && meant == "ALL" {
		if back = spec.DropCapabilities().AddBack; len(back) > 0 {
			fix.Title += " and add back " + strings.Join(back, ", ")
		}
	}
	at := s.Node.Path()
	known := slices.ContainsFunc(v.List(key), func(o compose.Setting) bool { return strings.EqualFold(o.Node.Text(), meant) })
	fix.Edit = func(draft *fixer.Draft) error {
		if known { // twice would be one too many
			draft.YAML(v.Doc, yamldoc.Remove(at))
		} else {
			draft.YAML(v.Doc, yamldoc.Set(at, meant))
		}
		return add(draft, v, "cap_add", back...)
	}
	return fix
}
