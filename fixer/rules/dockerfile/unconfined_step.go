package dockerfile

import (
	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
)

// UnconfinedStep wants the steps of a build to stay in their sandbox.
var UnconfinedStep = &fixer.Rule{
	Name:     "dockerfile/unconfined-step",
	Title:    "build step outside of its sandbox",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `RUN --security=insecure, which runs a step with all capabilities and without seccomp, and RUN --network=host, which is medium
and gives it the network of the machine that builds. All stages count: a step does its harm while it runs, whatever becomes of its
files. The fix takes the flag out. ONBUILD and Windows stages are reported and not rewritten.`,
		Why: `What a build runs is often not what its author wrote: install scripts of packages, makefiles of others. With --security=insecure
such a script owns the machine that builds, with its credentials and the images of everybody else. With --network=host it reaches
what listens on that machine only: databases, the engine's or the cloud's interfaces.`,
		Breaks: `Steps that mount file systems, start containers or reach a server on the build's own machine fail without the flag.`,
		Verify: `docker build --no-cache .   builds without --allow and without an entitlement of the builder`,
		Bad: `FROM debian:13
COPY . /src
RUN --security=insecure make -C /src
`,
		Good: `FROM debian:13
COPY . /src
RUN make -C /src
`,
		References: []fixer.Reference{
			{Source: "BuildKit", ID: "RUN --security", URL: "https://docs.docker.com/reference/dockerfile/#run---security"},
			{Source: "BuildKit", ID: "RUN --network", URL: "https://docs.docker.com/reference/dockerfile/#run---network"},
			{Source: "CIS Docker", ID: "5.5"},
			{Source: "CIS Docker", ID: "5.10"},
		},
	},
	Check: func(p *fixer.Pass) {
		build.Each(p.File.Dockerfile, func(_ *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword != "RUN" {
				return
			}
			for _, flag := range i.Flags {
				switch {
				case flag.Name == "security" && flag.Value == "insecure":
					reportPrivilege(p, i, at, flag, fixer.High,
						"the step runs as root of the build's machine: with all capabilities and without seccomp",
						"the step can no longer mount file systems, load modules or start containers; take the entitlement security.insecure back from the builder as well")
				case flag.Name == "network" && flag.Value == "host":
					reportPrivilege(p, i, at, flag, fixer.Medium,
						"the step is in the network of the build's machine, and reaches what listens only there",
						"the step no longer reaches servers that listen only on the machine that builds, or names that only its network knows")
				}
			}
		})
	},
}

func reportPrivilege(p *fixer.Pass, i, at *dockerfile.Instruction, flag dockerfile.Flag, severity fixer.Severity, message, breaks string) {
	f := fixer.Finding{
		Severity: severity,
		Path:     place(p.File.Dockerfile, at) + ": --" + flag.Name,
		Message:  message,
		Start:    flag.Word.Start, End: flag.Word.End,
	}
	edits, err := p.File.Dockerfile.DeleteFlag(i, flag)
	if err != nil {
		f.Advice = "take the flag out, or do what needs it before the build; it is not done here because " + build.Reason(err)
	} else {
		f.Fixes = []fixer.Fix{{
			ID: "remove", Title: "remove " + flag.Word.Raw, Level: fixer.Review,
			Breaks: breaks,
			Verify: "docker build --no-cache .   gets through the step",
			Edit:   edit(p, edits),
		}}
	}
	report(p, at, f)
}
