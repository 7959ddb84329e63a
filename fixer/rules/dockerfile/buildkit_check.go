package dockerfile

import (
	"fmt"

	"oakum/fixer"
)

// BuildkitCheck reports what Docker's own build checks say that no rule here
// says better.
var BuildkitCheck = &fixer.Rule{
	Name:     "dockerfile/buildkit-check",
	Title:    "Docker's own build checks",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `The checks that BuildKit makes on every build, run in process and without a network, under their own names, and files that
BuildKit cannot build at all, which are medium. CopyIgnoredFile, which needs the build context, is worked out from the names of the
files there, and counts lines with ! where BuildKit gives up. Left out are checks about form (casing, the old form of ENV, empty
continuation lines, MAINTAINER), checks that other rules make with more to say (SecretsUsedInArgOrEnv, JSONArgsRecommended,
WorkdirRelativePath, MultipleInstructionsDisallowed), UndefinedVar, which cannot know what the base image sets, and
InvalidDefaultArgInFrom, because files that leave the base to the build mean it so. A check that the file skips with #
check=skip= is not reported.`,
		Why: `What BuildKit warns of is usually not what was meant: a stage name given twice, a platform that is fixed, an image name that
is empty without an argument. A build that does something else than it says cannot be reviewed.`,
		Breaks: `Depends on the check; its page says so.`,
		Verify: `docker build --check .   prints no warning`,
		Bad: `FROM alpine:3.22 AS build
FROM debian:13 AS build
`,
		Good: `FROM alpine:3.22 AS build
FROM debian:13 AS run
`,
		References: []fixer.Reference{
			{Source: "BuildKit", ID: "build checks", URL: "https://docs.docker.com/reference/build-checks/"},
		},
	},
	Check: func(p *fixer.Pass) {
		checkIgnored(p)
		result, err := p.File.BuildKit()
		if err != nil {
			return // too large to check, which is no fault of the image
		}
		for _, w := range result.Warnings {
			if c, ok := buildkitChecks[w.Rule]; ok && !w.Hidden {
				reportCheck(p, w.Line, w.Rule, c.severity, fmt.Sprintf("%s: %s", w.Rule, w.Message), c.advice+"; "+w.URL)
			}
		}
		if f := result.Failure; f != nil {
			reportCheck(p, f.Line, "failure", fixer.Medium, "the file cannot be built: "+f.Message, "see what docker build says, and mend it: nothing else that is said of the file can be relied on")
		}
	},
}

// buildkitChecks are the checks that are reported. Those that are not here are
// about form, or another rule's business.
var buildkitChecks = map[string]struct {
	severity fixer.Severity
	advice   string
}{
	"DuplicateStageName":              {fixer.Medium, "give each stage a name of its own: FROM and --from take the last one of a name"},
	"ReservedStageName":               {fixer.Medium, "give the stage another name: this one means something else in FROM and --from"},
	"UndefinedArgInFrom":              {fixer.Medium, "declare the variable with ARG before the first FROM"},
	"FromPlatformFlagConstDisallowed": {fixer.Low, "leave --platform out, or use $BUILDPLATFORM or $TARGETPLATFORM: on another machine the program is emulated, or does not start"},
	"InvalidBaseImagePlatform":        {fixer.Medium, "name an image that exists for the platform"},
	"RedundantTargetPlatform":         {fixer.Low, "leave --platform=$TARGETPLATFORM out: it is what is taken anyway"},
	"ExposeInvalidFormat":             {fixer.Low, "write EXPOSE with the port of the container alone: addresses and host ports belong to docker run and Compose"},
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
