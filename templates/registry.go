package templates

import (
	"fmt"
	"regexp"
	"strings"
)

// registries are the addresses that registries of a kind have, with an example of each. The first
// group is the region or the name of the registry.
var registries = map[string]struct {
	address *regexp.Regexp
	example string
}{
	"ecr":               {regexp.MustCompile(`^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(/[a-z0-9/._-]+)?$`), "123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme"},
	"artifact-registry": {regexp.MustCompile(`^([a-z0-9-]+)-docker\.pkg\.dev/[a-z][a-z0-9-]+/[a-z][a-z0-9-]+$`), "europe-docker.pkg.dev/acme/containers"},
	"acr":               {regexp.MustCompile(`^([a-z0-9]{5,50})\.azurecr\.io(/[a-z0-9/._-]+)?$`), "acme.azurecr.io"},
	"harbor":            {regexp.MustCompile(`^([a-z0-9.-]+(?::\d+)?)/[a-z0-9._-]+$`), "harbor.example.com/acme"},
}

// validRegistry checks that the registry is one of the kind that files are written for, and that
// it is known who pushes to it.
func (o *Options) validRegistry() error {
	kind, ok := registries[o.RegistryFiles]
	switch {
	case !ok:
		return nil
	case !kind.address.MatchString(o.Registry):
		return fmt.Errorf("registry: %q is not one of the kind %s, as in --registry %s", o.Registry, o.RegistryFiles, kind.example)
	case o.RegistryFiles == "harbor":
		return nil
	case o.Pipeline != "github":
		return fmt.Errorf("registry-files: the pipeline pushes with its own identity, so it needs --pipeline github")
	case !strings.HasPrefix(o.Source, "https://github.com/"):
		return fmt.Errorf("source: the pipeline of one repository may push, as in --source https://github.com/acme/shop")
	}
	return nil
}

// LogsIn is how the pipeline logs in to the registry: with the identity that a cloud exchanges
// for a token, or with a "password".
func (v view) LogsIn() string {
	if v.RegistryFiles == "none" || v.RegistryFiles == "harbor" {
		return "password"
	}
	return v.RegistryFiles
}

// RegistryRegion is the region of a registry of a cloud.
func (v view) RegistryRegion() string {
	return registries[v.RegistryFiles].address.FindStringSubmatch(v.Registry)[1]
}

// RegistryName is the name of a registry in Azure.
func (v view) RegistryName() string { return v.RegistryRegion() }

// RegistryAccount is the account of a registry in AWS.
func (v view) RegistryAccount() string {
	account, _, _ := strings.Cut(v.Registry, ".")
	return account
}

// RegistryProject is the project of Google Cloud or of Harbor, and RegistryRepository what
// Artifact Registry keeps images in.
func (v view) RegistryProject() string { return strings.Split(v.Registry, "/")[1] }

func (v view) RegistryRepository() string { return strings.Split(v.Registry, "/")[2] }

// RepositoryPath is the name of the image in the registry, without the host.
func (v view) RepositoryPath() string {
	_, path, _ := strings.Cut(v.Image(), "/")
	return path
}

// SourcePath is the owner and the name of the repository on GitHub.
func (v view) SourcePath() string { return strings.TrimPrefix(v.repository(), "https://github.com/") }
