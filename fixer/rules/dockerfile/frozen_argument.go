package dockerfile

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

//go:embed frozen_argument.md
var frozenArgumentDoc string

// FrozenArgument reports digests that stand behind an argument of the image's name.
var FrozenArgument = &fixer.Rule{
	Name:     "dockerfile/frozen-argument",
	Title:    "digest overrides a build argument",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.DockerDocs, ID: "Pull an image by digest", Link: "https://docs.docker.com/reference/cli/docker/image/pull/#pull-an-image-by-digest-immutable-identifier"},
	},
	Doc: frozenArgumentDoc,
	Check: func(p *fixer.Pass) {
		for _, s := range p.File.Dockerfile.Stages {
			name, digest, has := strings.Cut(s.Base, "@")
			if !has || len(s.Args) == 0 || !strings.Contains(name, "$") || strings.Contains(digest, "$") {
				continue
			}
			f := fixer.Finding{
				Message: fmt.Sprintf("The digest in FROM decides the image: another value of ARG %s changes nothing", strings.Join(s.Args, ", ")),
				Advice: fmt.Sprintf("Move the digest into the default of the argument (ARG %s=TAG@%s), so that another value replaces both. Or write the tag in FROM, without an argument",
					s.Args[len(s.Args)-1], digest),
				Evidence: []fixer.Evidence{
					{Kind: fixer.FromDockerfile, Place: source(p, s.From), Text: "FROM " + s.Base},
					{Kind: fixer.FromPlatform, Source: "Docker", Text: "A reference with a digest is pulled by the digest; its tag is not looked at"},
				},
			}
			report(p, s.From, f)
		}
	},
}
