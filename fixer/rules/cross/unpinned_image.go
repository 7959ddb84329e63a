package cross

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/pin"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed unpinned_image.md
var unpinnedImageDoc string

// UnpinnedImage reports images that kustomizations and the values of Helm charts set
// without a digest.
var UnpinnedImage = &fixer.Rule{
	Name:     "cross/unpinned-image",
	Title:    "image set without a digest",
	Severity: fixer.Low,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
		{Source: fixer.Web, ID: "Kustomize: images", Link: "https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/"},
	},
	Doc: unpinnedImageDoc,
	Check: func(p *fixer.Pass) {
		for file := range p.Snapshot.Files() {
			if file.Context || file.Data == nil || file.Kind != fixer.Kustomize && file.Kind != fixer.Helm {
				continue
			}
			for _, s := range imageSettings.Of(file) {
				s.report(p, file)
			}
		}
	},
}

// An imageSetting is a place that gives an image to what is rendered from it.
type imageSetting struct {
	image string // repository and tag
	path  string
	tag   *yamldoc.Node
	how   string // what to write, before the digest
}

func (s imageSetting) report(p *fixer.Pass, file *fixer.File) {
	at := pin.Place{
		File: file.Path, Image: s.image, Kind: fixer.FromManifest, Where: fmt.Sprintf("%s:%d", file.Path, s.tag.Line),
		Subject: "Values", Locked: s.how,
	}
	if file.Kind == fixer.Kustomize {
		at.Subject = "Kustomization"
	}
	f, ok := pin.Unpinned(p, at)
	if !ok {
		f, ok = pin.Mutable(p, at)
	}
	if !ok {
		return
	}
	f.File, f.Path, f.Start, f.End = file.Path, s.path, s.tag.KeyOrSelf().Start, s.tag.End
	p.Report(f)
}

// imageSettings are those of one file. A chart that takes its tag from the version of
// the application has none in its values.
var imageSettings = fixer.Derive(func(f *fixer.File) []imageSetting {
	if !maySetImages(f) {
		return nil
	}
	y, err := yamldoc.Parse(f.Data)
	if err != nil || len(y.Docs) == 0 || y.Docs[0].Root == nil {
		return nil
	}
	root := y.Docs[0].Root
	if f.Kind == fixer.Kustomize {
		return kustomizeImages(root)
	}
	var out []imageSetting
	valueImages(root, nil, 0, &out)
	return out
})

// maySetImages reports whether it is worth while to read a file for images: most files of
// charts are no values, and most kustomizations set no tag. A backslash may spell a key in
// another way.
func maySetImages(f *fixer.File) bool {
	if f.Kind == fixer.Kustomize {
		return bytes.Contains(f.Data, []byte("newTag")) || bytes.IndexByte(f.Data, '\\') >= 0
	}
	return strings.HasPrefix(baseName(f.Path), "values")
}

func baseName(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }

// kustomizeImages are the entries of images: that set a tag. Kustomize takes a
// digest in place of a tag.
func kustomizeImages(root *yamldoc.Node) []imageSetting {
	var out []imageSetting
	for i, e := range root.Get("images").List() {
		tag := e.Get("newTag")
		name := e.Get("newName").Text()
		if name == "" {
			name = e.Get("name").Text()
		}
		if tag.Text() == "" || name == "" || e.Get("digest").Text() != "" || strings.Contains(tag.Text(), "@") {
			continue
		}
		out = append(out, imageSetting{
			image: name + ":" + tag.Text(), path: fmt.Sprintf("images[%d]", i), tag: tag,
			how: fmt.Sprintf("write digest: sha256:… in place of newTag: %s, which Kustomize ignores beside a digest. Keep the tag as a comment", tag.Text()),
		})
	}
	return out
}

// Bounds of the search in values, which may be deep and use anchors.
const (
	maxValuesDepth = 8
	maxValueImages = 100
)

// valueImages collects the mappings that have a repository and a tag, as charts by
// custom do.
func valueImages(n *yamldoc.Node, at yamldoc.Path, depth int, out *[]imageSetting) {
	if n == nil || n.Kind != yamldoc.Mapping || depth > maxValuesDepth || len(*out) >= maxValueImages {
		return
	}
	repository, tag := n.Get("repository").Text(), n.Get("tag")
	if repository != "" && tag.Text() != "" && n.Get("digest").Text() == "" && n.Get("sha").Text() == "" {
		if host := n.Get("registry").Text(); host != "" {
			repository = host + "/" + repository
		}
		*out = append(*out, imageSetting{
			image: repository + ":" + tag.Text(), path: at.String(), tag: tag,
			how: fmt.Sprintf("set tag to %q, if the chart joins repository and tag with a colon. Otherwise set the value that it has for a digest", tag.Text()+"@sha256:…"),
		})
	}
	for _, e := range n.Entries() {
		valueImages(e.Value, at.Join(e.Key.Text()), depth+1, out)
	}
}
