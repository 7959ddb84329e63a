package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/pin"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// policyName is the file for a source policy of BuildKit. A build is told its name.
const policyName = "source-policy.json"

// imageSource begins the identifier of an image in a policy.
const imageSource = "docker-image://"

// eachPin is eachImage for images that are not pinned. Those that a source policy of
// the repository pins are none, and the policy is a further place for the digest.
func eachPin(p *fixer.Pass, judge func(p *fixer.Pass, at pin.Place) (fixer.Finding, bool)) {
	for _, at := range imagePlaces.Of(p) {
		ref, err := image.ParseReference(at.Image)
		if err == nil && policies.Of(p).pins[sourceOf(ref)] {
			continue
		}
		f, ok := judge(p, at.Place)
		if !ok {
			continue
		}
		if err == nil && len(f.Fixes) > 0 && !at.frontend {
			inPolicy(p, ref, &f)
		}
		at.Report(p, f)
	}
}

// sourceOf is what BuildKit calls the image of a reference.
func sourceOf(ref image.Reference) string {
	if ref.Tag == "" && ref.Digest == "" {
		ref.Tag = "latest"
	}
	return imageSource + ref.String()
}

// inPolicy adds to the fixes of an image the same digest in a source policy, for those who
// want no digests in their Dockerfiles.
func inPolicy(p *fixer.Pass, ref image.Reference, f *fixer.Finding) {
	a, _ := p.Facts.Ask(ref, image.AskDigest)
	if file := p.Read(p.File.Path); a == nil || file == nil || file.Kind != fixer.Dockerfile {
		return // a Dockerfile inside a Compose file changes no other file
	}
	name := policyFor(p)
	source := sourceOf(ref)
	pinned := source + "@" + a.Digest
	first := f.Fixes[0]
	f.Fixes = append(f.Fixes, fixer.Fix{
		ID: "policy", Title: fmt.Sprintf("Pin %s to %s in %s", ref.Familiar(), a.Digest[:len("sha256:")+12], name), Level: fixer.Review,
		Breaks: fmt.Sprintf("Only builds that are given the policy use the digest: docker buildx build and Compose with EXPERIMENTAL_BUILDKIT_SOURCE_POLICY=%s, buildctl with --source-policy-file. No update bot reads the policy. %s", name, first.Breaks),
		Verify: fmt.Sprintf("env EXPERIMENTAL_BUILDKIT_SOURCE_POLICY=%s docker buildx build --no-cache --progress=plain -f %s %s\nprints %s", text.ShellWord(name), text.ShellWord(p.File.Path), text.ShellWord(path.Dir(p.File.Path)), strings.TrimPrefix(pinned, imageSource)),
		Edit: func(d *fixer.Draft) error {
			rule := yamldoc.Map{
				{Key: "action", Value: "CONVERT"},
				{Key: "selector", Value: yamldoc.Map{{Key: "identifier", Value: source}}},
				{Key: "updates", Value: yamldoc.Map{{Key: "identifier", Value: pinned}}},
			}
			file := d.Snapshot.File(name)
			if file == nil {
				data, err := newPolicy(rule)
				d.Create(name, fixer.Policy, data)
				return err
			}
			return addToPolicy(d, file, source, rule)
		},
	})
}

// newPolicy is a policy with one rule.
func newPolicy(rule yamldoc.Map) ([]byte, error) {
	src := []byte("{\n  \"rules\": []\n}\n")
	file, err := yamldoc.Parse(src)
	if err != nil {
		return nil, err
	}
	change, err := file.Docs[0].Edit(yamldoc.Append(yamldoc.P("rules"), rule))
	if err != nil {
		return nil, err
	}
	return text.Apply(src, change.Edits)
}

// addToPolicy adds a rule to a policy that is there. One that already says something of
// the image is a person's, and one that denies sources may deny the pinned one.
func addToPolicy(d *fixer.Draft, file *fixer.File, source string, rule yamldoc.Map) error {
	if file.YAML == nil || len(file.YAML.Docs) != 1 || file.YAML.Docs[0].Root.Get("rules") == nil {
		return fixer.Refuse("%s is not read as a source policy of BuildKit", file.Path)
	}
	doc := file.YAML.Docs[0]
	for _, r := range doc.Root.Get("rules").List() {
		switch {
		case r.Get("selector").Get("identifier").Text() == source:
			return fixer.Refuse("%s:%d already has a rule for this image: add the digest there", file.Path, r.Line)
		case strings.EqualFold(r.Get("action").Text(), "DENY"):
			return fixer.Refuse("%s:%d denies sources, and may deny the pinned image: add the digest by hand", file.Path, r.Line)
		}
	}
	d.At(file.Path).YAML(doc, yamldoc.Append(yamldoc.P("rules"), rule))
	return nil
}

// policyFor is the policy that builds of the Dockerfile can be given: the nearest one
// beside it or above, or else a new one at the top, because a build takes only one.
func policyFor(p *fixer.Pass) string {
	for dir := path.Dir(p.File.Path); ; dir = path.Dir(dir) {
		if name := path.Join(dir, policyName); p.Read(name) != nil {
			return name
		} else if dir == "." || dir == "/" {
			return name
		}
	}
}

// policyPins are the images that the policies of a repository give a digest.
type policyPins struct{ pins map[string]bool }

var policies = fixer.NewIndex(
	func(f *fixer.File) bool { return f.Kind == fixer.Policy },
	func(files []*fixer.File) policyPins {
		out := policyPins{map[string]bool{}}
		for _, f := range files {
			for _, doc := range f.YAML.Docs {
				for _, r := range doc.Root.Get("rules").List() {
					from, to := r.Get("selector").Get("identifier").Text(), r.Get("updates").Get("identifier").Text()
					if strings.EqualFold(r.Get("action").Text(), "CONVERT") && strings.HasPrefix(from, imageSource) && strings.Contains(to, "@sha256:") {
						out.pins[from] = true
					}
				}
			}
		}
		return out
	})
