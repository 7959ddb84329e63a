package compose

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed volumes_from.md
var volumesFromDoc string

// VolumesFrom reports services that mount all volumes of another container writable.
var VolumesFrom = &fixer.Rule{
	Name:     "compose/volumes-from",
	Title:    "all volumes of another service writable",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 8"},
		{Source: fixer.DockerDocs, ID: "volumes_from", Link: "https://docs.docker.com/reference/compose-file/services/#volumes_from"},
	},
	Doc: volumesFromDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			for _, s := range v.List("volumes_from") {
				entry := s.Node.Text()
				name := strings.TrimSuffix(strings.TrimSuffix(entry, ":rw"), ":ro")
				if entry == "" || strings.HasSuffix(entry, ":ro") || inherited(v, s) {
					continue
				}
				f := fixer.Finding{
					Path:    v.Service.Path.Join("volumes_from").String() + " " + name,
					Message: fmt.Sprintf("Service %q mounts all volumes of %q, and can write to them", v.Name, strings.TrimPrefix(name, "container:")),
					Advice:  "Mount only the volumes that the service uses, under volumes. Add :ro here if the service only reads them",
				}
				if s.Own && s.File == v.File {
					f.Fixes = []fixer.Fix{{
						ID: "read-only", Title: "Mount the volumes of " + name + " read-only", Level: fixer.Manual,
						Breaks: "Applications that write to a volume of " + name,
						Verify: "docker inspect --format '{{range .Mounts}}{{.Destination}} {{.RW}}{{println}}{{end}}' \"$(" + v.CLI() + " ps -q " + text.ShellWord(v.Name) + ")\"\nprints false for each of them",
						Edit:   fixer.EditYAML(v.Doc, yamldoc.Set(s.Node.Path(), name+":ro")),
					}}
				}
				report(p, v, own(s), f)
			}
		}
	},
}
