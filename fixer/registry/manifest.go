package registry

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/oakum-sec/oakum/fixer/image"
)

// Media types of Docker, from before there was a specification.
const (
	dockerIndex    = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
)

// acceptManifests names indexes first: a registry that can choose gives the index.
var acceptManifests = strings.Join([]string{ocispec.MediaTypeImageIndex, dockerIndex, ocispec.MediaTypeImageManifest, dockerManifest}, ", ")

// A pointer is what a tag points to, or that a digest is there.
type pointer struct {
	Digest string
	Index  bool
}

// valid looks at what was kept: anything may have written it.
func (p pointer) valid() bool { return validDigest(p.Digest) }

// A manifest is what was read of an index, or of the manifest of one platform.
type manifest struct {
	Index    bool
	Children []child // of an index
	Layers   []child // of a manifest
	Config   child   // of a manifest
	Type     string  `json:",omitempty"` // of an artifact
}

// A child is what a manifest refers to.
type child struct {
	Digest      string
	MediaType   string            `json:",omitempty"`
	Type        string            `json:",omitempty"` // of an artifact
	Size        int64             `json:",omitempty"`
	Platform    platform          `json:",omitzero"`
	Annotations map[string]string `json:",omitempty"` // those that oakum reads
}

func (m manifest) valid() bool {
	ok := func(c child) bool { return validDigest(c.Digest) && c.Platform.valid() }
	all := append(slices.Clone(m.Children), m.Layers...)
	return len(all) <= 2*maxChildren && !slices.ContainsFunc(all, func(c child) bool { return !ok(c) }) && (m.Index || ok(m.Config))
}

func validDigest(s string) bool { return digest.Digest(s).Validate() == nil }

// isDigest reports whether an identifier is a digest and not a tag.
func isDigest(id string) bool { return strings.Contains(id, ":") }

// head asks where a tag points to, or whether a digest is there.
func (a *asking) head(ctx context.Context, id string) (pointer, error) {
	return recall(ctx, a, "points", a.loc.String()+" "+id, freshly, func(ctx context.Context) (pointer, error) {
		return a.askHead(ctx, id)
	})
}

func (a *asking) askHead(ctx context.Context, id string) (pointer, error) {
	h := a.loc.host
	resp, err := a.run.do(ctx, h, call{kind: headManifest, repo: a.loc.repo, path: "manifests/" + id, accept: acceptManifests})
	if err != nil {
		return pointer{}, err
	}
	switch resp.status {
	case http.StatusOK:
	case http.StatusMethodNotAllowed, http.StatusNotImplemented, http.StatusBadRequest, http.StatusUnsupportedMediaType:
		return a.headByGet(ctx, id)
	default:
		return pointer{}, h.refusal(resp, a.what(id))
	}
	said := resp.header.Get("Docker-Content-Digest")
	index, known := isIndexType(resp.header.Get("Content-Type"))
	if !validDigest(said) || !known {
		return a.headByGet(ctx, id)
	}
	if isDigest(id) && said != id {
		return pointer{}, fail(image.BadAnswer, "%s answers with another digest than the one that was asked for", h.shown)
	}
	return pointer{Digest: said, Index: index}, nil
}

// headByGet is for registries whose HEAD says too little. What it reads is kept.
func (a *asking) headByGet(ctx context.Context, id string) (pointer, error) {
	m, sum, err := a.getManifest(ctx, id)
	if err != nil {
		return pointer{}, err
	}
	a.run.r.kept.put("manifest", a.loc.String()+" "+sum, m)
	return pointer{Digest: sum, Index: m.Index}, nil
}

// manifest reads the manifest of a digest.
func (a *asking) manifest(ctx context.Context, sum string) (manifest, error) {
	return recall(ctx, a, "manifest", a.loc.String()+" "+sum, lastingly, func(ctx context.Context) (manifest, error) {
		m, _, err := a.getManifest(ctx, sum)
		return m, err
	})
}

