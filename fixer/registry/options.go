package registry

import (
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Options say how registries are asked. The zero value asks every registry a
// wish names, with the credentials of Docker and Podman, and keeps answers in the
// user's cache directory.
type Options struct {
	Offline bool // no network: kept answers only, whatever their age
	Refresh bool // what was kept before is not used

	CacheDir string        // where answers are kept; "" is oakum/registry in the user's cache directory
	NoCache  bool          // nothing is read from the disk or written there
	MaxAge   time.Duration // how long is believed what a tag points to; 0 is an hour
	KeepFor  time.Duration // how long is believed what a digest holds; 0 is 30 days

	Timeout time.Duration // of one call with its retries; 0 is 10 seconds
	Overall time.Duration // of one Resolve; 0 is 2 minutes
	PerHost int           // calls to one host at a time; 0 is 4

	FilesOverall time.Duration // of all downloads of one Resolve; 0 is 10 minutes
	MaxFile      int64         // bytes of a file that is downloaded; 0 is 512 MiB

	Mirrors   map[string]string // by registry, the host or host/path that is asked in its place
	Allowed   []string          // registries, registry/path or *.domain that may be asked; nil allows all
	PlainHTTP []string          // hosts besides loopback ones that are asked without TLS
	CAFile    string            // PEM certificates that are trusted beside those of the system

	// Credentials is a file in the format of Docker's config.json. When it is set,
	// it is the only source of credentials.
	Credentials string

	Platform string // whose configuration is read; "" is linux/amd64

	Now func() time.Time // the clock; nil is time.Now
}

// Bounds on what a registry may say.
const (
	maxBody      = 4 << 20   // bytes of a manifest, a configuration or a page of tags
	maxErrorBody = 64 << 10  // bytes of an error or a token
	maxConfig    = 256 << 10 // bytes of the strings of a configuration that are passed on
	maxTags      = 20_000    // tags of a repository that are compared
	maxPages     = 50        // pages they come in
	maxChildren  = 1000      // manifests in an index, layers in a manifest
	maxRedirects = 5
	maxAttempts  = 3 // of one call, the first included
)

func (o Options) withDefaults() Options {
	setDefault(&o.MaxAge, time.Hour)
	setDefault(&o.KeepFor, 30*24*time.Hour)
	setDefault(&o.Timeout, 10*time.Second)
	setDefault(&o.Overall, 2*time.Minute)
	setDefault(&o.PerHost, 4)
	setDefault(&o.FilesOverall, 10*time.Minute)
	setDefault(&o.MaxFile, 512<<20)
	setDefault(&o.Platform, "linux/amd64")
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func setDefault[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

// New makes a resolver. It reads the file of certificates and an explicit file of
// credentials, and asks nobody. An error means that options cannot be used.
func New(o Options) (*Resolver, error) {
	o = o.withDefaults()
	if o.Timeout < 0 || o.Overall < 0 || o.PerHost < 0 || o.FilesOverall < 0 || o.MaxFile < 0 {
		return nil, errors.New("timeouts and the number of calls to a host cannot be negative")
	}
	if os, arch, ok := strings.Cut(o.Platform, "/"); !ok || os == "" || arch == "" {
		return nil, fmt.Errorf("platform %q is not written as os/architecture", text.VisibleLine(o.Platform))
	}
	r := &Resolver{options: o, platform: parsePlatform(o.Platform), hosts: map[string]*host{}, warned: map[string]bool{}, sleep: sleep}
	if err := errors.Join(r.readMirrors(), r.readAllowed()); err != nil {
		return nil, err
	}
	roots, err := readRoots(o.CAFile)
	if err != nil {
		return nil, err
	}
	r.client, r.files = newClient(roots, false), newClient(roots, true)
	if r.keys, err = newKeychain(o.Credentials, r.warn); err != nil {
		return nil, err
	}
	r.kept = openCache(o, r.warn)
	return r, nil
}

// repositoryPath is what a path before the name of a repository may be.
var repositoryPath = text.Regexp(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$`)

// readMirrors checks the mirrors and spells their registries as references do.
func (r *Resolver) readMirrors() error {
	r.mirrors = map[string]mirror{}
	for _, from := range slices.Sorted(maps.Keys(r.options.Mirrors)) {
		to := r.options.Mirrors[from]
		name, path, _ := strings.Cut(strings.TrimSuffix(to, "/"), "/")
		u, err := url.Parse("https://" + name)
		if err != nil || name == "" || u.Host != name || strings.HasSuffix(name, ":") || path != "" && !repositoryPath().MatchString(path) {
			return fmt.Errorf("mirror of %s: %q is not a host or host/path", text.VisibleLine(from), text.VisibleLine(to))
		}
		r.mirrors[image.CanonicalHost(from)] = mirror{host: strings.ToLower(name), path: path}
	}
	return nil
}

// readAllowed spells the registries that may be asked as references do.
func (r *Resolver) readAllowed() error {
	if r.options.Allowed == nil {
		return nil
	}
	allowed := []string{}
	for _, s := range r.options.Allowed {
		name, err := image.ParseRegistry(s)
		if err != nil {
			return fmt.Errorf("allowed registries: %w", err)
		}
		allowed = append(allowed, name)
	}
	r.options.Allowed = allowed
	return nil
}

// readRoots returns the certificates of the system and those of a file; nil for
// the system's alone.
func readRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, _, err := disk.ReadBounded(file, maxBody)
	if err != nil {
		return nil, fmt.Errorf("certificates %s: %s", text.VisibleLine(file), disk.Reason(err))
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // a system without certificates still has those of the file
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("certificates %s: the file holds no PEM certificate", text.VisibleLine(file))
	}
	return roots, nil
}

// cacheDirectory is where answers are kept when nothing else is said.
func cacheDirectory() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "oakum", "registry"), nil
}
