package workflow

import (
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Build is a place that builds an image and gives it a name: a step with
// docker/build-push-action, or docker build in a script.
type Build struct {
	// Image is the name, without its tag. A registry or an owner that an expression gives
	// is a dollar sign: $/shop-api.
	Image string

	// Dockerfile is the file that it is built from, relative to the root, and Target the
	// stage, "" for the last.
	Dockerfile, Target string

	Line int
}

// stepBuild notes what a step builds with docker/build-push-action.
func (r *reader) stepBuild(step *yamldoc.Node) {
	u := parseUse(step.Get("uses").Text())
	if u == nil || u.Target() != "docker/build-push-action" {
		return
	}
	with := step.Get("with")
	dir, file := with.Get("context").Text(), with.Get("file").Text()
	if dir == "" {
		dir = "."
	}
	dir = strings.TrimPrefix(dir, "{{defaultContext}}:")
	if strings.Contains(dir, ":") { // of another repository
		return
	}
	if file == "" {
		file = path.Join(dir, "Dockerfile")
	}
	for _, tag := range strings.FieldsFunc(with.Get("tags").Text(), func(r rune) bool { return r == '\n' || r == ',' }) {
		r.built(strings.TrimSpace(tag), file, with.Get("target").Text(), with.Get("tags").Line)
	}
}

var (
	continued   = text.Regexp(`\\\r?\n`)
	buildWord   = text.Regexp(`"[^"\n]*"|'[^'\n]*'|\S+`)
	changesDir  = text.Regexp(`(?m)(?:^|[\s;&(])(?:cd|pushd)\s`)
	valueOption = map[string]bool{"--build-arg": true, "--platform": true, "--cache-from": true, "--cache-to": true, "--label": true, "--network": true, "--secret": true, "--ssh": true, "--progress": true,
		"--output": true, "-o": true, "--builder": true, "--build-context": true, "--iidfile": true, "--metadata-file": true, "--add-host": true, "-m": true, "--memory": true, "--provenance": true, "--sbom": true}
)

// scriptBuilds notes what the commands of a script build. One that changes its directory is not
// followed.
func (r *reader) scriptBuilds(text, dir string, line int) {
	if !strings.Contains(text, "docker") || changesDir().MatchString(text) {
		return
	}
	for _, command := range strings.FieldsFunc(continued().ReplaceAllString(text, " "), func(r rune) bool { return strings.ContainsRune("\n;&|", r) }) {
		words := buildWord().FindAllString(command, -1)
		for i := range words {
			words[i] = strings.Trim(words[i], `"'`)
		}
		if len(words) > 0 && words[0] == "sudo" {
			words = words[1:]
		}
		switch {
		case len(words) > 3 && words[0] == "docker" && words[1] == "build":
			r.commandBuild(words[2:], dir, line)
		case len(words) > 4 && words[0] == "docker" && (words[1] == "buildx" || words[1] == "image") && words[2] == "build":
			r.commandBuild(words[3:], dir, line)
		}
	}
}

// commandBuild reads the words behind docker build.
func (r *reader) commandBuild(words []string, dir string, line int) {
	var tags, contexts []string
	file, target := "", ""
	for i := 0; i < len(words); i++ {
		name, value, joined := strings.Cut(words[i], "=")
		next := func() string {
			if joined || i+1 == len(words) {
				return value
			}
			i++
			return words[i]
		}
		switch {
		case name == "-t" || name == "--tag":
			tags = append(tags, next())
		case name == "-f" || name == "--file":
			file = next()
		case name == "--target":
			target = next()
		case valueOption[name]:
			next()
		case !strings.HasPrefix(words[i], "-"):
			contexts = append(contexts, words[i])
		}
	}
	if len(contexts) != 1 || strings.Contains(contexts[0], ":") { // an option that is not known has a value, or the context is a URL
		return
	}
	at := path.Join(dir, contexts[0], "Dockerfile")
	if file != "" {
		at = path.Join(dir, file)
	}
	for _, tag := range tags {
		r.built(tag, at, target, line)
	}
}

// expression matches what a platform or a shell fills in.
var expression = text.Regexp(`\$\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$\w+`)

// built notes an image. The last part of its name and the path of its Dockerfile have to be
// written out.
func (r *reader) built(tag, file, target string, line int) {
	tag = expression().ReplaceAllString(tag, "$")
	if i := strings.LastIndexByte(tag, ':'); i > strings.LastIndexByte(tag, '/') {
		tag = tag[:i]
	}
	if strings.Contains(path.Base(tag), "$") || strings.ContainsAny(file+target, "$") || path.IsAbs(file) || strings.HasPrefix(path.Clean(file), "..") || tag == "" {
		return
	}
	r.file.builds = append(r.file.builds, Build{Image: tag, Dockerfile: path.Clean(file), Target: target, Line: line})
}

// Builds returns what the file builds, in its order.
func (f *File) Builds() []Build { return f.builds }
