package compose

import (
	"bytes"
	_ "embed"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed obsolete_version.md
var obsoleteVersionDoc string

// ObsoleteVersion reports the top-level key version.
var ObsoleteVersion = &fixer.Rule{
	Name:     "compose/obsolete-version",
	Title:    "obsolete version",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.DCLint, ID: "no-version-field"},
		{Source: fixer.DockerDocs, ID: "version", Link: "https://docs.docker.com/reference/compose-file/version-and-name/"},
	},
	Doc: obsoleteVersionDoc,
	Check: func(p *fixer.Pass) {
		c := p.File.Compose
		if c == nil || c.Doc == nil {
			return
		}
		version := c.Doc.Root.Own("version")
		if version == nil || !version.Is(yamldoc.Scalar) || c.Doc.Root.Len() < 2 {
			return
		}
		if ofStack.Of(p) {
			return // docker stack deploy goes by it, and older releases ask for it
		}
		cli := "docker compose -f " + p.File.Path
		if views := p.Topology().Compose().Views(p.File.Path); len(views) > 0 {
			cli = views[0].CLI()
		}
		p.Report(fixer.Finding{
			Path: "version", Start: version.KeyOrSelf().Start, End: version.End,
			Message: "The file sets version, which Docker Compose ignores with a warning",
			Fixes: []fixer.Fix{{
				ID: "remove", Title: "Remove version", Level: fixer.Safe,
				Breaks: "Only releases of docker-compose before 1.27, which are unmaintained and require the key",
				Verify: cli + " config --quiet\nprints no warning about version",
				Edit:   removeVersion(p.File, c.Doc, version),
			}},
		})
	},
}

// removeVersion takes the key out. Where it is the first line of the file, the blank lines
// behind it go, too.
func removeVersion(f *fixer.File, doc *yamldoc.Doc, version *yamldoc.Node) func(*fixer.Draft) error {
	at, src := yamldoc.P("version"), f.Data
	start := version.KeyOrSelf().Start
	first := len(bytes.TrimPrefix(src[:start], []byte("\ufeff"))) == 0
	if !first || doc.Root.Resolve().Style != yamldoc.Block || version.Line != version.EndLine {
		return fixer.EditYAML(doc, yamldoc.Remove(at))
	}
	end := start
	for end < len(src) {
		line, _, more := bytes.Cut(src[end:], []byte("\n"))
		if end > start && len(bytes.TrimSpace(line)) > 0 || !more {
			break
		}
		end += len(line) + 1
	}
	index := doc.Index
	return func(d *fixer.Draft) error {
		d.At(d.File).Text(index, []text.Edit{{Start: start, End: end}}, at)
		return nil
	}
}
