package image

import (
	"fmt"
	"strings"
)

// ParseRegistry reads what names a registry or a part of one: HOST, HOST/PATH, or
// *.DOMAIN with or without a path, which stands for all hosts below the domain. It
// returns the form that [Reference.From] takes: the other names of Docker Hub's
// host become docker.io.
func ParseRegistry(s string) (string, error) {
	host, path, _ := strings.Cut(strings.Trim(strings.TrimSpace(s), "/"), "/")
	host = CanonicalHost(host)
	name := strings.TrimPrefix(host, "*.")
	switch {
	case host == "":
		return "", fmt.Errorf("%q names no registry", s)
	case strings.Contains(s, "://"):
		return "", fmt.Errorf("%q: a registry is named without a scheme, as in ghcr.io", s)
	case !strings.ContainsAny(name, ".:") && name != "localhost":
		return "", fmt.Errorf("%q does not begin with the host of a registry; for images of Docker Hub write docker.io/%s", s, strings.Trim(host+"/"+path, "/"))
	}
	whole := name
	if path != "" {
		whole += "/" + path
	}
	if ref, err := ParseReference(whole + "/x"); err != nil || ref.Tag != "" || ref.Digest != "" {
		return "", fmt.Errorf("%q is not a registry or a path in one", s)
	}
	if path == "" {
		return host, nil
	}
	return host + "/" + path, nil
}

// From reports whether the image is from a registry, or from a part of one, in the form
// of [ParseRegistry].
func (r Reference) From(registry string) bool {
	host, path, _ := strings.Cut(registry, "/")
	own := CanonicalHost(r.Registry)
	if domain, below := strings.CutPrefix(host, "*"); below {
		if !strings.HasSuffix(own, domain) {
			return false
		}
	} else if own != host {
		return false
	}
	return path == "" || r.Repository == path || strings.HasPrefix(r.Repository, path+"/")
}

// CanonicalHost is a host as references have it: in lower case, with one name for
// Docker Hub.
func CanonicalHost(host string) string {
	switch host = strings.ToLower(host); host {
	case "index.docker.io", "registry-1.docker.io", "registry.docker.com", "registry.hub.docker.com":
		return DockerHub
	}
	return host
}
