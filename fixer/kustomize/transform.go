package kustomize

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// images gives containers another image, tag or digest.
func images(entry *yamldoc.Node, from source, targets []*target) {
	name := entry.Get("name").Text()
	for _, t := range targets {
		w := t.workload()
		if w == nil || name == "" {
			continue
		}
		for _, c := range w.Containers() {
			node := c.Node.Get("image")
			changed, ok := renamed(entry, c.Image)
			if !ok || node == nil || changed == c.Image {
				continue
			}
			at := relative(t.object, c.Path.Join("image"))
			place := from.place(entry)
			t.note(Change{Path: at, Place: place, Kind: Replaced, Known: true})
			value := t.scalar(changed, "!!str", node, place)
			t.node = t.edit(t.node, at, func(parent *yamldoc.Node) *yamldoc.Node { return with(parent, "image", value) })
		}
	}
}

// renamed returns an image as an entry of images: changes it. ok is false for
// one of another name.
func renamed(entry *yamldoc.Node, ref string) (string, bool) {
	name, digest, _ := strings.Cut(ref, "@")
	name, tag, _ := image.CutTag(name)
	if name != entry.Get("name").Text() {
		return "", false
	}
	if n := entry.Get("newName").Text(); n != "" {
		name = n
	}
	newTag, newDigest := entry.Get("newTag").Text(), entry.Get("digest").Text()
	switch {
	case newTag != "":
		tag, digest = newTag, newDigest
	case newDigest != "":
		tag, digest = "", newDigest
	}
	tag += entry.Get("tagSuffix").Text()
	if tag != "" {
		name += ":" + tag
	}
	if digest != "" {
		name += "@" + digest
	}
	return name, true
}

// replicas sets how many pods a workload has.
func replicas(entry *yamldoc.Node, from source, targets []*target) {
	for _, t := range targets {
		if w := t.workload(); w != nil && entry.Get("count") != nil && slices.Contains(t.names, entry.Get("name").Text()) {
			t.set(yamldoc.P("spec", "replicas"), entry.Get("count"), from)
		}
	}
}

// harmless are the transformers that change names, labels and the like, on
// which nothing rests.
var harmless = map[string]bool{
	"AnnotationsTransformer": true, "LabelTransformer": true, "NamespaceTransformer": true, "PrefixTransformer": true,
	"SuffixTransformer": true, "PrefixSuffixTransformer": true, "HashTransformer": true, "ReplicaCountTransformer": true,
	"SetNamespaceTransformer": true,
}

// transformers applies those that are written as objects: the built-in ones
// that patch or rename images. What others do nobody knows.
func (p *Project) transformers(k *kustomization, targets []*target) {
	for _, item := range k.root.Get("transformers").ListOrOne() {
		from := source{file: k.path}
		data := []byte(item.Text())
		if name := item.Text(); !strings.Contains(name, "\n") {
			from.file = path.Join(k.dir, name)
			if p.dirs[from.file] != nil {
				continue // a kustomization of transformers
			}
			data = p.files[from.file]
			note(targets, from.file)
		} else {
			from.line = item.Line
		}
		f, err := p.parsed(data)
		if err != nil || len(data) == 0 {
			unread(source{file: k.path}, nil, item, targets)
			continue
		}
		for _, doc := range f.Docs {
			p.transform(k, doc.Root, from, targets)
		}
	}
}

func (p *Project) transform(k *kustomization, n *yamldoc.Node, from source, targets []*target) {
	switch kind := n.Get("kind").Text(); {
	case n.Get("apiVersion").Text() != "builtin":
		if n != nil {
			unread(from, nil, n, targets)
		}
	case kind == "PatchTransformer":
		inside := *k
		if n.Get("path") == nil {
			inside.path = from.file
		}
		p.patch(&inside, n, n.Get("target"), targets)
	case kind == "ImageTagTransformer":
		images(n.Get("imageTag"), from, targets)
	case !harmless[kind]:
		unread(from, nil, n, targets)
	}
}

// replacement copies a value from one object into others. Where it goes is read;
// what it is then, is not.
func (p *Project) replacement(k *kustomization, item *yamldoc.Node, targets []*target) {
	from := source{file: k.path}
	list := []*yamldoc.Node{item}
	if name := item.Get("path").Text(); name != "" {
		from.file = path.Join(k.dir, name)
		note(targets, from.file)
		f, err := p.parsed(p.files[from.file])
		if err != nil || len(p.files[from.file]) == 0 {
			unread(source{file: k.path}, nil, item, targets)
			return
		}
		list = nil
		for _, doc := range f.Docs {
			list = append(list, doc.Root.ListOrOne()...)
		}
	}
	for _, r := range list {
		for _, to := range r.Get("targets").List() {
			for _, t := range targets {
				if !t.isSelected(to.Get("select")) || slices.ContainsFunc(to.Get("reject").List(), t.isSelected) {
					continue
				}
				for _, field := range to.Get("fieldPaths").List() {
					t.unknownAt(field, from)
				}
			}
		}
	}
}

// unknownAt notes that nobody knows what is at a place, which is written as
// spec.template.spec.containers.[name=web].image. What the manifest has there is
// kept: mostly another tag or host takes the place of a part of it.
func (t *target) unknownAt(field *yamldoc.Node, from source) {
	var at yamldoc.Path
	n := t.node
	for _, step := range fieldSteps(field.Text()) {
		if !n.Is(yamldoc.Sequence) {
			at, n = at.Join(step), n.Get(step)
			continue
		}
		key, value, _ := strings.Cut(strings.Trim(step, "[]"), "=")
		i := slices.IndexFunc(n.List(), func(item *yamldoc.Node) bool { return item.Get(key).Text() == value })
		if i < 0 {
			break // all of them, or one that is told otherwise: the list is as much as is known
		}
		at, n = at.Join(i), n.Item(i)
	}
	t.note(Change{Path: at, Place: from.place(field), Kind: Replaced})
}

// fieldSteps splits a field path at its dots, but for those in brackets and
// those behind a backslash.
func fieldSteps(path string) []string {
	var out []string
	var step strings.Builder
	depth := 0
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '\\' && i+1 < len(path):
			i++
			step.WriteByte(path[i])
		case c == '.' && depth == 0:
			out = append(out, step.String())
			step.Reset()
		default:
			if c == '[' {
				depth++
			} else if c == ']' {
				depth--
			}
			step.WriteByte(c)
		}
	}
	return append(out, step.String())
}
