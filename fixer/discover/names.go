package discover

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer"
)

// A nameHint is what a file's name says about it.
type nameHint struct {
	kind fixer.Kind // "" when the name says nothing: not a candidate
	// sure: the name decides. Otherwise the content must agree, and a file
	// that does not is no candidate after all.
	sure bool
	// template is the suffix that marks a source of such a file, with its dot.
	template string
}

// Suffixes of files that are about a Dockerfile, or were one. A Dockerfile.md
// describes, a Dockerfile.orig is left over from a merge, and neither is built.
var noDockerfile = set("dockerignore",
	"md", "markdown", "rst", "adoc", "html", "htm", "pdf", "png", "svg",
	"bak", "orig", "rej", "old", "save", "swp", "swo", "tmp", "patch", "diff",
	"sh", "bash", "ps1", "bat", "cmd", "py", "go", "js", "ts", "rb", "java", "php", "pl", "rs", "c", "cs",
	"rego", // a policy for the build, which Buildx reads beside it
	"yml", "yaml", "json", "toml", "xml", "ini", "conf", "cfg", "env", "lock", "mk",
	"sha256", "sig", "asc", "pem", "gz", "zip", "tar", "tgz", "xz",
	"snap", "golden", "log", "csv", "sarif")

// Suffixes of sources from which a file is made by a template engine.
var templateSuffix = set("j2", "jinja", "jinja2", "njk", "tmpl", "tpl", "gotmpl", "template", "erb", "ejs",
	"hbs", "mustache", "liquid", "m4", "in", "jsonnet", "libsonnet", "mako", "handlebars", "ctmpl", "tftpl")

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// classify looks at a base name.
//
// Case does not matter: file systems that ignore it build a DOCKERFILE, and
// Docker itself looks for dockerfile second. The exact names Kustomize and
// Helm want are compared exactly, as those tools do.
func classify(base string) nameHint {
	switch base {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return nameHint{kind: fixer.Kustomize, sure: true}
	case "Chart.yaml":
		return nameHint{kind: fixer.Helm, sure: true}
	}
	lower := strings.ToLower(base)
	// An editor's backup (name~) or lock (.#name) is no input of a tool.
	if strings.HasSuffix(lower, "~") || strings.HasPrefix(lower, ".#") {
		return nameHint{}
	}
	if g := classifyDockerfile(lower); g.kind != "" {
		return g
	}
	stem, ext := cutExt(lower)
	switch {
	case ext == "yaml" || ext == "yml":
		return classifyYAML(stem)
	case ext == "json":
		return nameHint{kind: fixer.Kubernetes}
	case templateSuffix[ext]:
		inner, innerExt := cutExt(stem)
		if innerExt == "yaml" || innerExt == "yml" {
			if g := classifyYAML(inner); g.kind == fixer.Compose && g.sure {
				g.template = "." + ext
				return g
			}
		}
	}
	return nameHint{}
}

// classifyDockerfile knows Dockerfile, Dockerfile.web and web.Dockerfile (and
// the same of Containerfile) by name. Names that only start or end so, such as
// Dockerfile-alpine, web_Dockerfile and Dockerfile.txt, are common enough to
// be looked into and must start like a Dockerfile.
func classifyDockerfile(lower string) nameHint {
	for _, stem := range []string{"dockerfile", "containerfile"} {
		if lower == stem || strings.HasSuffix(lower, "."+stem) {
			return nameHint{kind: fixer.Dockerfile, sure: true}
		}
		after, starts := strings.CutPrefix(lower, stem)
		if !starts {
			if strings.HasSuffix(lower, stem) {
				return nameHint{kind: fixer.Dockerfile}
			}
			continue
		}
		_, ext := cutExt(after)
		switch {
		case noDockerfile[ext]:
			return nameHint{}
		case templateSuffix[ext]:
			return nameHint{kind: fixer.Dockerfile, sure: true, template: "." + ext}
		case after[0] == '.' && ext != "txt":
			return nameHint{kind: fixer.Dockerfile, sure: true}
		}
		return nameHint{kind: fixer.Dockerfile}
	}
	return nameHint{}
}

// classifyYAML knows compose.yaml, compose.dev.yaml and docker-compose*.yaml
// by name. Whatever else mentions compose (composer.yaml, my-compose.yaml) or
// is a docker-stack.yaml must have services; any other YAML file must hold
// Kubernetes documents, or be a Compose file in all its keys.
func classifyYAML(stem string) nameHint {
	if strings.HasPrefix(stem, "docker-compose") {
		return nameHint{kind: fixer.Compose, sure: true}
	}
	if rest, ok := strings.CutPrefix(stem, "compose"); ok {
		if rest == "" || strings.ContainsRune(".-_( 0123456789", rune(rest[0])) {
			return nameHint{kind: fixer.Compose, sure: true}
		}
	}
	if strings.Contains(stem, "compose") || strings.HasPrefix(stem, "docker-stack") {
		return nameHint{kind: fixer.Compose}
	}
	return nameHint{kind: fixer.Kubernetes}
}

// cutExt cuts after the last dot; the extension comes without it.
func cutExt(name string) (stem, ext string) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}
