package compose

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/pin"
)

// eachModel reports the AI models of a file that have no digest: those with a tag that
// is made to move, or the others. A model is an artifact in a registry, as an image
// is. Whether what runs it takes a digest depends on its version, so none is
// written.
func eachModel(p *fixer.Pass, moving bool) {
	for name, m := range p.File.Compose.Doc.Root.Get("models").All() {
		node := m.Get("model").Resolve()
		written, _ := compose.Expand(node.Text())
		ref, err := image.ParseReference(written)
		if err != nil || ref.HasDigest() || pin.MadeToMove(ref.Tag) != moving {
			continue
		}
		f := fixer.Finding{
			Path: "models." + name, Start: node.KeyOrSelf().Start, End: node.End,
			Message:  fmt.Sprintf("Model %q is %s, which is not pinned to a digest; the tag can point to a different model tomorrow", name, ref.Familiar()),
			Evidence: []fixer.Evidence{{Kind: fixer.FromPlatform, Source: "Compose", Text: "A model is an OCI artifact, which its owner can replace under the same tag"}},
			Advice:   fmt.Sprintf("Pin it, if your Docker Model Runner accepts digests: model: %s@sha256:… (get the digest with `docker buildx imagetools inspect %s`)", ref.Familiar(), ref.Familiar()),
		}
		if moving {
			shown := ref.Familiar()
			if ref.Tag == "" {
				shown += ":latest"
			}
			f.Message = fmt.Sprintf("Model %q uses the mutable tag %s, which can point to a different model tomorrow", name, shown)
			f.Advice = "Set the model to a tag that names its size and quantization. Its page in the registry lists the tags"
		}
		p.Report(f)
	}
}
