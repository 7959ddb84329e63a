package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// inOverride adds to the fixes of an image the same pin in the override file, which
// Compose reads by itself: for those who want no digests in the file that they read.
// ref is what the first of the fixes writes.
func inOverride(v compose.View, part compose.Part, ref string, f *fixer.Finding) {
	name := overrideName(v, part)
	if name == "" || len(f.Fixes) == 0 {
		return
	}
	for _, o := range v.Overrides {
		if compose.IsOverride(o.File) && !o.Node.Get("image").Null() {
			return // it has an image of its own
		}
	}
	first := f.Fixes[0]
	service := v.Name
	f.Fixes = append(f.Fixes, fixer.Fix{
		ID: "override", Title: first.Title + ", in " + path.Base(name), Level: fixer.Review,
		Breaks: "Compose reads " + path.Base(name) + " by itself, but not where files are given with -f. " + first.Breaks,
		Verify: v.CLI() + " config --images " + strings.TrimSpace(service) + "\nprints the image with its digest",
		Edit: func(d *fixer.Draft) error {
			file := d.Snapshot.File(name)
			if file == nil {
				data, err := newOverride(service, ref)
				d.Create(name, fixer.Compose, data)
				return err
			}
			if file.Compose == nil {
				return fixer.Refuse("%s is not read as a Compose file", name)
			}
			d.At(name).YAML(file.Compose.Doc, yamldoc.Set(yamldoc.P("services", service, "image"), ref))
			return nil
		},
	})
}

// newOverride is a file that gives one service an image.
func newOverride(service, ref string) ([]byte, error) {
	src := []byte("services:\n")
	file, err := yamldoc.Parse(src)
	if err != nil {
		return nil, err
	}
	change, err := file.Docs[0].Edit(yamldoc.Set(yamldoc.P("services", service, "image"), ref))
	if err != nil {
		return nil, err
	}
	return text.Apply(src, change.Edits)
}

// overrideName is the override file that Compose reads with the file of a service,
// which may not be there; "" where Compose reads none.
func overrideName(v compose.View, part compose.Part) string {
	if part.Service != v.Service || !slices.Contains(compose.MainNames, path.Base(v.File)) {
		return ""
	}
	for _, o := range v.Overrides {
		if compose.IsOverride(o.File) {
			return o.File
		}
	}
	base := path.Base(v.File)
	ext := path.Ext(base)
	return path.Join(path.Dir(v.File), strings.TrimSuffix(base, ext)+".override"+ext)
}

// pinnedInOverride reports whether an override file that Compose reads by itself
// gives the service another image, with a digest.
func pinnedInOverride(v compose.View, part compose.Part) bool {
	if part.Service != v.Service {
		return false
	}
	s := v.Setting("image")
	if s.Node == nil || s.File == part.File {
		return false
	}
	ref, err := image.ParseReference(v.Text("image"))
	return err == nil && ref.HasDigest() && compose.IsOverride(s.File)
}
