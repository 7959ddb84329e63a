package cross

import (
	"cmp"
	_ "embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

//go:embed image_versions.md
var imageVersionsDoc string

// ImageVersions reports one image that files name by different digests, or of which one
// service runs different versions.
var ImageVersions = &fixer.Rule{
	Name:     "cross/image-versions",
	Title:    "one image in different versions",
	Severity: fixer.Low,
	Phase:    fixer.Identity,
	References: []fixer.Reference{
		{Source: fixer.Scorecard, ID: "Pinned-Dependencies"},
	},
	Doc: imageVersionsDoc,
	Check: func(p *fixer.Pass) {
		uses := imageUses(p)
		byTag := map[string][]imageUse{}
		byService := map[string][]imageUse{}
		for _, u := range uses {
			if u.digest != "" {
				byTag[u.repository+":"+u.tag] = append(byTag[u.repository+":"+u.tag], u)
			}
			if u.digest == "" && (u.tag == "" || u.tag == "latest") {
				continue // no version: another rule reports that
			}
			key := u.name + "\x00" + u.repository
			byService[key] = append(byService[key], u)
		}
		reported := map[string]bool{}
		for _, group := range []map[string][]imageUse{byTag, byService} {
			for _, key := range slices.Sorted(maps.Keys(group)) {
				reportVersions(p, group[key], reported)
			}
		}
	},
}

// An imageUse is one place that runs an image of somebody else.
type imageUse struct {
	file       *fixer.File
	name       string // of the service or workload
	path       string // of the finding
	what       string // for people
	doc        *yamldoc.Doc
	node       *yamldoc.Node
	repository string
	tag        string
	digest     string
}

// version is what follows the repository.
func (u imageUse) version() string {
	out := ""
	if u.tag != "" {
		out = ":" + u.tag
	}
	if u.digest != "" {
		out += "@" + u.digest
	}
	return cmp.Or(out, ":latest")
}

func (u imageUse) shown() string {
	if u.digest != "" {
		return u.tag + "@" + u.digest[:min(len(u.digest), 19)] + "…"
	}
	return cmp.Or(u.tag, "latest")
}

func (u imageUse) evidence() fixer.Evidence {
	kind := fixer.FromManifest
	if u.file.Compose != nil {
		kind = fixer.FromCompose
	}
	return fixer.Evidence{Kind: kind, Place: u.file.PlaceOf(u.node), Text: fmt.Sprintf("%s runs %s %s", u.what, u.repository, u.shown())}
}

func imageUses(p *fixer.Pass) []imageUse {
	var out []imageUse
	add := func(u imageUse, ref string) {
		r, err := image.ParseReference(ref)
		if _, built := p.Topology().ImageBuild(ref); err != nil || built || strings.ContainsAny(ref, "${<") {
			return
		}
		u.repository, u.tag = r.Familiar(), r.Tag
		u.repository, _, _ = strings.Cut(u.repository, "@")
		u.repository, _, _ = image.CutTag(u.repository)
		if _, digest, ok := strings.Cut(ref, "@"); ok {
			u.digest = digest
		}
		out = append(out, u)
	}
	for f := range p.Snapshot.Files() {
		if f.Skip != nil || f.Context {
			continue
		}
		if f.Compose != nil {
			for _, v := range p.Topology().Compose().Views(f.Path) {
				if s := v.Setting("image"); s.Own && s.File == f.Path && !v.IsBuilt() && !compose.IsOverride(f.Path) {
					add(imageUse{file: f, name: v.Name, path: "services." + v.Name + ".image", what: fmt.Sprintf("Service %q", v.Name), doc: v.Doc, node: s.Node}, s.Node.Text())
				}
			}
		}
		for _, o := range f.Objects {
			w := o.Workload()
			if w == nil || w.Partial || len(p.Snapshot.Renderings(f)) > 0 {
				continue // a kustomization may set another version
			}
			for _, c := range w.Containers() {
				if n := c.Node.Get("image"); n.Text() != "" {
					add(imageUse{file: f, name: w.Name, path: c.FindingPath() + " image", what: c.Subject() + " of " + w.ID(), doc: w.Doc, node: n}, n.Text())
				}
			}
		}
	}
	return out
}

// isVariant reports whether a tag is that of another with a variant behind it: 3.6-management.
func (u imageUse) isVariant(o imageUse) bool {
	return u.digest == "" && strings.HasPrefix(u.tag, o.tag+"-")
}

// together reports whether two places belong to one application, as far as it can be told:
// files of one kind lie in one directory. Of two kinds one lies in the other's directory,
// or both in a directory that is not the whole repository.
func (u imageUse) together(o imageUse) bool {
	a, b := path.Dir(u.file.Path), path.Dir(o.file.Path)
	if u.file.Kind == o.file.Kind {
		return a == b || u.digest != ""
	}
	first, _, _ := strings.Cut(a, "/")
	other, _, _ := strings.Cut(b, "/")
	return a == "." || b == "." || first == other
}

// reportVersions reports the places of a group that differ from the others: each of those
// in the minority, or the later one of two.
func reportVersions(p *fixer.Pass, group []imageUse, reported map[string]bool) {
	files := map[string]map[string]bool{} // by version
	for _, u := range group {
		if files[u.version()] == nil {
			files[u.version()] = map[string]bool{}
		}
		files[u.version()][u.file.Path] = true
	}
	if len(files) < 2 {
		return
	}
	most, second := "", 0
	for _, v := range slices.Sorted(maps.Keys(files)) {
		switch n := len(files[v]); {
		case most == "" || n > len(files[most]):
			if most != "" {
				second = len(files[most])
			}
			most = v
		case n > second:
			second = n
		}
	}
	agreed := len(files[most]) > 1 && len(files[most]) > second
	first := group[slices.IndexFunc(group, func(u imageUse) bool { return u.version() == most || !agreed })]
	for _, u := range group {
		key := u.file.Path + "\x00" + u.path
		if u.version() == first.version() || u.file == first.file || reported[key] || !u.together(first) || u.isVariant(first) || first.isVariant(u) {
			continue
		}
		reported[key] = true
		f := fixer.Finding{
			File: u.file.Path, Path: u.path, Start: u.node.Start, End: u.node.End,
			Message:  fmt.Sprintf("%s runs %s %s, but %s runs %s", u.what, u.repository, u.shown(), first.file.Path, first.shown()),
			Evidence: []fixer.Evidence{first.evidence()},
			Advice:   "Decide on one version, and write it in both files",
		}
		if agreed {
			to, doc, node := strings.TrimSuffix(u.node.Text(), u.version())+most, u.doc, u.node.Resolve()
			f.Fixes = []fixer.Fix{{
				ID: "agree", Title: fmt.Sprintf("Use %s, as %d other files do", first.shown(), len(files[most])), Level: fixer.Review,
				Breaks: "Data that another version has written, which this one may not read",
				Verify: "docker manifest inspect " + to + "\nprints the manifest of the image",
				Edit: func(d *fixer.Draft) error {
					d.YAML(doc, yamldoc.SetText(node, to))
					return nil
				},
			}}
		}
		p.Report(f)
	}
}
