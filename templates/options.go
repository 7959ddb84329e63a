package templates

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Options are what a person chooses of a service.
type Options struct {
	Name          string // of the service: a DNS label that begins with a letter
	Port          int    // on which it listens
	UID           int    // user and group that it runs as
	Registry      string // where its image is pushed: HOST or HOST/PATH
	RegistryFiles string // for which kind of registry files are written: "ecr", "artifact-registry", "acr", "harbor" or "none"
	Source        string // URL of its repository; "" for unknown
	Database      string // "postgres", or "" for none

	Cluster       string // how its manifests are kept: "kustomize", "plain" or "none"
	Namespace     string // in the cluster; "" for one of the service's name
	Expose        string // to what is outside of the cluster: "ingress", "httproute" or "none"
	Host          string // by which it is reached from there
	EdgeNamespace string // of the controller that lets requests in
	Autoscaling   string // what the number of pods follows: "cpu" or "none"

	Pipeline    string // that builds the image: "github", "github-builder", "gitlab" or "none"
	Scanner     string // of the pipeline: "trivy", "grype" or "snyk"
	Signing     string // of the image: "cosign" (with the identity of the pipeline), "cosign-key" or "notation"
	BuildPolicy string // what the build may use: "rego" or "none"
	Checker     string // the program of oakum that the pipeline checks with, as go run takes it: MODULE@VERSION; "" for none that is published
	Updates     string // bot that keeps pins fresh: "renovate", "dependabot" or "none"

	Mesh      string // that the namespace is in: "istio", "linkerd" or "none"
	Secrets   string // where the password of the database is kept: "kubernetes", "external-secrets" or "csi"
	Audit     string // what the audit log of the cluster has of the namespace: "secrets" or "none"
	Admission string // what refuses other pods: "native", "kyverno", "sigstore" or "none"
}

// A Setting is one thing that can be chosen, by the name that flags and --set have.
type Setting struct {
	Name    string
	Meaning string   // for help, with the `PLACEHOLDER` of its value
	Values  []string // those that it can have; nil for any that are valid

	set func(o *Options, value string) error
	get func(o *Options) string
}

// Value is what the options have for the setting; "" for what was not chosen.
func (s Setting) Value(o *Options) string { return s.get(o) }

// Limits of what can be chosen.
const (
	minPort = 1024 // below, a service needs a capability outside of Docker
	maxPort = 65535
	maxUID  = 1<<31 - 1

	maxRegistry = 200 // the name of an image has 255 characters at most, and 50 are the service's
)

// Settings returns what can be chosen, in the order of help.
func Settings() []Setting { return slices.Clone(settings) }

// SettingNames returns their names.
func SettingNames() []string {
	var out []string
	for _, s := range settings {
		out = append(out, s.Name)
	}
	return out
}

