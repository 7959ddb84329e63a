package dockerfile

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
)

// SetuidProgram wants no programs that run as their owner, whoever starts them.
var SetuidProgram = &fixer.Rule{
	Name:     "dockerfile/setuid-program",
	Title:    "program that runs as its owner",
	Severity: fixer.Medium,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `chmod, install and the flag --chmod of COPY and ADD with a mode that sets the set-user-id bit: 4755, 6755, u+s, +s. Only stages
that end up in an image count. The programs with that bit that a base brings (su, passwd, mount) are not in the file, and not looked
for; the bit for groups alone is left alone, since on folders it only says who owns new files. There is no edit: whether the
program works without the bit is not in the file.`,
		Why: `Whoever gets to run anything in the container, as any user, starts the program as root. A flaw in it, or a feature (a shell, a
plugin, a file name that it writes to), then undoes USER. Under no-new-privileges the bit does nothing, so that such an image
breaks when the container is hardened.`,
		Breaks: `A program that needs a right of root to do its work: give it that one by setcap, or the container the capability.`,
		Verify: `docker run --rm --entrypoint sh IMAGE -c 'find / -xdev -perm -4000'   prints what the base brings, and no more`,
		Bad: `FROM debian:13
COPY tool /usr/local/bin/tool
RUN chmod 4755 /usr/local/bin/tool
`,
		Good: `FROM debian:13
COPY tool /usr/local/bin/tool
RUN chmod 755 /usr/local/bin/tool
`,
		References: []fixer.Reference{
			{Source: "CIS Docker", ID: "4.8"},
			{Source: "dockle", ID: "CIS-DI-0008"},
			{Source: "CWE", ID: "CWE-250", URL: "https://cwe.mitre.org/data/definitions/250.html"},
		},
	},
	Check: func(p *fixer.Pass) {
		f, kept := p.File.Dockerfile, build.InFinalImage(p)
		build.Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if flag, ok := i.Flag("chmod"); ok && kept[s] && !s.Windows && setsUser(flag.Value) {
				report(p, at, fixer.Finding{
					Message: fmt.Sprintf("--chmod=%s lets every user of the container run these files as their owner", flag.Value),
					Advice:  setuidAdvice,
					Start:   flag.Word.Start, End: flag.Word.End,
				})
			}
		})
		for _, st := range build.Steps(f, "RUN") {
			if !kept[st.Stage] {
				continue
			}
			for _, c := range st.Commands {
				mode, _ := modeOf(c)
				if !setsUser(mode) || deletedAgain(st, c) {
					continue
				}
				finding := fixer.Finding{
					Path:    place(f, st.At) + ": " + c.Program + c.Ordinal,
					Message: fmt.Sprintf("%s %s lets every user of the container run these files as their owner", c.Program, mode),
					Advice:  setuidAdvice,
				}
				finding.Start, finding.End = st.Span(c)
				report(p, st.At, finding)
			}
		}
	},
}

const setuidAdvice = "do what needs root in the build, or give the program the one right it needs (setcap cap_net_bind_service=+ep for low ports), and leave the bit out"

// setsUser reports whether a mode sets the set-user-id bit.
func setsUser(mode string) bool {
	if mode != "" && strings.Trim(mode, "01234567") == "" {
		digits := strings.TrimLeft(mode, "0")
		return len(digits) == 4 && (digits[0]-'0')&4 == 4
	}
	for _, part := range strings.Split(mode, ",") {
		k := strings.IndexAny(part, "+=")
		if k < 0 || strings.Trim(part[:k], "ugoa") != "" || !strings.Contains(part[k:], "s") {
			continue
		}
		if who := part[:k]; who == "" || strings.ContainsAny(who, "ua") {
			return true
		}
	}
	return false
}
