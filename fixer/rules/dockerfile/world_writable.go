package dockerfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"oakum/fixer"
	"oakum/fixer/build"
	"oakum/fixer/dockerfile"
)

// WorldWritable wants files that belong to whoever writes them, and to nobody
// else.
var WorldWritable = &fixer.Rule{
	Name:     "dockerfile/world-writable",
	Title:    "files anybody may write",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `chmod, mkdir, install and the flag --chmod of COPY and ADD with a mode that lets every user write: 777, 666, a+rwx, o+w. For
whole folders (chmod -R) and for scripts and programs the severity is medium. Only stages that end up in an image count. Left
alone are modes with the sticky bit (1777), as /tmp has, what the same step deletes again, and bits that are taken away. There
is no edit: which user writes there is not in the file.`,
		Why: `Whoever gets to run anything in the container, as any user, can change these files. If one of them is a program, a script or a
library, the change runs the next time the program starts, as its user or as root.`,
		Breaks: `A program that runs as another user than the owner no longer writes there: give it the files with chown or COPY --chown.`,
		Verify: `docker run --rm --entrypoint sh IMAGE -c 'find / -xdev -perm -0002 ! -type l ! -perm -1000'   prints nothing`,
		Bad: `FROM node:24
COPY . /app
RUN chmod -R 777 /app
USER 1000
`,
		Good: `FROM node:24
COPY . /app
RUN mkdir /app/data && chown 1000:1000 /app/data
USER 1000
`,
		References: []fixer.Reference{
			{Source: "CIS Docker", ID: "4.8"},
			{Source: "CWE", ID: "CWE-732", URL: "https://cwe.mitre.org/data/definitions/732.html"},
		},
	},
	Check: func(p *fixer.Pass) {
		f, kept := p.File.Dockerfile, build.InFinalImage(p)
		build.Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			if flag, ok := i.Flag("chmod"); ok && kept[s] && !s.Windows && letsAll(flag.Value) {
				report(p, at, fixer.Finding{
					Message: fmt.Sprintf("--chmod=%s lets every user of the container change these files", flag.Value),
					Advice:  writableAdvice,
					Start:   flag.Word.Start, End: flag.Word.End,
				})
			}
		})
		for _, st := range build.Steps(f, "RUN") {
			if kept[st.Stage] {
				checkModes(p, st)
			}
		}
	},
}

const writableAdvice = "give the one folder that is written to the user that writes (COPY --chown, chown UID:GID), with mode 755 or 750, and leave programs to root"

// letsAll reports whether a mode gives other users the right to write, without
// the sticky bit.
func letsAll(mode string) bool {
	if strings.Trim(mode, "01234567") == "" && mode != "" {
		others := mode[len(mode)-1]
		sticky := len(mode) > 3 && (mode[len(mode)-4]-'0')&1 == 1
		return len(mode) >= 3 && (others-'0')&2 == 2 && !sticky
	}
	for _, part := range strings.Split(mode, ",") {
		if symbolicMode.MatchString(part) {
			return !strings.Contains(mode, "t")
		}
	}
	return false
}

// symbolicMode matches what gives the right to write to others: o+w, a=rwx,
// ugo+w. Without letters before it the umask counts, which takes it away.
var symbolicMode = regexp.MustCompile(`^[ug]*[oa][ugoa]*[+=][rxXst]*w`)

func checkModes(p *fixer.Pass, st build.Step) {
	for _, c := range st.Commands {
		mode, recursive := modeOf(c)
		if !letsAll(mode) || onlyDevices(c) || deletedAgain(st, c) {
			continue
		}
		f := fixer.Finding{
			Path:    place(p.File.Dockerfile, st.At) + ": " + c.Program + " " + mode,
			Message: fmt.Sprintf("%s %s lets every user of the container change these files", c.Program, mode),
			Advice:  writableAdvice,
		}
		if recursive || c.Program == "chmod" && makesProgram(c) {
			f.Severity = fixer.Medium
		}
		f.Start, f.End = st.Span(c)
		report(p, st.At, f)
	}
}

// modeOf returns the mode that chmod, mkdir or install gives, "" when it gives
// none, and whether it does so for all files of a folder.
func modeOf(c build.Command) (mode string, recursive bool) {
	args := c.Args()
	for k, w := range args {
		value := w.Value
		switch {
		case c.Program == "chmod" && value == "--recursive", c.Program == "chmod" && shortOption.MatchString(value) && strings.Contains(value, "R"):
			recursive = true
		case c.Program == "chmod" && mode == "" && !strings.HasPrefix(value, "-"):
			mode = value
		case c.Program != "mkdir" && c.Program != "install":
		case (value == "-m" || value == "--mode") && k+1 < len(args):
			mode = args[k+1].Value
		case strings.HasPrefix(value, "--mode="):
			mode = strings.TrimPrefix(value, "--mode=")
		case strings.HasPrefix(value, "-m") && len(value) > 2:
			mode = value[2:]
		}
	}
	return mode, recursive
}

// onlyDevices reports whether a command is about the files that everybody
// writes to by design.
func onlyDevices(c build.Command) bool {
	some := false
	for _, w := range c.Args() {
		switch {
		case strings.HasPrefix(w.Value, "/dev/"), w.Value == "/tmp", w.Value == "/var/tmp", strings.HasPrefix(w.Value, "/tmp/"):
			some = true
		case strings.HasPrefix(w.Value, "/"):
			return false
		}
	}
	return some
}

// deletedAgain reports whether the step deletes what the command is about, as
// steps do with folders for their own work.
func deletedAgain(st build.Step, c build.Command) bool {
	for _, later := range st.Commands {
		if later.Program != "rm" || later.Start < c.Start {
			continue
		}
		for _, w := range later.Args() {
			if !strings.HasPrefix(w.Raw, "-") && slices.ContainsFunc(c.Args(), func(o dockerfile.Word) bool { return o.Raw == w.Raw }) {
				return true
			}
		}
	}
	return false
}

// makesProgram reports whether a command is about files that are run.
func makesProgram(c build.Command) bool {
	for _, w := range c.Args() {
		if strings.HasSuffix(w.Value, ".sh") || strings.Contains(w.Value, "/bin/") || strings.Contains(w.Value, "entrypoint") {
			return true
		}
	}
	return false
}
