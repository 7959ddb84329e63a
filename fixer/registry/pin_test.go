package registry

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/oakum-sec/oakum/fixer/image"
)

// platformDigest is the digest of one platform of an index.
func platformDigest(index v1.ImageIndex, arch string) string {
	for _, d := range must(index.IndexManifest()).Manifests {
		if d.Platform != nil && d.Platform.Architecture == arch {
			return d.Digest.String()
		}
	}
	return ""
}

func TestPins(t *testing.T) {
	reg := newTestRegistry(t)
	later := day.AddDate(0, 2, 0)
	older, newer := indexOf("app", day), indexOf("app", later)
	old := reg.push("app", older, "1.2")
	current := reg.push("app", newer, "1.2")
	single := reg.push("one", imageOf("one", "arm64", day), "1")
	gone := "sha256:" + strings.Repeat("a", 64)
	for _, c := range []struct {
		name     string
		digest   string // what the tag points to
		pin      image.Pinned
		requests int
	}{
		{"app:1.2@" + current, current, image.Pinned{}, 2},
		{"app:1.2@" + old, current, image.Pinned{Created: day, TagCreated: later}, 8},
		{"app@" + old, "", image.Pinned{}, 1},
		{"app:1.2@" + gone, current, image.Pinned{Gone: true, TagCreated: later}, 5},
		{"app:1.1@" + old, "", image.Pinned{}, 2},
		{"app:1.2@" + platformDigest(newer, "arm64"), current, image.Pinned{Platform: "linux/arm64", Listed: true, Created: later, TagCreated: later}, 7},
		{"app:1.2@" + platformDigest(older, "amd64"), current, image.Pinned{Platform: "linux/amd64", Created: day, TagCreated: later}, 7},
		{"one:1@" + single, single, image.Pinned{Platform: "linux/arm64", Created: day}, 4},
	} {
		r := newResolver(t, nil)
		got := one(t, r, reg.host+"/"+c.name, image.AskPin)
		if got.Failure != nil || got.Pin == nil {
			t.Errorf("%s: %+v", c.name, got.Failure)
			continue
		}
		if *got.Pin != c.pin || got.Digest != c.digest {
			t.Errorf("%s: pin is %+v, digest %s; want %+v, %s", c.name, *got.Pin, got.Digest, c.pin, c.digest)
		}
		if n := len(reg.asked()); n != c.requests {
			t.Errorf("%s: %d requests, want %d", c.name, n, c.requests)
		}
		// All of it is kept.
		if again := one(t, r, reg.host+"/"+c.name, image.AskPin); c.pin.Gone || c.digest == "" {
			reg.asked()
		} else if n := len(reg.asked()); n != 0 || *again.Pin != c.pin {
			t.Errorf("%s: %d requests for what is kept", c.name, n)
		}
	}
}

// TestDatesAreOptional: that the configuration cannot be read does not hide that a
// digest is old.
func TestDatesAreOptional(t *testing.T) {
	reg := newTestRegistry(t)
	old := reg.push("app", indexOf("app", day), "1.2")
	current := reg.push("app", indexOf("app", day.Add(time.Hour)), "1.2")
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		if !strings.Contains(req.URL.Path, "/blobs/") {
			return false
		}
		w.WriteHeader(http.StatusNotFound)
		return true
	})
	got := one(t, newResolver(t, nil), reg.host+"/app:1.2@"+old, image.AskPin)
	if got.Failure != nil || got.Digest != current || got.Pin == nil || *got.Pin != (image.Pinned{}) {
		t.Errorf("answer is %+v", got)
	}
}

func TestSignatures(t *testing.T) {
	reg := newTestRegistry(t)
	reg.push("plain", imageOf("plain", "amd64", day), "1")
	built := reg.push("built", indexOf("built", day), "1")

	tagged := reg.push("tagged", imageOf("tagged", "amd64", day), "1")
	tag := strings.Replace(tagged, ":", "-", 1)
	reg.push("tagged", artifact("", layer{"application/vnd.dev.cosign.simplesigning.v1+json", ""}, layer{"application/vnd.dev.cosign.simplesigning.v1+json", ""}), tag+".sig")
	reg.push("tagged", artifact("", layer{"application/vnd.dsse.envelope.v1+json", "https://slsa.dev/provenance/v1"}, layer{"application/vnd.dsse.envelope.v1+json", "https://cyclonedx.org/bom"}), tag+".att")
	reg.push("tagged", artifact("", layer{"text/spdx+json", ""}), tag+".sbom")

	refers := reg.push("refers", imageOf("refers", "amd64", day), "1")
	for _, kind := range []string{"application/vnd.cncf.notary.signature", "application/vnd.dev.cosign.artifact.sig.v1+json", "application/vnd.in-toto+json", "application/spdx+json", "application/x\x1b[31m"} {
		reg.pushArtifact("refers", kind, refers)
	}

	for _, c := range []struct {
		name string
		want image.Signatures
	}{
		{"plain:1", image.Signatures{}},
		{"built:1", image.Signatures{Attestations: 1, SBOMs: 1, Types: []string{"application/vnd.in-toto+json"}}},
		{"built@" + built, image.Signatures{Attestations: 1, SBOMs: 1, Types: []string{"application/vnd.in-toto+json"}}},
		{"tagged:1", image.Signatures{Cosign: 2, Attestations: 1, SBOMs: 2, Types: []string{
			"application/vnd.dev.cosign.simplesigning.v1+json", "application/vnd.dsse.envelope.v1+json", "text/spdx+json"}}},
		{"refers:1", image.Signatures{Cosign: 1, Attestations: 1, SBOMs: 1, Notation: 1, Types: []string{
			"application/spdx+json", "application/vnd.cncf.notary.signature", "application/vnd.dev.cosign.artifact.sig.v1+json", "application/vnd.in-toto+json", "application/x^[[31m"}}},
	} {
		r := newResolver(t, nil)
		got := one(t, r, reg.host+"/"+c.name, image.AskSignatures)
		if got.Failure != nil || got.Signatures == nil {
			t.Errorf("%s: %v", c.name, got.Failure)
			continue
		}
		s := *got.Signatures
		if s.Cosign != c.want.Cosign || s.Attestations != c.want.Attestations || s.SBOMs != c.want.SBOMs || s.Notation != c.want.Notation || !slices.Equal(s.Types, c.want.Types) {
			t.Errorf("%s: signatures are %+v, want %+v", c.name, s, c.want)
		}
		if s.None() != c.want.None() {
			t.Errorf("%s: none is %v", c.name, s.None())
		}
	}
}

