package pin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
)

// NotAllowed returns what there is to say of a place whose image comes from a
// registry that the person's policy does not allow. ok is false without a policy, and
// where the image is built in the repository.
func NotAllowed(p *fixer.Pass, at Place) (f fixer.Finding, ok bool) {
	allowed := p.Facts.AllowedRegistries
	if allowed == nil {
		return f, false
	}
	ref, ok := at.pulled(p)
	if !ok || at.builtHere(p) || slices.ContainsFunc(allowed, ref.From) {
		return f, false
	}
	name := ref.Familiar()
	f.Message = fmt.Sprintf("%s is from %s, which is not an allowed registry", name, ref.Registry)
	if at.Subject != "" {
		f.Message = fmt.Sprintf("%s uses %s from %s, which is not an allowed registry", at.Subject, name, ref.Registry)
	}
	f.Evidence = append(f.Evidence, fixer.Evidence{Kind: fixer.FromPlatform, Source: "policy", Text: "Images may come from " + list(allowed)})
	f.Evidence = append(f.Evidence, at.Evidence...)
	f.Advice = fmt.Sprintf("Use the image from an allowed registry, or a copy of it there (%s). If the source is right, allow it with --allow-registry %s", copyAs(allowed, ref), part(ref))
	return f, true
}

// list names the registries of a policy.
func list(allowed []string) string {
	const shown = 4
	if len(allowed) == 0 {
		return "no registry"
	}
	if len(allowed) > shown {
		return strings.Join(allowed[:shown], ", ") + fmt.Sprintf(" and %d more", len(allowed)-shown)
	}
	return strings.Join(allowed, ", ")
}

// copyAs is what the command to copy an image could be.
func copyAs(allowed []string, ref image.Reference) string {
	to := "REGISTRY"
	for _, a := range allowed {
		if !strings.HasPrefix(a, "*") && !strings.HasPrefix(a, image.DockerHub) {
			to = a
			break
		}
	}
	last := ref.Repository[strings.LastIndexByte(ref.Repository, '/')+1:]
	if ref.Tag != "" {
		last += ":" + ref.Tag
	}
	return fmt.Sprintf("`docker buildx imagetools create --tag %s/%s %s`", to, last, ref.Familiar())
}

// part is the smallest part of a registry that a person would allow for the image:
// the owner's.
func part(ref image.Reference) string {
	owner, _, below := strings.Cut(ref.Repository, "/")
	if !below {
		return ref.Registry + "/" + ref.Repository
	}
	return ref.Registry + "/" + owner
}
