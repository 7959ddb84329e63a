package pin

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// signed says what is attached to the digest, and the command that verifies it. That
// something is attached proves nothing: who must have signed is the person's to say.
func signed(ref image.Reference, a *image.Answer) fixer.Evidence {
	s := a.Signatures
	if s.None() {
		return fixer.Evidence{Kind: fixer.FromRegistry, Text: fmt.Sprintf("Nothing is attached to %s: no signature, no attestation, no SBOM", short(a.Digest))}
	}
	var parts []string
	for _, of := range []struct {
		n         int
		one, many string
	}{
		{s.Cosign, "cosign signature", "cosign signatures"}, {s.Notation, "notation signature", "notation signatures"},
		{s.Attestations, "attestation", "attestations"}, {s.SBOMs, "SBOM", "SBOMs"},
	} {
		if of.n > 0 {
			parts = append(parts, text.Count(of.n, of.one, of.many))
		}
	}
	what := fmt.Sprintf("%s has %s, not verified", short(a.Digest), strings.Join(parts, ", "))
	if s.Cosign > 0 {
		to := ref
		to.Digest = a.Digest
		what += fmt.Sprintf(" (verify: cosign verify --certificate-identity=WHO --certificate-oidc-issuer=ISSUER %s)", to.Familiar())
	}
	return fixer.Evidence{Kind: fixer.FromRegistry, Text: what}
}
