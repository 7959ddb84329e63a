package dockerfile

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
)

//go:embed unpinned_image.md
var unpinnedImageDoc string

// UnpinnedImage reports images without a digest.
var UnpinnedImage = &fixer.Rule{
	Name:     "dockerfile/unpinned-image",
	Title:    "image not pinned to a digest",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.2"},
		{Source: fixer.Hadolint, ID: "DL3006"},
		{Source: fixer.Hadolint, ID: "DL3007"},
		{Source: fixer.Trivy, ID: "DS-0001"},
		{Source: fixer.Checkov, ID: "CKV_DOCKER_7"},
		{Source: fixer.KICSDockerfile, ID: "f45ea400-6bbe-4501-9fc7-1c3d75c32067", Title: "Image Version Using 'latest'"},
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
	},
	Doc: unpinnedImageDoc,
	Check: func(p *fixer.Pass) {
		contexts := buildContexts(p)
		if d, ok := p.File.Dockerfile.Directive("syntax"); ok {
			name, _, _ := strings.Cut(d.Value, " ") // options of the frontend follow
			checkPin(p, named{how: "# syntax=", ref: name, line: d.Line, start: d.Start, end: d.End, path: "syntax"}, nil)
		}
		for _, s := range p.File.Dockerfile.Stages {
			if s.Parent == nil && s.Image != "" {
				n := at(p, s.From, "FROM ", s.Image)
				n.args, n.path = s.Args, place(p.File.Dockerfile, s.From)
				checkPin(p, n, contexts)
			}
		}
		build.Each(p.File.Dockerfile, func(_ *dockerfile.Stage, i, _ *dockerfile.Instruction) {
			if i.OnBuild {
				return
			}
			for _, n := range imagesOf(p, i) {
				checkPin(p, n, contexts)
			}
		})
	},
}

// named is a place that names an image.
type named struct {
	how  string   // what stands before the name: "FROM ", "COPY --from=", "RUN --mount=from=", "# syntax="
	ref  string   // with defaults of ARG filled in
	args []string // the ARGs it reads

	path             string // of the finding
	line, start, end int    // of the instruction or directive
}

// at names an image in an instruction.
func at(p *fixer.Pass, i *dockerfile.Instruction, how, ref string) named {
	return named{
		how: how, ref: ref, line: i.Line, start: i.Start, end: i.End,
		path: fmt.Sprintf("%s: %s", place(p.File.Dockerfile, i), ref),
	}
}

// imagesOf returns the images that COPY and RUN take files from. Variables are
// not expanded there, by BuildKit either.
func imagesOf(p *fixer.Pass, i *dockerfile.Instruction) []named {
	var out []named
	add := func(how, ref string) {
		if ref != "" && !strings.Contains(ref, "$") && build.StageNamed(p.File.Dockerfile, ref) == nil && !isNumber(ref) {
			out = append(out, at(p, i, how, ref))
		}
	}
	for _, flag := range i.Flags {
		switch {
		case i.Keyword == "COPY" && flag.Name == "from":
			add("COPY --from=", flag.Value)
		case i.Keyword == "RUN" && flag.Name == "mount":
			for _, o := range flag.Options() {
				if o.Key == "from" {
					add("RUN --mount=from=", o.Value)
				}
			}
		}
	}
	return out
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

func checkPin(p *fixer.Pass, n named, contexts map[string]bool) {
	if n.ref == "scratch" || contexts[n.ref] {
		return
	}
	ref, err := image.ParseReference(n.ref)
	if err != nil || ref.HasDigest() {
		return
	}
	if b, ok := p.Topology().ImageBuild(n.ref); ok && b.Certain {
		return // built here and never pulled
	}
	name := ref.Familiar()
	f := fixer.Finding{
		Path: n.path, Start: n.start, End: n.end,
		Message: fmt.Sprintf("%s is not pinned to a digest; the tag can point to a different image tomorrow", name),
	}
	switch {
	case ref.Tag == "":
		f.Severity = fixer.Medium
		f.Message = fmt.Sprintf("%s has neither a tag nor a digest; the image is the latest push", name)
	case ref.Tag == "latest":
		f.Severity = fixer.Medium
		f.Message = fmt.Sprintf("%s is not pinned; latest is not a version, and points to the most recent push", name)
	}
	f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Place: fmt.Sprintf("%s:%d", p.File.Path, n.line), Text: "The tag " + pinText(ref)})
	f.Advice = pinAdvice(n, ref)
	if len(n.args) > 0 {
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Text: fmt.Sprintf("The name uses the default of ARG %s, which a build can override", strings.Join(n.args, ", "))})
	}
	p.Report(f)
}

func pinText(ref image.Reference) string {
	if ref.Tag == "" {
		return "is missing, which means latest"
	}
	switch ref.Pin() {
	case image.PinMajor:
		return ref.Tag + " follows feature releases"
	case image.PinMinor:
		return ref.Tag + " follows patch releases"
	case image.PinVersion:
		return ref.Tag + " names one release, but rebuilds move the tag"
	}
	return ref.Tag + " names a channel, not a version"
}

// pinAdvice tells what to write and the command that prints it. A digest behind
// a variable tag would win over the tag, so that changing the variable would
// silently change nothing.
func pinAdvice(n named, ref image.Reference) string {
	name := ref.Familiar()
	digest := fmt.Sprintf("get the digest with `docker buildx imagetools inspect %s`", name)
	switch {
	case len(n.args) > 0:
		return fmt.Sprintf("Pin it: use an ARG for the whole name, with the default %s@sha256:… (%s). A digest after ${%s} would override the variable", name, digest, n.args[0])
	case ref.Tag == "" || ref.Tag == "latest":
		return fmt.Sprintf("Pin it: choose a version and write %s%s:VERSION@sha256:… (%s)", n.how, strings.TrimSuffix(name, ":latest"), digest)
	}
	return fmt.Sprintf("Pin it: %s%s@sha256:… (%s)", n.how, name, digest)
}

// buildContexts returns the names that Compose files give to further build
// contexts of this Dockerfile: they hide images of the same name.
func buildContexts(p *fixer.Pass) map[string]bool {
	out := map[string]bool{}
	for _, v := range p.Topology().Users(p.File.Path) {
		contexts := v.Setting("build").Node.Get("additional_contexts")
		for name := range contexts.All() {
			out[name] = true
		}
		for _, item := range contexts.List() {
			name, _, _ := strings.Cut(item.Text(), "=")
			out[name] = true
		}
	}
	return out
}
