package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed assume_yes.md
var assumeYesDoc string

// AssumeYes reports package installations without the option that confirms
// them.
var AssumeYes = &fixer.Rule{
	Name:     "dockerfile/assume-yes",
	Title:    "package command without -y",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL3014"},
		{Source: fixer.Hadolint, ID: "DL3030"},
		{Source: fixer.Hadolint, ID: "DL3034"},
		{Source: fixer.Hadolint, ID: "DL3038"},
		{Source: fixer.Trivy, ID: "DS-0021"},
		{Source: fixer.KICSDockerfile, ID: "77783205-c4ca-4f80-bb80-c777f267c547", Title: "APT-GET Missing '-y' To Avoid Manual Input"},
	},
	Doc: assumeYesDoc,
	Check: func(p *fixer.Pass) {
		configured := false
		build.Each(p.File.Dockerfile, func(s *dockerfile.Stage, i, _ *dockerfile.Instruction) {
			if s.Windows || i.Keyword != "RUN" && i.Keyword != "COPY" && i.Keyword != "ADD" {
				return
			}
			if configured = configured || assumeYesConfig().Match(p.File.Data[i.Start:i.End]); configured || i.Keyword != "RUN" {
				return
			}
			var open []*build.PackageCall
			st := build.Of(p.File).Step(i)
			for _, c := range st.Commands {
				if call := c.Package; call != nil && !c.PipedInto && asks[call.Program][call.Verb] && !answered(call) {
					open = append(open, call)
				}
			}
			if len(open) > 0 {
				reportQuestions(p, st, open)
			}
		})
	},
}

var (
	aptAsks    = text.WordSet("install upgrade dist-upgrade full-upgrade remove purge autoremove build-dep")
	dnfAsks    = text.WordSet("install upgrade update remove erase autoremove groupinstall localinstall distro-sync downgrade swap")
	zypperAsks = text.WordSet("install in remove rm update up dist-upgrade dup patch")

	asks = map[string]map[string]bool{"apt-get": aptAsks, "apt": aptAsks, "dnf": dnfAsks, "yum": dnfAsks, "dnf5": dnfAsks, "zypper": zypperAsks}

	assumeYesConfig = text.Regexp(`(?i)APT::Get::Assume|apt\.conf|assumeyes\s*=`)

	// yesOption matches what answers, or keeps the call from asking.
	yesOption = text.Regexp(`^(-[a-zA-Z]*[yYn][a-zA-Z]*|-qq+|-[a-zA-Z]*[sdh]|-q=2|--(assume-?yes|yes|force-yes|trivial-only|simulate|dry-run|just-print|no-act|recon|download-only|downloadonly|print-uris|non-interactive|no-confirm|assumeno|help|version))$`)
)

// answered reports whether a call has the answer, or may have it in a variable,
// or is given nothing to do.
func answered(c *build.PackageCall) bool {
	if (c.Verb == "purge" || c.Verb == "remove") && len(c.Packages) == 0 {
		return true
	}
	return slices.ContainsFunc(c.Words, func(w dockerfile.Word) bool {
		return yesOption().MatchString(w.Value) || build.HoldsOptions(w) || w.Value == "-o" || w.Value == "--option"
	})
}

// reportQuestions reports the calls of one step that ask.
func reportQuestions(p *fixer.Pass, st build.Step, open []*build.PackageCall) {
	first := open[0]
	f := fixer.Finding{
		Path:    place(p.File.Dockerfile, st.At) + ": " + first.Program + " " + first.Verb,
		Message: fmt.Sprintf("%s %s prompts for confirmation, which a build cannot answer", first.Program, first.Verb),
		Advice:  fmt.Sprintf("Add -y after %s", first.Verb) + st.NotEdited(first.Command),
	}
	f.Start, f.End = st.Span(build.Command{Command: first.Command})
	if !slices.ContainsFunc(open, func(c *build.PackageCall) bool { return !st.Edited(c.Command) }) {
		f.Advice = ""
		level, breaks := fixer.Safe, ""
		for _, c := range open {
			if !endsStep(st, c) {
				level, breaks = fixer.Review, fmt.Sprintf("The image may get new packages: the step continues when %s %s aborts, so the command may never have worked", c.Program, c.Verb)
				break
			}
		}
		if level == fixer.Safe {
			f.Evidence = []fixer.Evidence{{Kind: fixer.FromPlatform, Source: first.Program, Text: "Without an answer " + first.Program + " aborts, and the step fails"}}
		}
		f.Fixes = []fixer.Fix{{
			ID: "yes", Title: "Add -y", Level: level, Breaks: breaks,
			Verify: "docker build --no-cache .\nsucceeds, and its log lists the packages that were installed or removed",
			Edit: func(d *fixer.Draft) error {
				for _, c := range open {
					edits, err := st.Script.InsertWord(c.Command, c.VerbWord, "-y")
					if err != nil {
						return err
					}
					d.Dockerfile(edits)
				}
				return nil
			},
		}}
	}
	report(p, st.At, f)
}

// endsStep reports whether the build ends when a call fails: nothing stands
// behind it that does not depend on it, or the shell is told to end (set -e).
func endsStep(st build.Step, c *build.PackageCall) bool {
	if c.Place != 0 {
		return false
	}
	return errexit(st.Script) || !slices.ContainsFunc(st.Commands, func(o build.Command) bool {
		return o.Start > c.Start && o.Chain != c.Chain && o.Place&dockerfile.InSubstitution == 0
	})
}