var settings = []Setting{
	{
		Name: "name", Meaning: "`NAME` of the service and of its image (default: that of the directory)",
		set: func(o *Options, v string) error { o.Name = v; return validName(v) },
		get: func(o *Options) string { return o.Name },
	},
	{
		Name: "port", Meaning: "`PORT` on which the service listens, 1024 to 65535 (default: 8080)",
		set: func(o *Options, v string) (err error) { o.Port, err = number(v, minPort, maxPort); return err },
		get: func(o *Options) string { return strconv.Itoa(o.Port) },
	},
	{
		Name: "uid", Meaning: "`UID` of the user and the group that the service runs as (default: that of the base image)",
		set: func(o *Options, v string) (err error) { o.UID, err = number(v, 1, maxUID); return err },
		get: func(o *Options) string { return strconv.Itoa(o.UID) },
	},
	{
		Name: "registry", Meaning: "`REGISTRY` that the image is pushed to, such as ghcr.io/acme (default: registry.example.com)",
		set: func(o *Options, v string) (err error) { o.Registry, err = registry(v); return err },
		get: func(o *Options) string { return o.Registry },
	},
	{
		Name: "registry-files", Meaning: "`KIND` of the registry that files are written for: none, ecr, artifact-registry, acr or harbor (default: none)",
		Values: []string{"none", "ecr", "artifact-registry", "acr", "harbor"},
		set:    func(o *Options, v string) error { o.RegistryFiles = v; return nil },
		get:    func(o *Options) string { return o.RegistryFiles },
	},
	{
		Name: "source", Meaning: "`URL` of the source repository, for the label of the image (default: the remote of git)",
		set: func(o *Options, v string) error { o.Source = v; return validSource(v) },
		get: func(o *Options) string { return o.Source },
	},
	{
		Name: "database", Meaning: "`DATABASE` beside the service: none or postgres (default: none)", Values: []string{"none", "postgres"},
		set: func(o *Options, v string) error { o.Database = strings.TrimSuffix(v, "none"); return nil },
		get: func(o *Options) string { return o.Database },
	},
	{
		Name: "cluster", Meaning: "`FORM` of the manifests for Kubernetes: kustomize, plain or none (default: kustomize)", Values: []string{"kustomize", "plain", "none"},
		set: func(o *Options, v string) error { o.Cluster = v; return nil },
		get: func(o *Options) string { return o.Cluster },
	},
	{
		Name: "namespace", Meaning: "`NAMESPACE` of the service (default: its name)",
		set: func(o *Options, v string) error { o.Namespace = v; return validNamespace(v) },
		get: func(o *Options) string { return o.Namespace },
	},
	{
		Name: "expose", Meaning: "`OBJECT` that lets requests into the cluster: none, ingress or httproute (default: none)", Values: []string{"none", "ingress", "httproute"},
		set: func(o *Options, v string) error { o.Expose = v; return nil },
		get: func(o *Options) string { return o.Expose },
	},
	{
		Name: "host", Meaning: "`HOST` by which the service is reached, with --expose",
		set: func(o *Options, v string) error { o.Host = v; return validHost(v) },
		get: func(o *Options) string { return o.Host },
	},
	{
		Name: "edge-namespace", Meaning: "`NAMESPACE` of the ingress controller or the Gateway, with --expose (default: gateway)",
		set: func(o *Options, v string) error { o.EdgeNamespace = v; return validName(v) },
		get: func(o *Options) string { return o.EdgeNamespace },
	},
	{
		Name: "autoscaling", Meaning: "`METRIC` that the number of pods follows: none or cpu (default: none)", Values: []string{"none", "cpu"},
		set: func(o *Options, v string) error { o.Autoscaling = v; return nil },
		get: func(o *Options) string { return o.Autoscaling },
	},
	{
		Name: "pipeline", Meaning: "`PLATFORM` that builds, scans and signs the image: github, github-builder (Docker's workflow), gitlab or none (default: github)",
		Values: []string{"github", "github-builder", "gitlab", "none"},
		set:    func(o *Options, v string) error { o.Pipeline = v; return nil },
		get:    func(o *Options) string { return o.Pipeline },
	},
	{
		Name: "scanner", Meaning: "`SCANNER` of the pipeline: trivy, grype or snyk (default: trivy)", Values: []string{"trivy", "grype", "snyk"},
		set: func(o *Options, v string) error { o.Scanner = v; return nil },
		get: func(o *Options) string { return o.Scanner },
	},
	{
		Name: "signing", Meaning: "`HOW` the image is signed: cosign (with the identity of the pipeline), cosign-key or notation (default: cosign)", Values: []string{"cosign", "cosign-key", "notation"},
		set: func(o *Options, v string) error { o.Signing = v; return nil },
		get: func(o *Options) string { return o.Signing },
	},
	{
		Name: "build-policy", Meaning: "`POLICY` for the images that the build may use: none or rego (Dockerfile.rego, which Buildx reads) (default: none)", Values: []string{"none", "rego"},
		set: func(o *Options, v string) error { o.BuildPolicy = v; return nil },
		get: func(o *Options) string { return o.BuildPolicy },
	},
	{
		Name: "updates", Meaning: "`BOT` that keeps pins fresh: renovate, dependabot or none (default: renovate)", Values: []string{"renovate", "dependabot", "none"},
		set: func(o *Options, v string) error { o.Updates = v; return nil },
		get: func(o *Options) string { return o.Updates },
	},
	{
		Name: "mesh", Meaning: "`MESH` that the namespace is in, with mutual TLS and authorization: none, istio (ambient) or linkerd (default: none)", Values: []string{"none", "istio", "linkerd"},
		set: func(o *Options, v string) error { o.Mesh = v; return nil },
		get: func(o *Options) string { return o.Mesh },
	},
	{
		Name: "secrets", Meaning: "`PLACE` of the database's password in the cluster: kubernetes (a Secret), external-secrets or csi (Vault) (default: kubernetes)",
		Values: []string{"kubernetes", "external-secrets", "csi"},
		set:    func(o *Options, v string) error { o.Secrets = v; return nil },
		get:    func(o *Options) string { return o.Secrets },
	},
	{
		Name: "audit", Meaning: "`WHAT` the audit log of the cluster has of the namespace: none or secrets (who reads them) (default: none)", Values: []string{"none", "secrets"},
		set: func(o *Options, v string) error { o.Audit = v; return nil },
		get: func(o *Options) string { return o.Audit },
	},
	{
		Name: "admission", Meaning: "`POLICY` for what may run in the namespace: none, native (Kubernetes alone), kyverno or sigstore (signatures, too) (default: none)",
		Values: []string{"none", "native", "kyverno", "sigstore"},
		set:    func(o *Options, v string) error { o.Admission = v; return nil },
		get:    func(o *Options) string { return o.Admission },
	},
}

