package registry

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer/disk"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A credential is what proves to a host who asks. At most one of password,
// identity and bearer is set, and none for anonymous access.
type credential struct {
	user, password string
	identity       string // a refresh token, which the token server changes into a token
	bearer         string // a token as it is
}

func (c credential) anonymous() bool { return c == credential{} }

// String keeps secrets out of messages that print a credential by accident.
func (c credential) String() string { return "credential" }

// GoString is String.
func (c credential) GoString() string { return "credential" }

// A keychain finds credentials where Docker and Podman keep them.
type keychain struct {
	sources []*source
	warn    func(string)

	mu     sync.Mutex
	helped map[string]*helped // by helper and key: a program is run once for each
}

// helped is what a helper said.
type helped struct {
	once       sync.Once
	credential credential
}

// A source is one file, or variable, in the format of Docker's config.json. It is
// read on the first question.
type source struct {
	name  string // for people: a path or the name of a variable
	read  func() ([]byte, error)
	once  sync.Once
	file  configFile
	found bool
}

// configFile is what of Docker's config.json, or Podman's auth.json, is about
// credentials.
type configFile struct {
	Auths       map[string]authEntry `json:"auths"`
	CredHelpers map[string]string    `json:"credHelpers"`
	CredsStore  string               `json:"credsStore"`
}

type authEntry struct {
	Auth          string `json:"auth"`
	Username      string `json:"username"`
	Password      string `json:"password"`
	IdentityToken string `json:"identitytoken"`
	RegistryToken string `json:"registrytoken"`
}

// newKeychain lists the sources in their order. An explicit file replaces all of
// them, and must be readable.
func newKeychain(explicit string, warn func(string)) (*keychain, error) {
	k := &keychain{warn: warn, helped: map[string]*helped{}}
	if explicit != "" {
		data, _, err := disk.ReadBounded(explicit, maxBody)
		if err != nil {
			return nil, fmt.Errorf("credentials %s: %s", text.VisibleLine(explicit), disk.Reason(err))
		}
		s := &source{name: explicit, read: func() ([]byte, error) { return data, nil }}
		if s.load(nil); !s.found {
			return nil, fmt.Errorf("credentials %s: the file is not a JSON object in the format of Docker's config.json", text.VisibleLine(explicit))
		}
		k.sources = []*source{s}
		return k, nil
	}
	if content := os.Getenv("DOCKER_AUTH_CONFIG"); content != "" {
		k.sources = append(k.sources, &source{name: "DOCKER_AUTH_CONFIG", read: func() ([]byte, error) { return []byte(content), nil }})
	}
	home, _ := os.UserHomeDir() // without a home directory there is nothing in it
	// As for Docker, a directory that is named takes the place of that at home; as
	// for Podman, a file that is named takes the place of its own.
	switch dir := os.Getenv("DOCKER_CONFIG"); {
	case dir != "":
		k.addFile(filepath.Join(dir, "config.json"))
	case home != "":
		k.addFile(filepath.Join(home, ".docker", "config.json"))
	}
	if file := os.Getenv("REGISTRY_AUTH_FILE"); file != "" {
		k.addFile(file)
		return k, nil
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		k.addFile(filepath.Join(dir, "containers", "auth.json"))
	}
	if dir := os.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		k.addFile(filepath.Join(dir, "containers", "auth.json"))
	} else if home != "" {
		k.addFile(filepath.Join(home, ".config", "containers", "auth.json"))
	}
	return k, nil
}

func (k *keychain) addFile(name string) {
	k.sources = append(k.sources, &source{name: name, read: func() ([]byte, error) {
		data, _, err := disk.ReadBounded(name, maxBody)
		return data, err
	}})
}

// load reads the source, once. What is absent is silent, what is there and cannot
// be used is a warning. The content is never part of a message.
func (s *source) load(warn func(string)) {
	s.once.Do(func() {
		data, err := s.read()
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		problem := ""
		if err != nil {
			problem = disk.Reason(err)
		} else if json.Unmarshal(data, &s.file) != nil {
			s.file, problem = configFile{}, "it is not JSON in the format of Docker's config.json"
		}
		if problem == "" {
			s.found = true
		} else if warn != nil {
			warn(fmt.Sprintf("The credentials in %s are not used: %s", text.VisibleLine(s.name), problem))
		}
	})
}

