package compose

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed unquoted_port.md
var unquotedPortDoc string

// UnquotedPort reports ports that readers of YAML 1.1 take for one number.
var UnquotedPort = &fixer.Rule{
	Name:      "compose/unquoted-port",
	Title:     "port without quotes",
	Severity:  fixer.Low,
	Kind:      fixer.Compose,
	AsWritten: true,
	Phase:     fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.DCLint, ID: "require-quotes-in-ports"},
		{Source: fixer.DockerDocs, ID: "ports", Link: "https://docs.docker.com/reference/compose-file/services/#ports"},
	},
	Doc: unquotedPortDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range p.Topology().Compose().Views(p.File.Path) {
			list := v.Node.Own("ports")
			if list == nil || list.Kind != yamldoc.Sequence {
				continue
			}
			quote := byte('"')
			for _, n := range list.List() {
				if n.Style == yamldoc.SingleQuoted {
					quote = '\''
				}
			}
			for i, n := range list.List() {
				if n.Kind != yamldoc.Scalar || n.Style != yamldoc.Plain || n.Anchor() != "" || n.End-n.Start != len(n.Value) || !baseSixty().MatchString(n.Value) {
					continue
				}
				at := v.Path.Join("ports", i)
				start, end, doc := n.Start, n.End, v.Doc.Index
				report(p, v, n, fixer.Finding{
					Path:     at.String(),
					Message:  fmt.Sprintf("Port %s of service %q has no quotes: readers of YAML 1.1 take it for one number", n.Value, v.Name),
					Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Docker Compose", Text: "The port is the same with and without quotes"}},
					Fixes: []fixer.Fix{{
						ID: "quote", Title: "Write the port in quotes", Level: fixer.Safe,
						Verify: v.CLI() + " config\nlists the same ports as before",
						Edit: func(d *fixer.Draft) error {
							d.At(d.File).Text(doc, []text.Edit{text.Insert(start, string(quote)), text.Insert(end, string(quote))}, at)
							return nil
						},
					}},
				})
			}
		}
	},
}

// baseSixty is how YAML 1.1 writes integers with the base 60: 22:22 is 1342.
var baseSixty = text.Regexp(`^[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+$`)
