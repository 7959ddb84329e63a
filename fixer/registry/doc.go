// Package registry turns wishes into answers: it asks image registries what
// references point to, what their configurations say and what is attached to
// them. It is the only room that uses the network.
//
// # Invariants
//
//   - Every wish gets one answer, and a failure is an answer: a clause that
//     people can read. No registry can make a run fail as a whole.
//   - A credential goes to the host it belongs to, and to the token server which
//     that host names. Redirects carry none, lead to no private address from a public
//     host, and are few. Plain HTTP is for loopback addresses and hosts that were
//     named for it.
//   - A file that a build downloads is downloaded without credentials, from public
//     addresses alone, to compute its checksum. It is not kept.
//   - Time and memory are bounded, whatever a registry says: the length of a
//     body, the time of a call and of a run, pages, tags, redirects, attempts.
//   - A digest that names bytes which were read was computed from them. What is
//     shown or kept has control characters made visible.
//   - HEAD before GET: Docker Hub does not count the former as a pull. A plain pin
//     costs no GET.
//   - Nothing is written but answers below the cache directory, and junk there is as
//     good as nothing.
//   - Secrets appear in no error, warning, answer or kept file.
//
// # Kept by hand
//
// The protocol is spoken over net/http, with the image specification's types, and
// not through a registry client. Clients ping before every repository, read
// manifests of up to 100 MiB, fail where HEAD has no digest, or fall back to
// plain HTTP within private networks, and each brings the configuration library of
// a container engine. Tests run against the in-process registry of
// go-containerregistry, which knows the protocol independently.
//
// The keychain is kept by hand because the usual one fails when a credential
// helper does, even for public images, and does not know DOCKER_AUTH_CONFIG.
//
// # Signatures
//
// [image.AskSignatures] counts what is attached to a digest. It does not verify:
// whether a signature is worth something depends on who is expected to have
// signed. Verifying with sigstore-go would also make the binary an eighth larger
// (4.5 MB, where this room takes 0.5 MB) and fetch the trust root of Sigstore. To
// verify, run
//
//	cosign verify --certificate-identity=WHO --certificate-oidc-issuer=ISSUER IMAGE@DIGEST
//
// # Example
//
//	r, err := registry.New(registry.Options{})
//	…
//	for answer := range r.Resolve(ctx, facts.Wishes()) {
//		facts = facts.With(answer)
//	}
package registry
