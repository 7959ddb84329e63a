package dockerfile

import (
	_ "embed"
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile/buildkit"
)

//go:embed buildkit_check.md
var buildkitCheckDoc string

// BuildkitCheck reports what BuildKit's own build checks find.
var BuildkitCheck = &fixer.Rule{
	Name:     "dockerfile/buildkit-check",
	Title:    "Docker build check failed",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.DockerDocs, ID: "build checks", Link: "https://docs.docker.com/reference/build-checks/"},
	},
	Doc: buildkitCheckDoc,
	Check: func(p *fixer.Pass) {
		checkIgnored(p)
		if buildkit.Plain(p.File.Dockerfile) {
			return // none of the checks below would say anything
		}
		result, err := p.File.BuildKit()
		if err != nil {
			return // too large to check, which is no fault of the image
		}
		for _, w := range result.Warnings {
			if c, ok := buildkitChecks[w.Rule]; ok && !w.Hidden {
				reportCheck(p, w.Line, w.Rule, c.severity, fmt.Sprintf("%s: %s", w.Rule, w.Message), c.advice+" ("+w.URL+")")
			}
		}
		if f := result.Failure; f != nil {
			reportCheck(p, f.Line, "failure", fixer.Medium, "The file cannot be built: "+f.Message, "Run docker build, and fix the error first: other findings in this file may be wrong")
		}
	},
}

// buildkitChecks are the checks that are reported. Those that are not here are
// about form, or another rule's business.
var buildkitChecks = map[string]struct {
	severity fixer.Severity
	advice   string
}{
	"DuplicateStageName":              {fixer.Medium, "Give each stage a unique name: FROM and --from use the last stage of a name"},
	"ReservedStageName":               {fixer.Medium, "Rename the stage: this name has a special meaning in FROM and --from"},
	"UndefinedArgInFrom":              {fixer.Medium, "Declare the variable with ARG before the first FROM"},
	"FromPlatformFlagConstDisallowed": {fixer.Low, "Remove --platform, or use $BUILDPLATFORM or $TARGETPLATFORM: on other hardware the image is emulated, or does not start"},
	"InvalidBaseImagePlatform":        {fixer.Medium, "Use an image that exists for the platform"},
	"RedundantTargetPlatform":         {fixer.Low, "Remove --platform=$TARGETPLATFORM: this platform is the default"},
	"ExposeInvalidFormat":             {fixer.Low, "Write only the container port in EXPOSE: addresses and host ports belong to docker run and Compose"},
}

func reportCheck(p *fixer.Pass, line int, name string, severity fixer.Severity, message, advice string) {
	f := fixer.Finding{Severity: severity, Path: name, Message: message, Advice: advice}
	i := p.File.Dockerfile.Instructions[0]
	for _, o := range p.File.Dockerfile.Instructions {
		if o.Line <= line {
			i = o
		}
	}
	f.Path = place(p.File.Dockerfile, i) + " " + name
	report(p, i, f)
}
