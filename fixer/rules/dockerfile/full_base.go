package dockerfile

import (
	"fmt"
	"strings"

	"oakum/fixer"
	"oakum/fixer/image"
)

// FullBase wants images that only run a program made from the slim variant of
// their base.
var FullBase = &fixer.Rule{
	Name:     "dockerfile/full-base",
	Title:    "full base where a slim one exists",
	Severity: fixer.Low,
	Kind:     fixer.Dockerfile,
	Doc: fixer.Doc{
		What: `Images that become what is run and start from the full variant of python, node or ruby, which brings compilers, version control
and the headers of some forty libraries. The advice names the slim variant of the same version and the same distribution release.
Left alone are files and stages that are for development, tests or building by their name. There is no edit: what the program needs
of the full image is not in the file.`,
		Why: `The program runs without most of what is in the full image, and whoever gets in does not: compilers and clients for every kind of
repository help to go on from there. Scanners report hundreds of flaws in packages that are never used, and hide the one that counts.`,
		Breaks: `Packages that are compiled on installation (Python wheels that do not exist, native modules of Node.js, gems) need a compiler: install
them in a stage on the full image and copy the result. Programs that are called by name (git, curl) have to be installed.`,
		Verify: `docker build .   and the tests pass;   docker run --rm --entrypoint sh IMAGE -c 'command -v gcc git curl'   prints nothing`,
		Bad: `FROM python:3.13
COPY app.py /app/
CMD ["python", "/app/app.py"]
`,
		Good: `FROM python:3.13-slim
COPY app.py /app/
CMD ["python", "/app/app.py"]
`,
		References: []fixer.Reference{
			{Source: "CIS Docker", ID: "4.3"},
			{Source: "Docker", ID: "choose the right base image", URL: "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image"},
		},
	},
	Check: func(p *fixer.Pass) {
		seen := map[int]bool{} // by stage that names the base, which several images may share
		for _, s := range targets(p) {
			root := s.Root()
			ref, err := image.ParseReference(root.Image)
			if err != nil || s.Windows || seen[root.Index] || forWork(p, s) {
				continue
			}
			slim := slimVariant(ref)
			base, ok := baseOf(p, s)
			if slim == "" || !ok || base.Has("gcc") != image.Present {
				continue
			}
			seen[root.Index] = true
			report(p, root.From, fixer.Finding{
				Message:  fmt.Sprintf("%s brings compilers and version control that %s leaves out", base.Image, slim),
				Evidence: []fixer.Evidence{fixer.ImageEvidence(base.Evidence(image.BaseTools))},
				Advice:   fmt.Sprintf("take %s, which is the same release without them, and install by name what is missing; what compiles goes into a stage before it, on %s", slim, base.Image),
			})
		}
	},
}

// slimVariant is the slim variant of the same version and distribution release,
// or "" for images that have none of that kind: node:24-trixie is
// node:24-trixie-slim, python:3.13-trixie is python:3.13-slim-trixie.
func slimVariant(ref image.Reference) string {
	if ref.Digest != "" {
		return ""
	}
	name, tag := strings.TrimSuffix(ref.Familiar(), ":"+ref.Tag), ref.Tag
	switch ref.Name() {
	case "docker.io/library/node":
		if tag == "" || tag == "latest" {
			return name + ":slim"
		}
		return name + ":" + tag + "-slim"
	case "docker.io/library/python", "docker.io/library/ruby":
		version, release := tag, ""
		if len(ref.Version()) == 0 {
			version, release = "", tag
		} else if v, rest, ok := strings.Cut(tag, "-"); ok {
			version, release = v+"-", rest
		} else {
			version += "-"
		}
		if release == "latest" {
			release = ""
		}
		return strings.TrimSuffix(name+":"+version+"slim-"+release, "-")
	}
	return ""
}
