package compose

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed logging_off.md
var loggingOffDoc string

// LoggingOff reports services whose output Docker throws away.
var LoggingOff = &fixer.Rule{
	Name:     "compose/logging-off",
	Title:    "logging turned off",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Resources,
	After:    []string{"compose/no-pids-limit"},
	References: []fixer.Reference{
		{Source: fixer.OWASPDocker, ID: "rule 10"},
		{Source: fixer.ComposeLint, ID: "CL-0014"},
		{Source: fixer.CWE, ID: "CWE-778"},
		technique("T1562.001", "Disable or Modify Tools"),
	},
	Params: []fixer.Param{paramLogSize, paramLogFiles},
	Doc:    loggingOffDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range written(p) {
			driver := v.Field("logging", "driver")
			if driver.Node.Text() != "none" {
				continue
			}
			f := fixer.Finding{
				Path:    v.Service.Path.Join("logging").String(),
				Message: fmt.Sprintf("Service %q turns logging off: Docker throws its output away, and nobody can see an attack or a failure in it", v.Name),
			}
			switch n := v.Node.Own("logging"); {
			case !driver.Own || n == nil || n.Kind == yamldoc.Alias || n.Anchor() != "":
				f.Advice = "Remove the logging driver none at " + placeOf(driver) + ", which other services may share"
			default:
				level := fixer.Review
				if e, ok := reasonFor(v, driver); ok {
					level, f.Evidence = fixer.Manual, []fixer.Evidence{e}
					f.Advice = "Check whether the reason in the comment still holds, and turn logging on if not"
				}
				f.Fixes = []fixer.Fix{{
					ID: "keep", Level: level, Title: "Log to json-file, " + defaultLogFiles + " files of " + defaultLogSize,
					Params: []fixer.Param{paramLogSize, paramLogFiles},
					Breaks: "The output of " + text.VisibleLine(v.Name) + " is kept on the host from then on, with all that the application writes into it",
					Verify: v.CLI() + " up -d " + text.ShellWord(v.Name) + " && " + v.CLI() + " logs " + text.ShellWord(v.Name) + "\nshows the output of the service",
					Edit: func(d *fixer.Draft) error {
						at := v.Service.Path.Join("logging")
						d.YAML(v.Doc, append([]yamldoc.Op{yamldoc.Set(at.Join("driver"), "json-file")}, logOptions(d, at)...)...)
						return nil
					},
				}}
			}
			report(p, v, own(driver), f)
		}
	},
}