// For returns the credential for a repository of a host, from the first source
// that has one.
func (k *keychain) For(ctx context.Context, host, repo string) credential {
	for _, s := range k.sources {
		s.load(k.warn)
		if !s.found {
			continue
		}
		if c, ok := k.from(ctx, s, host, repo); ok {
			return c
		}
	}
	return credential{}
}

// from looks into one source: first what the file itself holds, then the helper of
// the host, then the one of all hosts.
func (k *keychain) from(ctx context.Context, s *source, host, repo string) (credential, bool) {
	key, entry, named := s.file.entry(host, repo)
	if named {
		if c, err := entry.credential(); err != nil {
			k.warn(fmt.Sprintf("The credential for %s in %s is not used: %s", host, text.VisibleLine(s.name), err))
		} else if !c.anonymous() {
			return c, true
		}
	}
	for _, name := range hostKeys(host) {
		if helper, ok := s.file.CredHelpers[name]; ok && helper != "" {
			return k.ask(ctx, helper, name, host)
		}
	}
	if s.file.CredsStore == "" {
		return credential{}, false
	}
	if !named {
		key = serverKey(host)
	}
	return k.ask(ctx, s.file.CredsStore, key, host)
}

// ask runs a helper, once for each key; one that fails is a warning.
func (k *keychain) ask(ctx context.Context, helper, key, host string) (credential, bool) {
	k.mu.Lock()
	said := k.helped[helper+" "+key]
	if said == nil {
		said = &helped{}
		k.helped[helper+" "+key] = said
	}
	k.mu.Unlock()
	said.once.Do(func() {
		// The end of one call must not make all others anonymous.
		c, err := askHelper(context.WithoutCancel(ctx), helper, key)
		if err != nil {
			k.warn(fmt.Sprintf("The credential helper docker-credential-%s failed for %s and is not used: %s", text.VisibleLine(helper), host, err))
		}
		said.credential = c
	})
	return said.credential, !said.credential.anonymous()
}

// entry returns the entry for a repository and its key: Podman's form
// host/path, the longest first, then the host in any spelling.
func (f configFile) entry(host, repo string) (key string, e authEntry, ok bool) {
	for path := host + "/" + repo; ; path = path[:strings.LastIndexByte(path, '/')] {
		if e, ok := f.Auths[path]; ok {
			return path, e, true
		}
		if !strings.Contains(path, "/") {
			break
		}
	}
	for _, key := range hostKeys(host) {
		if e, ok := f.Auths[key]; ok {
			return key, e, true
		}
	}
	return "", authEntry{}, false
}

// serverKey is the name that Docker gives a host in a credential store.
func serverKey(host string) string {
	if host == image.DockerHub {
		return hubKey
	}
	return host
}

// hostKeys are the spellings of a host in configuration files.
func hostKeys(host string) []string {
	names := []string{host}
	if host == image.DockerHub {
		names = []string{hubKey, "index.docker.io", image.DockerHub, hubAPI}
	}
	var keys []string
	for _, n := range names {
		keys = append(keys, n)
		if n == hubKey {
			continue
		}
		for _, scheme := range []string{"", "https://", "http://"} {
			for _, path := range []string{"", "/", "/v1", "/v1/", "/v2", "/v2/"} {
				if scheme+path != "" {
					keys = append(keys, scheme+n+path)
				}
			}
		}
	}
	return keys
}

// credential reads an entry. An empty one stands for what a helper holds.
func (e authEntry) credential() (credential, error) {
	switch {
	case e.RegistryToken != "":
		return credential{bearer: e.RegistryToken}, nil
	case e.IdentityToken != "":
		return credential{identity: e.IdentityToken}, nil
	case e.Auth != "":
		decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(e.Auth))
		if err != nil {
			decoded, err = base64.RawStdEncoding.DecodeString(strings.TrimSpace(e.Auth))
		}
		user, password, ok := strings.Cut(strings.TrimRight(string(decoded), "\x00"), ":")
		if err != nil || !ok {
			return credential{}, errors.New("auth is not user:password in Base64")
		}
		return named(user, password), nil
	}
	return named(e.Username, e.Password), nil
}

// tokenUser is the user name that says that a secret is an identity token.
const tokenUser = "<token>"

// named is the credential of a user name and a secret; nothing without both.
func named(user, secret string) credential {
	switch {
	case secret == "":
		return credential{}
	case user == tokenUser:
		return credential{identity: secret}
	case user == "":
		return credential{}
	}
	return credential{user: user, password: secret}
}
