package dockerfile

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

//go:embed tls_disabled.md
var tlsDisabledDoc string

// TLSDisabled reports TLS and signature verification that is switched off.
var TLSDisabled = &fixer.Rule{
	Name:     "dockerfile/tls-disabled",
	Title:    "TLS or signature verification disabled",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.11"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_2"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_3"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_4"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_5"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_6"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_7"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_8"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_9"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_10"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_11"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_12"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_13"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_14"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_15"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_16"},
		{Source: fixer.OWASPDocker, ID: "rule 11"},
	},
	Doc: tlsDisabledDoc,
	Check: func(p *fixer.Pass) {
		f := p.File.Dockerfile
		build.Each(f, func(_ *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword == "ENV" || i.Keyword == "ARG" {
				checkInsecureVariables(p, i, at)
			}
		})
		for _, st := range build.Of(p.File).Steps("RUN", "HEALTHCHECK", "CMD", "ENTRYPOINT") {
			for _, c := range st.Commands {
				if c.OnlyLocalURLs() {
					continue
				}
				for _, o := range insecureOptions(c) {
					reportInsecureOption(p, st, c, o)
				}
				for _, w := range c.Assigns {
					checkInsecureAssignment(p, st, c, w)
				}
			}
		}
	},
}

func checkInsecureVariables(p *fixer.Pass, i, at *dockerfile.Instruction) {
	for _, pair := range i.Pairs {
		if !insecureVariable(pair.Key, pair.Value) {
			continue
		}
		f := fixer.Finding{
			Path:    variablePlace(p.File.Dockerfile, at, pair.Key),
			Message: fmt.Sprintf("%s %s=%s disables certificate verification", i.Keyword, pair.Key, pair.Value),
			Start:   pair.Word.Start, End: pair.Word.End,
		}
		what, alters := "all commands of the build and of the container", []dockerfile.Field{dockerfile.FieldEnv}
		if i.Keyword == "ARG" {
			what, alters = "later build steps", nil
		}
		edits, err := p.File.Dockerfile.DeletePair(i, pair)
		if err != nil {
			f.Advice = fmt.Sprintf("Remove %s. Not fixed automatically: %s", pair.Key, build.Reason(err))
		} else {
			f.Fixes = []fixer.Fix{{
				ID: "remove", Title: "Remove " + pair.Key, Level: fixer.Review,
				Breaks: fmt.Sprintf("Connections of %s to servers whose certificate the image does not trust", what),
				Verify: "docker build --no-cache .\nsucceeds, and the application still reaches its servers",
				Edit: func(d *fixer.Draft) error {
					d.Dockerfile(edits, alters...)
					return nil
				},
			}}
		}
		report(p, at, f)
	}
}

func checkInsecureAssignment(p *fixer.Pass, st build.Step, c build.Command, w dockerfile.Word) {
	name, value, _ := strings.Cut(w.Raw, "=")
	if !insecureVariable(name, value) {
		return
	}
	o := insecureOption{text: w.Raw, what: "disables certificate verification"}
	if len(c.Words) > 0 {
		o.remove = []dockerfile.Word{w}
	}
	reportInsecureOption(p, st, c, o)
}

func reportInsecureOption(p *fixer.Pass, st build.Step, c build.Command, o insecureOption) {
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": " + o.text + c.Ordinal,
		Message: fmt.Sprintf("%s %s", o.text, o.what),
	}
	if c.Program != "" && !strings.HasPrefix(o.text, c.Program) {
		f.Path = place(p.File.Dockerfile, st.At) + ": " + c.Program + c.Ordinal + " " + o.text
		f.Message = fmt.Sprintf("%s %s", c.Program+" "+o.text, o.what)
	}
	f.Start, f.End = st.Span(c)
	if o.local {
		f.Severity = fixer.Low
	}
	advice := "Remove the option, and install the missing certificate or key in the image"
	if o.advice != "" {
		advice = o.advice
	}
	switch edits, err := o.edits(p.File.Dockerfile, st, c); {
	case !st.Edited(c.Command):
		f.Advice = advice + st.NotEdited(c.Command)
	case err != nil:
		f.Advice = advice + ". Not fixed automatically: " + build.Reason(err)
	case edits == nil:
		f.Advice = advice
	default:
		title := "Remove " + o.text
		if o.replace != "" {
			title = "Write " + o.replace + " instead of " + o.old.Raw
		}
		f.Fixes = []fixer.Fix{{
			ID: "check", Title: title, Level: fixer.Review,
			Breaks: "The command fails if the image does not trust the certificate or signature: missing ca-certificates, a private certificate authority, or a TLS-intercepting proxy",
			Verify: "docker build --no-cache .\nsucceeds",
			Edit: func(d *fixer.Draft) error {
				d.Dockerfile(edits, contractField(st.Instruction)...)
				return nil
			},
		}}
	}
	report(p, st.At, f)
}
