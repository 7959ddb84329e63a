package pin

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/image"
)

// TestSigned: what is attached is counted, and never called verified.
func TestSigned(t *testing.T) {
	ref, _ := image.ParseReference("example.org/web:1.4.2")
	digest := "sha256:" + strings.Repeat("a", 64)
	for _, c := range []struct {
		s    image.Signatures
		want string
	}{
		{image.Signatures{}, "Nothing is attached to sha256:aaaaaaaaaaaa: no signature, no attestation, no SBOM"},
		{image.Signatures{Notation: 1, SBOMs: 2}, "sha256:aaaaaaaaaaaa has 1 notation signature, 2 SBOMs, not verified"},
		{image.Signatures{Cosign: 2}, "sha256:aaaaaaaaaaaa has 2 cosign signatures, not verified (verify: cosign verify --certificate-identity=WHO --certificate-oidc-issuer=ISSUER example.org/web:1.4.2@" + digest + ")"},
	} {
		if got := signed(ref, &image.Answer{Digest: digest, Signatures: &c.s}).Text; got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
