package discover

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A signature is what the top-level keys say about a YAML or JSON file.
type signature struct {
	kube      bool // some document has both apiVersion and kind
	kustomize bool // that apiVersion is Kustomize's own
	services  bool // some document has services
}

// sniff looks at the top-level keys of each document without parsing it (see
// [yamldoc.Outlines]). It never says no to a file with the keys in an ordinary
// place; what it says yes to may still fail to parse, which is for the engine
// to report.
func sniff(data []byte) signature {
	var s signature
	if !bytes.Contains(data, []byte("kind")) && !bytes.Contains(data, []byte("services")) && !bytes.Contains(data, []byte("apiVersion")) {
		return s // most YAML files are about something else
	}
	for _, o := range yamldoc.Outlines(data) {
		s.kube = s.kube || o.Has("apiVersion", "kind")
		s.services = s.services || o.Has("services")
		if version, ok := o.Value("apiVersion"); ok {
			s.kustomize = s.kustomize || bytes.Contains([]byte(version), []byte("kustomize.config.k8s.io/"))
		}
	}
	return s
}

// startsLikeManifest reports whether the first part of a JSON object holds one
// of the keys a manifest must have.
func startsLikeManifest(head []byte) bool {
	for _, o := range yamldoc.Outlines(head) {
		if o.Has("apiVersion") || o.Has("kind") {
			return true
		}
	}
	return false
}

func isYAML(p string) bool {
	ext := strings.ToLower(path.Ext(p))
	return ext == ".yaml" || ext == ".yml"
}

// looksLikeCompose reports whether YAML of any name is a Compose file: stack.yml,
// prod.yaml.
func looksLikeCompose(data []byte) bool {
	file, err := yamldoc.Parse(data)
	return err == nil && compose.Recognise(file) && !slices.ContainsFunc(file.Docs, func(d *yamldoc.Doc) bool { return d.Template() != nil })
}
