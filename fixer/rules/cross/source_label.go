package cross

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// The keys that the OCI image specification defines for what is asked here, and
// the one that was used before it.
const (
	labelSource      = "org.opencontainers.image.source"
	labelDescription = "org.opencontainers.image.description"
	labelLicenses    = "org.opencontainers.image.licenses"
	labelOldSource   = "org.label-schema.vcs-url"
)

//go:embed source_label.md
var sourceLabelDoc string

// SourceLabel reports published images without a source label.
var SourceLabel = &fixer.Rule{
	Name:     "cross/source-label",
	Title:    "image without a source label",
	Severity: fixer.Low,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Web, ID: "OCI image specification: annotations", Link: "https://github.com/opencontainers/image-spec/blob/main/annotations.md"},
		{Source: fixer.Hadolint, ID: "DL3049"},
	},
	Params: []fixer.Param{paramSource, paramDescription, paramLicenses},
	Doc:    sourceLabelDoc,
	Check: func(p *fixer.Pass) {
		if p.Facts.Source == "" {
			return
		}
		list := published(p)
		is := map[*dockerfile.Stage]bool{}
		for _, m := range list {
			is[m.build.Stage] = true
		}
		seen := map[*dockerfile.Stage]bool{}
		for _, m := range list {
			s := m.build.Stage
			inherits := s.Parent != nil && slices.ContainsFunc(s.Parent.Chain(), func(o *dockerfile.Stage) bool { return is[o] })
			if seen[s] || inherits || s.Windows || labelled(s) {
				continue
			}
			seen[s] = true
			p.Report(fixer.Finding{
				File: m.build.Path, Path: "stage " + cmp.Or(s.Name, strconv.Itoa(s.Index)) + ": LABEL " + labelSource,
				Start: s.From.Start, End: s.From.End,
				Message:  fmt.Sprintf("The image %s has no label that names its source repository", m.name),
				Evidence: []fixer.Evidence{{Kind: fixer.FromRepository, Place: m.file, Text: m.why}, {Kind: fixer.FromRepository, Source: "git", Text: "The remote origin is " + p.Facts.Source}},
				Fixes:    []fixer.Fix{labelFix(p, m.build)},
			})
		}
	},
}

var (
	paramSource      = fixer.Param{Name: "source", Meaning: "URL of the source repository, http or https", Validate: validAddress}
	paramDescription = fixer.Param{Name: "description", Meaning: "description of the image, one sentence; empty to leave the label out", Validate: validLabel}
	paramLicenses    = fixer.Param{Name: "licenses", Meaning: "license of the software as an SPDX expression (MIT, Apache-2.0); empty to leave the label out", Validate: validLabel}
)

// A publication is a name under which an image of the repository is pulled.
type publication struct {
	build topology.Build
	name  string
	file  string // that says so
	why   string
}

func published(p *fixer.Pass) []publication {
	var out []publication
	for f := range p.Snapshot.Files() {
		switch {
		case f.Compose != nil:
			for _, v := range p.Topology().Compose().Views(f.Path) {
				name, _ := v.ImageName()
				if b, ok := p.Topology().ServiceBuild(v); ok && b.Certain && elsewhere(name) {
					out = append(out, publication{b, name, f.Path, fmt.Sprintf("Service %q builds the image %s", v.Name, name)})
				}
			}
		case f.Objects != nil:
			for c := range p.Topology().Containers(f.Objects) {
				if c.Build.Certain {
					out = append(out, publication{c.Build, c.Image, f.Path, fmt.Sprintf("%s runs the image", c.Workload.ID())})
				}
			}
		}
	}
	return out
}

// elsewhere reports whether a name has a registry or a namespace, which images
// that stay on the machine have no use for.
func elsewhere(name string) bool {
	ref, err := image.ParseReference(name)
	return err == nil && strings.Contains(name, "/") && ref.Registry != "localhost" && !strings.HasPrefix(ref.Registry, "localhost:")
}

func labelled(s *dockerfile.Stage) bool {
	return slices.ContainsFunc(s.Labels(), func(v dockerfile.Variable) bool { return v.Key == labelSource || v.Key == labelOldSource })
}

func labelFix(p *fixer.Pass, b topology.Build) fixer.Fix {
	return fixer.Fix{
		ID: "label", Title: "Add LABEL " + labelSource, Level: fixer.Review,
		Breaks: "Everyone who can pull the image learns the address of the repository, and registries may link the image to it",
		Verify: "docker image inspect --format '{{json .Config.Labels}}' IMAGE\nshows the address of the repository",
		Params: []fixer.Param{paramSource.With(p.Facts.Source), paramDescription, paramLicenses},
		Edit: func(d *fixer.Draft) error {
			keyword := "LABEL"
			if from := b.Stage.From.Name.Raw; from == strings.ToLower(from) {
				keyword = "label"
			}
			var lines []string
			for _, l := range []struct{ key, value string }{
				{labelSource, d.Param("source")}, {labelDescription, d.Param("description")}, {labelLicenses, d.Param("licenses")},
			} {
				if l.value != "" {
					lines = append(lines, fmt.Sprintf("%s %s=%q", keyword, l.key, l.value))
				}
			}
			edits, err := b.File.InsertAtEnd(b.Stage, lines...)
			if err != nil {
				return err
			}
			d.At(b.Path).Dockerfile(edits, dockerfile.FieldLabel)
			return nil
		},
	}
}

func validAddress(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.ContainsAny(s, " \"'$`\\") {
		return errors.New("a URL that begins with https:// and contains no password")
	}
	return validLabel(s)
}

// validLabel accepts what needs no quoting inside double quotes.
func validLabel(s string) error {
	const most = 512
	if len(s) > most || strings.ContainsAny(s, "\"$`\\") || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("one line of at most %d bytes without quotes, $ and backslashes", most)
	}
	return nil
}
