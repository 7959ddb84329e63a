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
	Title:    "certificate or signature check switched off",
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
			Message: fmt.Sprintf("%s %s=%s switches off a check of certificates", i.Keyword, pair.Key, pair.Value),
			Start:   pair.Word.Start, End: pair.Word.End,
		}
		what, alters := "every program of the build and of the container", []dockerfile.Field{dockerfile.FieldEnv}
		if i.Keyword == "ARG" {
			what, alters = "the steps of the build behind it", nil
		}
		edits, err := p.File.Dockerfile.DeletePair(i, pair)
		if err != nil {
			f.Advice = fmt.Sprintf("take %s out; it is not done here because %s", pair.Key, build.Reason(err))
		} else {
			f.Fixes = []fixer.Fix{{
				ID: "remove", Title: "remove " + pair.Key, Level: fixer.Review,
				Breaks: fmt.Sprintf("%s checks certificates again, and refuses servers whose certificate is not known in the image", what),
				Verify: "docker build --no-cache .   gets through all downloads, and the program reaches its servers",
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
	o := insecureOption{text: w.Raw, what: "switches off a check of certificates"}
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
	advice := "take it out, and give the image the certificate or key that is missing"
	if o.advice != "" {
		advice = o.advice
	}
	switch edits, err := o.edits(p.File.Dockerfile, st, c); {
	case !st.Edited(c.Command):
		f.Advice = advice + st.NotEdited(c.Command)
	case err != nil:
		f.Advice = advice + "; it is not done here because " + build.Reason(err)
	case edits == nil:
		f.Advice = advice
	default:
		title := "remove " + o.text
		if o.replace != "" {
			title = "write " + o.replace + " instead of " + o.old.Raw
		}
		f.Fixes = []fixer.Fix{{
			ID: "check", Title: title, Level: fixer.Review,
			Breaks: "the command fails if the server's certificate or the package's signature is not known in the image (no ca-certificates, an own authority, a proxy that opens connections)",
			Verify: "docker build --no-cache .   gets through the step",
			Edit: func(d *fixer.Draft) error {
				d.Dockerfile(edits, contractField(st.Instruction)...)
				return nil
			},
		}}
	}
	report(p, st.At, f)
}
