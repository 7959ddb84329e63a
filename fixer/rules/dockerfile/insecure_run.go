package dockerfile

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed insecure_run.md
var insecureRunDoc string

// InsecureRun reports RUN with --security=insecure or --network=host.
var InsecureRun = &fixer.Rule{
	Name:     "dockerfile/insecure-run",
	Title:    "RUN without the build sandbox",
	Severity: fixer.High,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.DockerDocs, ID: "RUN --security", Link: "https://docs.docker.com/reference/dockerfile/#run---security"},
		{Source: fixer.DockerDocs, ID: "RUN --network", Link: "https://docs.docker.com/reference/dockerfile/#run---network"},
		{Source: fixer.CISDocker, ID: "5.5"},
		{Source: fixer.CISDocker, ID: "5.10"},
	},
	Doc: insecureRunDoc,
	Check: func(p *fixer.Pass) {
		build.Each(p.File.Dockerfile, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if i.Keyword != "RUN" {
				return
			}
			for _, flag := range i.Flags {
				switch {
				case flag.Name == "security" && flag.Value == "insecure":
					reportPrivilege(p, i, at, flag, fixer.High,
						"RUN --security=insecure has all capabilities and no seccomp profile: root in the step is root on the build host",
						"Steps that mount filesystems, load kernel modules or start containers",
						needsKernel(p, i))
				case flag.Name == "network" && flag.Value == "host":
					reportPrivilege(p, i, at, flag, fixer.Medium,
						"RUN --network=host uses the network of the build host, and reaches services that listen only on that host",
						"Steps that connect to servers on the build host, or to names that only the host resolves",
						reachesMachine(p, s, i))
				}
			}
		})
	},
}

func reportPrivilege(p *fixer.Pass, i, at *dockerfile.Instruction, flag dockerfile.Flag, severity fixer.Severity, message, breaks, needed string) {
	f := fixer.Finding{
		Severity: severity,
		Path:     place(p.File.Dockerfile, at) + ": --" + flag.Name,
		Message:  message,
		Start:    flag.Word.Start, End: flag.Word.End,
	}
	edits, err := p.File.Dockerfile.DeleteFlag(i, flag)
	if needed != "" {
		f.Advice = needed
	} else if err != nil {
		f.Advice = "Remove the flag, or do this work before the build. Not fixed automatically: " + build.Reason(err)
	} else {
		f.Fixes = []fixer.Fix{{
			ID: "remove", Title: "Remove " + flag.Word.Raw, Level: fixer.Review,
			Breaks: breaks,
			Verify: "docker build --no-cache .\nsucceeds without --allow",
			Edit:   edit(edits),
		}}
	}
	report(p, at, f)
}

// needsKernel says which command of a step does not work without its
// privileges, or "".
func needsKernel(p *fixer.Pass, i *dockerfile.Instruction) string {
	for _, c := range build.Of(p.File).Step(i).Commands {
		if c.NeedsPrivileges() {
			return fmt.Sprintf("Run %s before the build, or in a container with only the capability or device that it needs: the command fails without the flag", c.Program)
		}
	}
	return ""
}

// localAddress matches a server of the machine itself in the text of a step.
var localAddress = text.Regexp(`\b(?:localhost|127\.0\.0\.1|host\.docker\.internal):\d+|://(?:localhost|127\.0\.0\.1|\[::1\])\b`)

// reachesMachine says which server of the machine that builds a step asks for,
// or "".
func reachesMachine(p *fixer.Pass, s *dockerfile.Stage, i *dockerfile.Instruction) string {
	found, where := localAddress().FindString(build.CommandText(p.File.Dockerfile, i)), fmt.Sprintf("line %d", i.Line)
	for _, o := range slices.Concat(p.File.Dockerfile.MetaArgs, s.Instructions) {
		if found != "" || o == i {
			break
		}
		if o.Keyword == "ENV" || o.Keyword == "ARG" {
			found, where = localAddress().FindString(o.Text()), fmt.Sprintf("line %d", o.Line)
		}
	}
	if found == "" {
		return ""
	}
	return fmt.Sprintf("Give %s an address that containers can reach, then remove the flag: %s uses that server in the network of the build host", strings.TrimPrefix(found, "://"), where)
}
