package dockerfile

import (
	_ "embed"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed sensitive_copy.md
var sensitiveCopyDoc string

// SensitiveCopy reports COPY of files that hold secrets.
var SensitiveCopy = &fixer.Rule{
	Name:     "dockerfile/sensitive-copy",
	Title:    "file with secrets copied",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.10"},
		{Source: fixer.Trivy, ID: "DS-0031"},
		{Source: fixer.CWE, ID: "CWE-538"},
	},
	Doc: sensitiveCopyDoc,
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		build.Each(p.File.Dockerfile, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if (i.Keyword == "COPY" || i.Keyword == "ADD") && len(i.Words) > 1 {
				checkSensitive(p, i, at, kept[s] || i.OnBuild)
			}
		})
	},
}

func checkSensitive(p *fixer.Pass, i, at *dockerfile.Instruction, kept bool) {
	to := i.Words[len(i.Words)-1].Value
	for n, w := range i.Words[:len(i.Words)-1] {
		form, ok := secret.File(w.Value, to)
		if !ok || build.FindURL(w.Value) != "" || strings.HasPrefix(w.Value, "<<") || !kept && form.Settings || form.Use == secret.UsedByBuild && form.Settings && holdsNoToken(p, i, w) {
			continue
		}
		name := firstCopied(p.File.Dockerfile, i, w)
		f := fixer.Finding{
			Path:     fmt.Sprintf("%s word %d", place(p.File.Dockerfile, at), n),
			Severity: fileSeverity(form),
			Message:  fmt.Sprintf("%s copies %s into the image: %s", i.Keyword, name, form.What),
			Advice:   fileAdvice(form, name),
			Start:    w.Start, End: w.End,
		}
		if !kept {
			f.Severity = fixer.Low
			f.Message = fmt.Sprintf("%s copies %s into an intermediate stage, which stays in the build cache: %s", i.Keyword, name, form.What)
		}
		report(p, at, f)
	}
}

// holdsNoToken reports whether the settings of a package manager that are copied from the
// repository hold nothing secret: a value that a variable gives is not in the file.
func holdsNoToken(p *fixer.Pass, i *dockerfile.Instruction, w dockerfile.Word) bool {
	ctx, known := p.Topology().Context(p.File.Path)
	if _, from := i.Flag("from"); from || !known || w.Dynamic {
		return false
	}
	f := p.Read(ctx.Join(w.Value))
	if f == nil || f.Data == nil {
		return false
	}
	for line := range strings.Lines(string(f.Data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, ";") && tokenSetting().MatchString(line) && !strings.Contains(line, "${") {
			return false
		}
	}
	return len(secret.Settings(string(f.Data))) == 0
}

// tokenSetting matches what npm and Yarn keep credentials under, and URLs that hold them.
var tokenSetting = text.Regexp(`(?i)_auth|authident|token|password|://[^/\s:@]+:[^/\s@]+@`)

// firstCopied is the name under which a file came into the build: a stage that takes it
// from another stage of the file has what was copied there.
func firstCopied(f *dockerfile.File, i *dockerfile.Instruction, w dockerfile.Word) string {
	from, ok := i.Flag("from")
	if !ok {
		return w.Value
	}
	for k, s := range f.Stages {
		if !strings.EqualFold(s.Name, from.Value) && strconv.Itoa(k) != from.Value {
			continue
		}
		for _, o := range s.Instructions {
			for _, source := range dockerfile.ContextSources(o) {
				if path.Base(source.Value) == path.Base(w.Value) {
					return source.Value
				}
			}
		}
	}
	return w.Value
}

// fileSeverity is how much a file of a form counts in an image.
func fileSeverity(form secret.FileForm) fixer.Severity {
	if form.Settings || form.KeyStore {
		return fixer.Medium
	}
	return fixer.High
}

// fileAdvice says how the file can be had without being copied.
func fileAdvice(form secret.FileForm, name string) string {
	out := "Remove the file from the instruction and add it to .dockerignore. "
	switch form.Use {
	case secret.UsedBySSH:
		out += "Use `RUN --mount=type=ssh` and `docker build --ssh default` to give the build an SSH agent"
	case secret.UsedAtRun:
		out += "Pass the file to the container at start, as a mounted secret or as variables"
	default:
		id := strings.Trim(path.Base(name), ".*")
		out += fmt.Sprintf("Use `RUN --mount=type=secret,id=%s,target=PATH` and `docker build --secret id=%s,src=FILE` for one step, and a mounted secret for the container", id, id)
	}
	if !form.Settings {
		out += ". Rotate the credential if an image with the file was pushed"
	}
	return out
}
