package compose

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed mount_propagation.md
var mountPropagationDoc string

// MountPropagation reports mounts whose propagation reaches the host.
var MountPropagation = &fixer.Rule{
	Name:     "compose/mount-propagation",
	Title:    "shared mount propagation",
	Severity: fixer.High,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.20"},
		{Source: fixer.KICSCompose, ID: "baa452f0-1f21-4a25-ace5-844e7a5f410d", Title: "Volume Mounted In Multiple Containers"},
		{Source: fixer.ComposeLint, ID: "CL-0017"},
		attackEscape,
	},
	Doc: mountPropagationDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			for _, m := range v.Mounts() {
				if (m.Propagation != "shared" && m.Propagation != "rshared") || inherited(v, m.Setting) {
					continue
				}
				f := fixer.Finding{
					Path:    v.Service.Path.String() + " volumes[" + m.Target + "]",
					Message: fmt.Sprintf("Service %q propagates its mounts below %s to the host (%s)", v.Name, m.Target, m.Propagation),
				}
				level := fixer.Review
				switch e, ok := mountsForHost(p, v, m.Setting); {
				case unwritableMount(v, m) != "":
					f.Advice = "Remove " + m.Propagation + " at " + placeOf(m.Setting)
				case ok:
					level = fixer.Manual
					f.Evidence = []fixer.Evidence{e}
					f.Advice = "Use rslave if the service only needs to see mounts of the host. Keep " + m.Propagation + " if it mounts filesystems for the host or for other containers"
					fallthrough
				default:
					f.Fixes = []fixer.Fix{privateMount(v, m, level)}
				}
				report(p, v, own(m.Setting), f)
			}
		}
	},
}

// mountsForHost says what shows that a service mounts filesystems.
func mountsForHost(p *fixer.Pass, v compose.View, s compose.Setting) (fixer.Evidence, bool) {
	spec := container.FromService(p, v)
	switch {
	case spec.Privileged.Yes():
		return fixer.Evidence{Kind: fixer.FromCompose, Place: spec.Privileged.Place, Text: "The service is privileged, so that it can mount filesystems"}, true
	case slices.Contains(spec.Add, "SYS_ADMIN"):
		return fixer.Evidence{Kind: fixer.FromCompose, Place: placeOf(s), Text: "The service adds the capability SYS_ADMIN, which allows mounting filesystems"}, true
	}
	return reasonFor(v, s)
}

func privateMount(v compose.View, m compose.Mount, level fixer.Level) fixer.Fix {
	s := m.Setting
	path := s.Node.Path()
	long := s.Node.Is(yamldoc.Mapping)
	gone := path.Join("bind", "propagation")
	if s.Node.Get("bind").Len() == 1 {
		gone = path.Join("bind")
	}
	return fixer.Fix{
		ID:     "remove",
		Title:  "Remove " + m.Propagation + " from the mount of " + m.Target,
		Level:  level,
		Breaks: "Filesystems that the service mounts for the host or for other containers",
		Verify: "docker inspect --format '{{range .Mounts}}{{.Destination}} {{.Propagation}}{{println}}{{end}}' \"$(" + v.CLI() + " ps -q " + text.ShellWord(v.Name) + ")\"\nprints rprivate for " + text.VisibleLine(m.Target),
		Edit: func(d *fixer.Draft) error {
			if long {
				d.At(s.File).YAML(docOf(v, s), yamldoc.Remove(gone))
				return nil
			}
			options := slices.DeleteFunc(m.OptionsGiven(), func(o string) bool { return o == m.Propagation })
			d.At(s.File).YAML(docOf(v, s), yamldoc.Set(path, m.WithOptions(options)))
			return nil
		},
	}
}
