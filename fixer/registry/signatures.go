package registry

import (
	"context"
	"net/http"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/oakum-sec/oakum/fixer/image"
)

const (
	maxReferrerPages = 10
	maxTypes         = 50
)

// An attached is what was found beside a digest.
type attached struct{ *image.Signatures }

func (s attached) valid() bool {
	return s.Signatures != nil && min(s.Cosign, s.Attestations, s.SBOMs, s.Notation) >= 0 && len(s.Types) <= maxTypes &&
		!slices.ContainsFunc(s.Types, func(t string) bool { return clean(t) != t })
}

// askSignatures counts what is attached to the digest: referrers, cosign's tags,
// and what BuildKit puts into the index.
func (a *asking) askSignatures(ctx context.Context, out *image.Answer) error {
	sum := a.ref.Digest
	if sum == "" {
		p, err := a.pointsTo(ctx)
		if err != nil {
			return err
		}
		sum = p.Digest
		out.Digest, out.Index = p.Digest, p.Index
	}
	s, err := recall(ctx, a, "signatures", a.loc.String()+" "+sum+" "+a.run.r.options.Platform, freshly, func(ctx context.Context) (attached, error) {
		return a.findSignatures(ctx, sum)
	})
	if err == nil {
		out.Signatures = s.Signatures
	}
	return err
}

func (a *asking) findSignatures(ctx context.Context, sum string) (attached, error) {
	s := attached{&image.Signatures{}}
	for _, look := range []func(context.Context, string, attached) error{a.referrers, a.cosignTags, a.buildAttestations} {
		if err := look(ctx, sum, s); err != nil {
			return attached{}, err
		}
	}
	slices.Sort(s.Types)
	s.Types = slices.Compact(s.Types)
	s.Types = s.Types[:min(len(s.Types), maxTypes)]
	return s, nil
}

// referrers reads the list of what refers to a digest, or the index under the tag
// that stands for it where a registry has no such list.
func (a *asking) referrers(ctx context.Context, sum string, s attached) error {
	h := a.loc.host
	query := ""
	for range maxReferrerPages {
		resp, err := a.run.do(ctx, h, call{kind: getReferrers, repo: a.loc.repo, path: "referrers/" + sum + query, accept: ocispec.MediaTypeImageIndex})
		if err != nil {
			return err
		}
		if resp.status != http.StatusOK {
			break
		}
		m, err := parseManifest(resp.body, resp.header.Get("Content-Type"))
		if err != nil || !m.Index {
			break
		}
		for _, c := range m.Children {
			s.add(c.Type, c.Annotations)
		}
		if query = nextQuery(resp.header); query == "" {
			return nil
		}
		query = "?" + query
	}
	if query != "" {
		return nil
	}
	m, found, err := a.attachedTag(ctx, sum, "")
	if err != nil || !found || !m.Index {
		return err
	}
	for _, c := range m.Children {
		s.add(c.Type, c.Annotations)
	}
	return nil
}

// cosignTags reads what cosign keeps under tags that are made from the digest.
func (a *asking) cosignTags(ctx context.Context, sum string, s attached) error {
	for _, suffix := range []string{".sig", ".att", ".sbom"} {
		m, found, err := a.attachedTag(ctx, sum, suffix)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		for _, layer := range m.Layers {
			s.add(layer.MediaType, layer.Annotations)
		}
	}
	return nil
}

// attachedTag reads the manifest of the tag that is a digest with a suffix.
func (a *asking) attachedTag(ctx context.Context, sum, suffix string) (manifest, bool, error) {
	p, err := a.head(ctx, strings.Replace(sum, ":", "-", 1)+suffix)
	if gone, err := isGone(err); gone || err != nil {
		return manifest{}, false, err
	}
	m, err := a.manifest(ctx, p.Digest)
	return m, err == nil, err
}

// buildAttestations reads what BuildKit attaches to the image of one platform.
func (a *asking) buildAttestations(ctx context.Context, sum string, s attached) error {
	p, err := a.head(ctx, sum)
	if err != nil || !p.Index {
		_, err = isGone(err)
		return err
	}
	index, err := a.manifest(ctx, sum)
	if err != nil {
		return err
	}
	one, _ := index.choose(a.run.r.platform)
	for _, c := range index.Children {
		if c.Annotations["vnd.docker.reference.type"] != "attestation-manifest" || c.Annotations["vnd.docker.reference.digest"] != one.Digest {
			continue
		}
		m, err := a.manifest(ctx, c.Digest)
		if err != nil {
			return err
		}
		for _, layer := range m.Layers {
			s.add(layer.MediaType, layer.Annotations)
		}
		return nil
	}
	return nil
}

// add counts one thing by its media or artifact type, and by what it states where
// it is a statement.
func (s attached) add(mediaType string, annotations map[string]string) {
	if mediaType == "" {
		return
	}
	s.Types = append(s.Types, mediaType)
	states := ""
	for _, name := range []string{"predicateType", "in-toto.io/predicate-type", "dev.sigstore.bundle.predicateType"} {
		if states == "" {
			states = annotations[name]
		}
	}
	has := func(part string) bool { return strings.Contains(mediaType, part) }
	switch {
	case has("notary.signature"):
		s.Notation++
	case has("cosign.simplesigning"), has("cosign.artifact.sig"),
		annotations["dev.sigstore.bundle.content"] == "message-signature", strings.Contains(states, "sigstore.dev/cosign/sign"):
		s.Cosign++
	case has("spdx"), has("cyclonedx"), has("syft"), has("cosign.artifact.sbom"),
		strings.Contains(states, "spdx.dev"), strings.Contains(states, "cyclonedx.org"):
		s.SBOMs++
	case has("in-toto"), has("dsse.envelope"), has("sigstore.bundle"):
		s.Attestations++
	}
}