// getManifest reads a manifest and computes its digest, which must be the one that was
// asked for, and the one that the registry says.
func (a *asking) getManifest(ctx context.Context, id string) (manifest, string, error) {
	h := a.loc.host
	resp, err := a.run.do(ctx, h, call{kind: getManifest, repo: a.loc.repo, path: "manifests/" + id, accept: acceptManifests})
	if err != nil {
		return manifest{}, "", err
	}
	if resp.status != http.StatusOK {
		return manifest{}, "", h.refusal(resp, a.what(id))
	}
	said := resp.header.Get("Docker-Content-Digest")
	want := said
	if isDigest(id) {
		want = id
	}
	sum := digest.FromBytes(resp.body)
	if validDigest(want) {
		sum = digest.Digest(want).Algorithm().FromBytes(resp.body)
	}
	if isDigest(id) && sum.String() != id || said != "" && validDigest(said) && digest.Digest(said).Algorithm() == sum.Algorithm() && sum.String() != said {
		return manifest{}, "", fail(image.BadAnswer, "%s answers with bytes that have another digest than it says", h.shown)
	}
	m, err := parseManifest(resp.body, resp.header.Get("Content-Type"))
	if err != nil {
		return manifest{}, "", fail(image.BadAnswer, "%s answers with %s that is %s", h.shown, a.what(id), err)
	}
	return m, sum.String(), nil
}

// isIndexType reports whether a media type is of an index, and whether it is one
// of those that images have.
func isIndexType(contentType string) (index, known bool) {
	mediaType, _, _ := strings.Cut(contentType, ";")
	switch strings.ToLower(strings.TrimSpace(mediaType)) {
	case ocispec.MediaTypeImageIndex, dockerIndex:
		return true, true
	case ocispec.MediaTypeImageManifest, dockerManifest:
		return false, true
	}
	return false, false
}

// keptAnnotations are the annotations that are read, of indexes, manifests and
// what they refer to.
var keptAnnotations = []string{
	ocispec.AnnotationCreated,
	"vnd.docker.reference.type", "vnd.docker.reference.digest",
	"predicateType", "in-toto.io/predicate-type",
	"dev.sigstore.bundle.predicateType", "dev.sigstore.bundle.content",
}

// parseManifest reads an index or a manifest. The document says itself which it is;
// the header is believed where it does not.
func parseManifest(body []byte, contentType string) (manifest, error) {
	var doc struct {
		MediaType     string               `json:"mediaType"`
		SchemaVersion int                  `json:"schemaVersion"`
		ArtifactType  string               `json:"artifactType"`
		Manifests     []ocispec.Descriptor `json:"manifests"`
		Config        *ocispec.Descriptor  `json:"config"`
		Layers        []ocispec.Descriptor `json:"layers"`
	}
	if json.Unmarshal(body, &doc) != nil {
		return manifest{}, errors.New("not a manifest")
	}
	if doc.SchemaVersion == 1 {
		return manifest{}, errors.New("in the format of 2013 (schema 1), which is not supported any more")
	}
	index, known := isIndexType(doc.MediaType)
	if !known {
		if index, known = isIndexType(contentType); !known {
			index = doc.Manifests != nil && doc.Config == nil
		}
	}
	if len(doc.Manifests) > maxChildren || len(doc.Layers) > maxChildren {
		return manifest{}, errors.New("longer than any image")
	}
	m := manifest{Index: index, Type: clean(doc.ArtifactType)}
	if index {
		for _, d := range doc.Manifests {
			m.Children = append(m.Children, childOf(d))
		}
	} else {
		if doc.Config == nil {
			return manifest{}, errors.New("neither an index nor a manifest")
		}
		m.Config = childOf(*doc.Config)
		for _, d := range doc.Layers {
			// Of images, the layers are of no interest; of artifacts, they say what it is.
			if c := childOf(d); len(c.Annotations) > 0 || !strings.Contains(c.MediaType, "image.") {
				m.Layers = append(m.Layers, c)
			}
		}
	}
	if !m.valid() {
		return manifest{}, errors.New("not a manifest: a digest in it is none")
	}
	return m, nil
}

func childOf(d ocispec.Descriptor) child {
	c := child{Digest: d.Digest.String(), MediaType: clean(d.MediaType), Type: clean(d.ArtifactType), Size: d.Size}
	if d.Platform != nil {
		c.Platform = platform{OS: clean(d.Platform.OS), Architecture: clean(d.Platform.Architecture), Variant: clean(d.Platform.Variant)}
	}
	for _, name := range keptAnnotations {
		if v, ok := d.Annotations[name]; ok {
			if c.Annotations == nil {
				c.Annotations = map[string]string{}
			}
			c.Annotations[name] = clean(v)
		}
	}
	return c
}

// created is the date that an annotation gives, zero without one.
func (c child) created() time.Time { return parseCreated(c.Annotations[ocispec.AnnotationCreated]) }

// parseCreated reads a date. 1970 is what reproducible builds write, and says
// nothing.
func parseCreated(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() <= 1980 || t.Year() > 9999 {
		return time.Time{}
	}
	return t.UTC()
}
