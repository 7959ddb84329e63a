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

//go:embed end_of_life_base.md
var endOfLifeBaseDoc string

// EndOfLifeBase reports base images that are no longer maintained.
var EndOfLifeBase = &fixer.Rule{
	Name:     "dockerfile/end-of-life-base",
	Title:    "base image without security updates",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "4.4"},
		{Source: fixer.Web, ID: "endoflife.date", Link: "https://endoflife.date/"},
	},
	Doc: endOfLifeBaseDoc,
	Check: func(p *fixer.Pass) {
		kept := build.InFinalImage(p)
		for _, s := range p.File.Dockerfile.Stages {
			if s.Parent == nil && s.Image != "" {
				checkLifecycle(p, s, kept[s])
			}
		}
	},
}

// lifecycleDay is the day that ends of support are compared with: the engine
// has no clock, and the table's dates are of that time.
const lifecycleDay = "2026-11-15"

func checkLifecycle(p *fixer.Pass, s *dockerfile.Stage, kept bool) {
	ref, err := image.ParseReference(s.Image)
	if err != nil {
		return
	}
	known := p.Facts.Image(s.Image)
	base := known.Base
	if !known.HasBase {
		return
	}
	if b, ok := p.Topology().ImageBuild(s.Image); ok && b.Certain {
		return
	}
	var over, advice []string
	f := fixer.Finding{Severity: fixer.Low}
	for _, l := range base.Lifecycles {
		if !l.Ended(lifecycleDay) {
			continue
		}
		text := fmt.Sprintf("%s received its last security updates on %s", l.Of, l.End)
		switch {
		case base.Distribution == image.Distroless && strings.HasPrefix(l.Of, "Debian"):
			text = fmt.Sprintf("distroless images are no longer built from %s", l.Of)
			f.Severity = fixer.Medium
		case l.EndedExtended(lifecycleDay):
			if l.Extended > l.End {
				text = fmt.Sprintf("long-term support of %s ended on %s", l.Of, l.Extended)
			}
			f.Severity = fixer.Medium
		case strings.HasPrefix(l.Of, "Debian"):
			text = fmt.Sprintf("%s has only long-term support since %s (until %s)", l.Of, l.End, l.Extended)
		default:
			text += fmt.Sprintf(" (until %s, only paying or registered users receive updates)", l.Extended)
			f.Severity = fixer.Medium
		}
		over = append(over, text)
		f.Evidence = append(f.Evidence, fixer.ImageEvidence(l.Evidence()))
		if next := successor(l.Of); next != "" {
			advice = append(advice, next)
		}
	}
	if d := base.Deprecated; d != nil {
		over = append(over, d.Note)
		f.Severity = fixer.Medium
		f.Evidence = append(f.Evidence, fixer.ImageEvidence(base.Evidence(image.BaseDeprecated)))
		if d.Successor != "" {
			advice = append([]string{"Use " + strings.TrimPrefix(d.Successor, "docker.io/library/")}, advice...)
		}
	}
	if len(over) == 0 {
		return
	}
	if !kept {
		f.Severity = fixer.Low
	}
	name, _, _ := strings.Cut(ref.Familiar(), "@")
	f.Message = fmt.Sprintf("%s is no longer fully supported: %s", name, strings.Join(over, ", and "))
	f.Advice = "Use a supported release, and test the image with it"
	if len(advice) > 0 {
		f.Advice = strings.Join(advice, ". ") + ". Build and test the image: libraries and package names change between releases"
	}
	if len(s.Args) > 0 {
		f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromDockerfile, Text: fmt.Sprintf("The name uses the default of ARG %s, which a build can override", strings.Join(s.Args, ", "))})
	}
	report(p, s.From, f)
}

// successors name a supported release of what ended, by the beginning of its
// name. A test holds them to the table.
var successors = []struct{ of, image, text string }{
	{"Debian", "debian:13", "Use Debian 13 (trixie)"},
	{"Ubuntu", "ubuntu:24.04", "Use Ubuntu 24.04 or 26.04, which have years of support left"},
	{"Alpine", "alpine:3.23", "Use Alpine 3.23"},
	{"Node.js", "node:24", "Use Node.js 24, which has long-term support"},
	{"Python", "python:3.12", "Use the newest Python that your libraries support, at least 3.12"},
	{"PHP", "php:8.4", "Use PHP 8.4"},
	{"Ruby", "ruby:3.4", "Use Ruby 3.4"},
	{"Go ", "golang:1.26", "Use the newest Go: only the last two releases receive fixes"},
	{".NET", "mcr.microsoft.com/dotnet/aspnet:10.0", "Use .NET 10, which has long-term support"},
	{"CentOS", "almalinux:9", "Use AlmaLinux, Rocky Linux or Red Hat UBI 9"},
	{"Fedora", "", "Use the newest Fedora, or a distribution with longer support"},
	{"Amazon Linux", "amazonlinux:2023", "Use Amazon Linux 2023"},
	{"Red Hat Universal Base Image", "registry.access.redhat.com/ubi9/ubi", "Use UBI 9 or 10"},
	{"openSUSE", "", "Use the newest openSUSE Leap"},
}

func successor(of string) string {
	for _, s := range successors {
		if strings.HasPrefix(of, s.of) {
			return s.text
		}
	}
	return ""
}
