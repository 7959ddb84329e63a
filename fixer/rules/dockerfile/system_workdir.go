package dockerfile

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

//go:embed system_workdir.md
var systemWorkdirDoc string

// SystemWorkdir reports WORKDIR in a system directory.
var SystemWorkdir = &fixer.Rule{
	Name:     "dockerfile/system-workdir",
	Title:    "WORKDIR or COPY uses a system directory",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Phase:    fixer.Resources,
	References: []fixer.Reference{
		{Source: fixer.Trivy, ID: "DS-0030"},
		{Source: fixer.Dockle, ID: "DKL-DI-0002"},
		{Source: fixer.CVE, ID: "CVE-2024-21626"},
	},
	Doc: systemWorkdirDoc,
	Check: func(p *fixer.Pass) {
		f, kept := p.File.Dockerfile, build.InFinalImage(p)
		ends := map[*dockerfile.Instruction]bool{}
		for _, s := range build.Targets(p) {
			if w := s.Workdir(); w.Known && w.At != nil && isSystemFolder(w.Text) && !s.Windows {
				ends[w.At] = true
			}
		}
		build.Each(f, func(s *dockerfile.Stage, i, at *dockerfile.Instruction) {
			switch {
			case s.Windows:
			case i.Keyword == "WORKDIR" && (ends[i] || kernelFolder(i.Args.Value) != ""):
				reportWorkdir(p, i, at)
			case (i.Keyword == "COPY" || i.Keyword == "ADD") && kept[s]:
				reportContextCopy(p, s, i, at)
			}
		})
	},
}

// systemFolders are what a base has for itself. Folders in them may be an
// application's own, except in those of the kernel.
var systemFolders = text.WordSet("/bin /boot /dev /etc /lib /lib32 /lib64 /libx32 /proc /run /sbin /sys /usr /usr/bin /usr/include /usr/lib /usr/lib64 /usr/sbin /var /var/lib")

func isSystemFolder(dir string) bool {
	return systemFolders[path.Clean(dir)] || kernelFolder(dir) != ""
}

// kernelFolder returns the folder of the kernel that a path is in, or "".
func kernelFolder(dir string) string {
	for _, kernel := range []string{"/proc", "/sys", "/dev"} {
		if clean := path.Clean(dir); clean == kernel || strings.HasPrefix(clean, kernel+"/") && !strings.HasPrefix(clean, "/dev/shm/") {
			return kernel
		}
	}
	return ""
}

const ownFolder = "Use a separate directory, such as /app, and change the paths of the application and of volumes"

func reportWorkdir(p *fixer.Pass, i, at *dockerfile.Instruction) {
	dir := i.Args.Value
	f := fixer.Finding{
		Message: fmt.Sprintf("WORKDIR %s is a system directory", dir),
		Advice:  ownFolder,
		Start:   i.Args.Start, End: i.Args.End,
	}
	switch kernelFolder(dir) {
	case "/proc":
		f.Severity = fixer.High
		f.Message = fmt.Sprintf("WORKDIR %s is a kernel directory, through which a container can reach files of the host", dir)
		f.Advice = "Remove this WORKDIR unless you know why it is needed. " + ownFolder
	case "/sys", "/dev":
		f.Severity = fixer.Medium
		f.Message = fmt.Sprintf("WORKDIR %s is a kernel directory, over which the container runtime mounts its own filesystem", dir)
	}
	if at != i { // a trigger
		f.Start, f.End = 0, 0
	}
	report(p, at, f)
}

// reportContextCopy looks for a build context that goes into a folder of the
// system as a whole. Folders of the context that are made for the purpose, as
// in COPY rootfs/ /, are not meant.
func reportContextCopy(p *fixer.Pass, s *dockerfile.Stage, i, at *dockerfile.Instruction) {
	if _, from := i.Flag("from"); from || len(i.Words) < 2 || i.OnBuild || strings.Contains(i.Args.Raw, "$") {
		return
	}
	last := len(i.Words) - 1
	dest := i.Words[last].Value
	if !path.IsAbs(dest) {
		w := s.WorkdirAt(i)
		switch {
		case w.At == nil && s.Root().Image == "scratch":
			dest = path.Join("/", dest)
		case w.At == nil || !w.Known:
			return // that of the base, which is not known
		default:
			dest = path.Join(w.Text, dest)
		}
	}
	if dest = path.Clean(dest); dest != "/" && !isSystemFolder(dest) {
		return
	}
	for _, w := range i.Words[:last] {
		if source := path.Clean(w.Value); source == "." || source == "/" || w.Value == "*" {
			report(p, at, fixer.Finding{
				Path:    place(p.File.Dockerfile, at) + ": context",
				Message: fmt.Sprintf("The whole build context is copied to %s, over files of the base image", dest),
				Advice:  "Copy the build context to a separate directory, such as /app, or list the files that belong in the system directory",
				Start:   w.Start, End: i.Words[last].End,
			})
			return
		}
	}
}
