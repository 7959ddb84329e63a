package dockerfile

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed sudo.md
var sudoDoc string

// Sudo reports sudo in an image.
var Sudo = &fixer.Rule{
	Name:     "dockerfile/sudo",
	Title:    "sudo",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.Hadolint, ID: "DL3004"},
		{Source: fixer.Trivy, ID: "DS-0010"},
		{Source: fixer.Checkov, ID: "CKV2_DOCKER_1"},
		{Source: fixer.KICSDockerfile, ID: "8ada6e80-0ade-439e-b176-0b28f6bce35a", Title: "Run Using Sudo"},
		{Source: fixer.Dockle, ID: "DKL-DI-0001"},
	},
	Doc: sudoDoc,
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		for _, st := range build.Of(p.File).Steps("RUN") {
			for _, c := range st.Commands {
				if len(c.Words) > 1 && !c.Words[0].Dynamic && path.Base(c.Words[0].Value) == "sudo" {
					checkSudo(p, st, c)
				}
			}
			if kept[st.Stage] && !build.ForDevelopment(p.File.Path, p.File.Dockerfile.Final()) {
				checkSudoers(p, st)
			}
		}
	},
}

func checkSudo(p *fixer.Pass, st build.Step, c build.Command) {
	f := fixer.Finding{Path: place(p.File.Dockerfile, st.At) + ": sudo " + c.Program + c.Ordinal}
	f.Start, f.End = st.Span(c)
	user, root := rootAt(p, st)
	if !root {
		f.Message = "A build step uses sudo to become root"
		f.Advice = "Write USER root before the step and the previous USER after it, and remove sudo from the image"
		if user != "" {
			f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: p.File.Path, Text: "The step runs as " + user}}
		}
		report(p, st.At, f)
		return
	}
	f.Message = "sudo is used in a step that already runs as root"
	f.Evidence = []fixer.Evidence{{Kind: fixer.FromDockerfile, Place: p.File.Path, Text: user}}
	simple := c.ProgramWord == 1 && !strings.HasPrefix(c.Words[1].Raw, "-") && !strings.Contains(c.Words[1].Raw, "=")
	switch {
	case !st.Edited(c.Command):
		f.Advice = "Remove sudo" + st.NotEdited(c.Command)
	case !simple:
		f.Advice = "Remove sudo. Not fixed automatically: its options or variables change the command"
	default:
		f.Fixes = []fixer.Fix{{
			ID: "remove", Title: "Remove sudo", Level: fixer.Review,
			Breaks: "Commands that depend on the PATH, HOME and variables that sudo sets",
			Verify: "docker build --no-cache .\nsucceeds",
			Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return st.Script.DeleteWord(c.Command, 0) }),
		}}
	}
	report(p, st.At, f)
}

// rootAt tells what a step runs as, and whether it is known to be root.
func rootAt(p *fixer.Pass, st build.Step) (what string, root bool) {
	user := st.Stage.UserAt(st.Instruction)
	if st.Instruction.OnBuild {
		return "", false
	}
	if user.At != nil {
		if user.Known && (user.Text == "root" || user.Text == "0" || user.Text == "root:root" || user.Text == "0:0") {
			return fmt.Sprintf("USER on line %d is root", user.At.Line), true
		}
		return "USER " + user.Text, false
	}
	base, ok := build.BaseOf(p, st.Stage)
	if ok && base.Default.IsRoot() {
		return fmt.Sprintf("no USER before the step, and %s runs as root", st.Stage.Root().Image), true
	}
	return "", false
}

var sudoers = text.Regexp(`NOPASSWD`)

func checkSudoers(p *fixer.Pass, st build.Step) {
	gone := st.RemovedPackages()
	for _, c := range st.Commands {
		if call := c.Package; call != nil && call.Installs() && !gone["sudo"] && slices.ContainsFunc(call.Packages, func(name string) bool { return build.PackageName(name) == "sudo" }) {
			f := fixer.Finding{
				Path:    place(p.File.Dockerfile, st.At) + ": sudo package",
				Message: "The image contains sudo, a way to become root",
				Advice:  "Remove sudo, and do work that needs root in the build, before USER. Start scripts that switch users can use setpriv or gosu, which other users cannot use to become root",
			}
			f.Start, f.End = st.Span(c)
			report(p, st.At, f)
		}
	}
	from, to := st.Instruction.Start, st.Instruction.End
	if at := sudoers().FindIndex(p.File.Dockerfile.Source[from:to]); at != nil {
		f := fixer.Finding{
			Severity: fixer.Medium,
			Path:     place(p.File.Dockerfile, st.At) + ": NOPASSWD",
			Message:  "NOPASSWD lets a user become root without a password, so USER gives no protection",
			Advice:   "Remove the rule, and do work that needs root in the build, before USER",
			Start:    from + at[0], End: from + at[1],
		}
		if st.Instruction != st.At {
			f.Start, f.End = 0, 0
		}
		report(p, st.At, f)
	}
}