func TestKindsOfWhatIsAttached(t *testing.T) {
	note := func(name, value string) map[string]string { return map[string]string{name: value} }
	const bundle = "application/vnd.dev.sigstore.bundle.v0.3+json"
	for _, c := range []struct {
		mediaType   string
		annotations map[string]string
		want        image.Signatures
	}{
		{"application/vnd.cncf.notary.signature", nil, image.Signatures{Notation: 1}},
		{bundle, note("dev.sigstore.bundle.content", "message-signature"), image.Signatures{Cosign: 1}},
		{bundle, note("dev.sigstore.bundle.predicateType", "https://sigstore.dev/cosign/sign/v1"), image.Signatures{Cosign: 1}},
		{bundle, note("dev.sigstore.bundle.predicateType", "https://slsa.dev/provenance/v1"), image.Signatures{Attestations: 1}},
		{bundle, note("dev.sigstore.bundle.predicateType", "https://spdx.dev/Document/v2.3"), image.Signatures{SBOMs: 1}},
		{bundle, nil, image.Signatures{Attestations: 1}},
		{"application/vnd.in-toto+json", note("in-toto.io/predicate-type", "https://cyclonedx.org/bom/v1.6"), image.Signatures{SBOMs: 1}},
		{"application/vnd.dsse.envelope.v1+json", note("predicateType", "cosign.sigstore.dev/attestation/vuln/v1"), image.Signatures{Attestations: 1}},
		{"application/vnd.syft+json", nil, image.Signatures{SBOMs: 1}},
		{"application/vnd.example", nil, image.Signatures{}},
	} {
		s := attached{&image.Signatures{}}
		s.add(c.mediaType, c.annotations)
		got := *s.Signatures
		if !slices.Equal(got.Types, []string{c.mediaType}) {
			t.Errorf("types are %q", got.Types)
		}
		got.Types = nil
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s with %v is %+v, want %+v", c.mediaType, c.annotations, got, c.want)
		}
	}
}

// TestDatesOfTheIndex: where the index has dates, no configuration is read for
// them.
func TestDatesOfTheIndex(t *testing.T) {
	reg := newTestRegistry(t)
	dated := func(text string, at time.Time) v1.ImageIndex {
		return mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: imageOf(text, "amd64", time.Time{}), Descriptor: v1.Descriptor{
			Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}, Annotations: map[string]string{"org.opencontainers.image.created": at.Format(time.RFC3339)},
		}})
	}
	old := reg.push("app", dated("old", day), "1")
	reg.push("app", dated("new", day.AddDate(0, 1, 0)), "1")
	got := one(t, newResolver(t, nil), reg.host+"/app:1@"+old, image.AskPin)
	if got.Failure != nil || got.Pin == nil || *got.Pin != (image.Pinned{Created: day, TagCreated: day.AddDate(0, 1, 0)}) {
		t.Errorf("pin is %+v, %v", got.Pin, got.Failure)
	}
	if n := len(reg.asked()); n != 4 {
		t.Errorf("%d requests", n)
	}
}

// TestReferrersUnderATag: registries without the list have an index under a tag.
func TestReferrersUnderATag(t *testing.T) {
	reg := newTestRegistry(t)
	sum := reg.push("app", imageOf("app", "amd64", day), "1")
	list := []byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"` + sum +
		`","size":2,"artifactType":"application/vnd.dev.sigstore.bundle.v0.3+json","annotations":{"dev.sigstore.bundle.predicateType":"https://sigstore.dev/cosign/sign/v1"}}]}`)
	reg.put(http.MethodPut, "/v2/app/manifests/"+strings.Replace(sum, ":", "-", 1), "application/vnd.oci.image.index.v1+json", list)
	reg.answer(func(w http.ResponseWriter, req *http.Request) bool {
		if strings.Contains(req.URL.Path, "/referrers/") {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		return false
	})
	got := one(t, newResolver(t, nil), reg.host+"/app:1", image.AskSignatures)
	if got.Failure != nil || got.Signatures == nil || got.Signatures.Cosign != 1 {
		t.Errorf("answer is %+v, %v", got.Signatures, got.Failure)
	}
}