// Set chooses one value by the name of its setting.
func (o *Options) Set(name, value string) error {
	k := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == name })
	if k < 0 {
		return fmt.Errorf("%s: no such setting", text.VisibleLine(name))
	}
	if list := settings[k].Values; list != nil && !slices.Contains(list, value) {
		return fmt.Errorf("%s: unknown value %q: use %s", name, value, text.OneOf(list))
	}
	if err := settings[k].set(o, value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// validate checks what Set cannot: that all is there, and that the values go together.
func (o *Options) validate() error {
	if err := validName(o.Name); err != nil {
		return fmt.Errorf("name: %w", err)
	}
	if o.Database != "" && o.Name == databaseName {
		return fmt.Errorf("name: %q is what the database is called here", o.Name)
	}
	if o.Cluster != "none" && o.Namespace == "" {
		if err := validNamespace(o.Name); err != nil {
			return fmt.Errorf("namespace: %w, as in --namespace shop", err)
		}
	}
	exposed := o.Expose != "none"
	switch {
	case o.Cluster == "none" && (exposed || o.Autoscaling != "none" || o.Admission != "none" || o.Mesh != "none" || o.Audit != "none"):
		return fmt.Errorf("cluster: without manifests, nothing is exposed, scaled, refused, audited or in a mesh")
	case o.Mesh == "linkerd" && (o.Admission == "kyverno" || o.Admission == "sigstore"):
		return fmt.Errorf("mesh: the proxy that Linkerd adds to pods is not signed by the pipeline, use --mesh istio or --admission native")
	case o.meshPort():
		return fmt.Errorf("port: %d is one of %s itself", o.Port, o.Mesh)
	case o.Mesh == "linkerd" && o.UID == linkerdUser:
		return fmt.Errorf("uid: %d is the user of Linkerd's proxy, whose connections go around the mesh", o.UID)
	case exposed && o.EdgeNamespace == cmp.Or(o.Namespace, o.Name):
		return fmt.Errorf("edge-namespace: %q is that of the service, which has policies for itself alone", o.EdgeNamespace)
	case exposed && o.Host == "":
		return fmt.Errorf("host: the service needs one to be exposed, as in --host shop.example.com")
	case !exposed && o.Host != "":
		return fmt.Errorf("host: %q needs --expose ingress or httproute", o.Host)
	case o.Secrets != "kubernetes" && (o.Database == "" || o.Cluster == "none"):
		return fmt.Errorf("secrets: the password is that of a database, so it needs --database and manifests")
	case o.Signing != "cosign" && o.Pipeline != "github" && !(o.Pipeline == "gitlab" && o.Signing == "cosign-key"):
		return fmt.Errorf("signing: %s is written for --pipeline github%s", o.Signing, map[bool]string{true: " and gitlab"}[o.Signing == "cosign-key"])
	case o.Pipeline == "gitlab" && o.Updates == "dependabot":
		return fmt.Errorf("updates: Dependabot is a service of GitHub, use renovate")
	}
	if err := o.validRegistry(); err != nil {
		return err
	}
	if o.Admission == "kyverno" || o.Admission == "sigstore" {
		return o.validSigner()
	}
	return nil
}

// linkerdUser is who the proxy of Linkerd runs as: connections of that user are not redirected.
const linkerdUser = 2102

// meshPort reports whether the port is one on which the mesh listens in every pod.
func (o *Options) meshPort() bool {
	switch o.Mesh {
	case "istio":
		return o.Port >= 15000 && o.Port <= 15099
	case "linkerd":
		return o.Port == 4140 || o.Port == 4143 || o.Port >= 4190 && o.Port <= 4192
	}
	return false
}

// validSigner checks that it is known whose signature counts.
func (o *Options) validSigner() error {
	switch {
	case o.Signing == "notation" || o.Signing == "cosign-key" && o.Admission == "kyverno":
		return fmt.Errorf("admission: %s asks for the identity of the pipeline, so it needs --signing cosign", o.Admission)
	case o.Pipeline != "github" && o.Pipeline != "gitlab":
		return fmt.Errorf("admission: signatures are those of the pipeline, so it needs --pipeline github or gitlab")
	case o.Source == "":
		return fmt.Errorf("source: signatures are those of a repository, as in --source https://github.com/acme/shop")
	case o.Pipeline == "github" && !strings.HasPrefix(o.Source, "https://github.com/"):
		return fmt.Errorf("source: %q is not on github.com, where the pipeline is", o.Source)
	}
	return nil
}

var label = text.Regexp(`^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$`)

// yamlWords are what YAML reads as something else than a text.
var yamlWords = text.WordSet("null true false yes no on off y n")

// validName checks what is a name in all files: of an image, of a Service in
// Kubernetes, which begins with a letter, of a package. It is shorter than it might be, so
// that there is room for what is put behind it.
func validName(s string) error {
	switch {
	case s == "":
		return fmt.Errorf("it is empty")
	case !label().MatchString(s):
		return fmt.Errorf("%q is not a name of lower-case letters, digits and hyphens that begins with a letter and has at most 50 characters", s)
	case yamlWords[s]:
		return fmt.Errorf("%q is not a text in YAML", s)
	}
	return nil
}

// validNamespace checks the name of a namespace that is to be for the service alone: everything
// in it is denied but what the service needs.
func validNamespace(s string) error {
	if s == "default" || strings.HasPrefix(s, "kube-") {
		return fmt.Errorf("%q is a namespace of Kubernetes itself, and the service needs one of its own", s)
	}
	return validName(s)
}

// validHost checks the name of a host, which is one name and no pattern.
func validHost(s string) error {
	if len(s) > 253 || !strings.Contains(s, ".") {
		return fmt.Errorf("%q is not the name of a host, as in shop.example.com", s)
	}
	for part := range strings.SplitSeq(s, ".") {
		if !hostLabel().MatchString(part) {
			return fmt.Errorf("%q is not the name of a host, as in shop.example.com", s)
		}
	}
	if strings.Trim(s[strings.LastIndexByte(s, '.'):], ".0123456789") == "" {
		return fmt.Errorf("%q is an address, and the service needs a name", s)
	}
	return nil
}

var hostLabel = text.Regexp(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

func number(s string, least, most int) (int, error) {
	n, err := strconv.Atoi(s)
	switch {
	case err != nil || strings.HasPrefix(s, "+"):
		return 0, fmt.Errorf("%q is not a number", s)
	case n < least || n > most:
		return 0, fmt.Errorf("%d is not between %d and %d", n, least, most)
	}
	return n, nil
}

// registry reads where images are pushed: a pattern does not name one.
func registry(s string) (string, error) {
	if strings.Contains(s, "*") {
		return "", fmt.Errorf("%q is a pattern, not a registry", s)
	}
	if strings.HasPrefix(s, "[") {
		return "", fmt.Errorf("%q is an address of IPv6, and the registry needs a name", s)
	}
	if len(s) > maxRegistry {
		return "", fmt.Errorf("it has more than %d characters", maxRegistry)
	}
	host, _, _ := strings.Cut(s, "/")
	for part := range strings.SplitSeq(host, ".") {
		if len(part) > 63 {
			return "", fmt.Errorf("%q is not the name of a host", host)
		}
	}
	return image.ParseRegistry(s)
}

// plainURL are the characters that need no quoting anywhere. A percent sign would be one
// more for Compose's variables and shells.
var plainURL = text.Regexp(`^https?://[-A-Za-z0-9._~/:]+$`)

func validSource(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || !plainURL().MatchString(s) {
		return fmt.Errorf("%q is not the URL of a repository, as in https://github.com/acme/shop", s)
	}
	// What signs and who pushes follows from it, so that a page of a repository is not one.
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if slices.ContainsFunc(parts, func(part string) bool { return part == "" || part == "." || part == ".." }) || u.Host == "github.com" && len(parts) != 2 {
		return fmt.Errorf("%q is not the URL of a repository, as in https://github.com/acme/shop", s)
	}
	return nil
}
