package compose

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
)

//go:embed duplicate_container_name.md
var duplicateContainerNameDoc string

// DuplicateContainerName reports services that give their containers one name.
var DuplicateContainerName = &fixer.Rule{
	Name:     "compose/duplicate-container-name",
	Title:    "container name used twice",
	Severity: fixer.Medium,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.DCLint, ID: "no-duplicate-container-names"},
		{Source: fixer.DockerDocs, ID: "container_name", Link: "https://docs.docker.com/reference/compose-file/services/#container_name"},
	},
	Doc: duplicateContainerNameDoc,
	Check: func(p *fixer.Pass) {
		first := map[string]compose.View{}
		for _, v := range services(p) {
			s := v.Setting("container_name")
			name, certain := compose.Expand(s.Node.Text())
			if name == "" || !certain {
				continue
			}
			other, taken := first[name]
			if !taken {
				first[name] = v
				continue
			}
			report(p, v, own(s), fixer.Finding{
				Path:    v.Service.Path.Join("container_name").String(),
				Message: fmt.Sprintf("Services %q and %q have the container name %s: Docker Compose refuses the file", other.Name, v.Name, name),
				Advice:  "Remove container_name from both, so that Compose names the containers, or write another name",
			})
		}
	},
}
