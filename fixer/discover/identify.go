package discover

import (
	"bytes"
	"os"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/disk"
)

// identify reads a candidate and says what it is: a source, or nil when its
// content shows that it is none of ours.
//
// A file that cannot be read is shown as what its name promises. For YAML that
// is Kubernetes, which it might be; for JSON, which is mostly something else,
// it is left out unless it was given by name.
func identify(root *os.Root, c candidate, limit int64) *fixer.Source {
	if c.hint.kind == fixer.Updates {
		if src := readUpdates(root, c, limit); src != nil {
			return src
		}
		c.hint = classify(path.Base(c.path)) // a package.json as any other
	}
	if c.hint.kind == fixer.Policy {
		if src := readPolicy(root, c, limit); src != nil {
			return src
		}
		c.hint = classify(path.Base(c.path))
	}
	src := &fixer.Source{Path: c.path, Kind: c.hint.kind}
	isJSON := strings.EqualFold(path.Ext(c.path), ".json")
	shown := c.named || c.hint.sure || (c.hint.kind != fixer.Dockerfile && !isJSON)
	if c.skip != nil {
		src.Skip = c.skip
		return onlyIf(shown, src)
	}
	if isJSON && !c.named && c.hint.kind == fixer.Kubernetes {
		// Most JSON is data, and some of it large: a manifest shows one of its
		// keys early, so the rest need not be read.
		head, skip := disk.Read(root, c.path, min(disk.HeadBytes, limit))
		if skip != nil && skip.Code == fixer.SkipTooLarge && !startsLikeManifest(head) {
			return nil
		}
	}
	if c.hint.kind == fixer.Dockerignore {
		src.Data, src.Skip = disk.Read(root, c.path, min(maxDockerignore, limit))
		if src.Skip != nil {
			src.Data = nil
		}
		return src
	}
	data, skip := disk.Read(root, c.path, limit)
	if skip != nil && skip.Code != fixer.SkipTooLarge {
		src.Skip = skip
		return onlyIf(shown, src)
	}
	kind, ok := kindOf(c, data)
	if !ok && !c.named {
		return nil
	}
	src.Kind = kind
	if skip != nil { // too large: known by its head, which is not its data
		src.Skip = skip
		return src
	}
	src.Data = data
	switch {
	case c.hint.template != "":
		src.Skip = &fixer.Skip{Code: fixer.SkipTemplate,
			Reason: "template (" + c.hint.template + "), not the rendered file"}
	case notText(data) != nil:
		src.Skip = notText(data)
	case !ok:
		src.Skip = &fixer.Skip{Code: SkipUnknown,
			Reason: "not a Dockerfile, Compose file, Kubernetes manifest or CI workflow"}
	case kind == fixer.Helm:
		src.Skip = &fixer.Skip{Code: fixer.SkipHelm, Reason: c.helm}
	case kind == fixer.Kustomize:
		src.Skip = &fixer.Skip{Code: fixer.SkipKustomize,
			Reason: "kustomization: read for what it changes, not checked itself"}
	case kind == fixer.Workflow:
		src.Skip = templatedWorkflow(data)
	case kind == fixer.Compose || kind == fixer.Kubernetes:
		src.Skip = templated(data)
	}
	return src
}

func onlyIf(shown bool, src *fixer.Source) *fixer.Source {
	if !shown {
		return nil
	}
	return src
}

// kindOf lets the content confirm or correct what the name says.
func kindOf(c candidate, data []byte) (fixer.Kind, bool) {
	g := c.hint
	if g.kind == fixer.Workflow {
		if runsSomething(c.path, data) {
			return fixer.Workflow, true
		}
		g = classify(path.Base(c.path))
	}
	switch {
	case g.kind == fixer.Kustomize || g.kind == fixer.Helm || g.template != "":
		return g.kind, true
	case g.kind == fixer.Dockerfile && (g.sure || startsLikeDockerfile(data)):
		return fixer.Dockerfile, true
	case g.kind == fixer.Dockerfile && !c.named:
		return "", false
	case !g.sure && (bytes.IndexByte(data, 0) >= 0):
		return "", false // not text: no need to look for keys
	}
	s := sniff(data)
	switch {
	case s.kustomize && g.kind != fixer.Compose:
		return fixer.Kustomize, true
	case s.kube:
		// A manifest called compose-api.yaml is still a manifest.
		return fixer.Kubernetes, true
	case g.kind == fixer.Compose && (g.sure || s.services), c.named && s.services:
		return fixer.Compose, true
	case s.services && isYAML(c.path) && looksLikeCompose(data):
		return fixer.Compose, true
	case c.named && startsLikeDockerfile(data):
		return fixer.Dockerfile, true
	}
	return "", false
}
