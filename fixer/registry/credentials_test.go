package registry

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/image"
)

// credentials writes a configuration file of Docker below HOME.
func credentials(t *testing.T, content any) string {
	t.Helper()
	raw := must(json.Marshal(content))
	name := filepath.Join(os.Getenv("HOME"), ".docker", "config.json")
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

type object = map[string]any

func basicEntry(user, password string) object {
	return object{"auth": base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
}

// TestSourcesOfCredentials tries each place where credentials are kept, and their
// order.
func TestSourcesOfCredentials(t *testing.T) {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	reg.push("private/app", indexOf("app", day), "1")
	tokens.guard(reg)
	config := func(user string) string {
		return string(must(json.Marshal(object{"auths": object{reg.host: basicEntry(user, "pw")}})))
	}
	write := func(t *testing.T, name, user string) string {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(config(user)), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	steps := []struct {
		name string
		set  func(t *testing.T, user string) (explicit string)
	}{
		{"podman at home", func(t *testing.T, user string) string {
			write(t, filepath.Join(os.Getenv("HOME"), ".config/containers/auth.json"), user)
			return ""
		}},
		{"podman of the session", func(t *testing.T, user string) string {
			dir := t.TempDir()
			t.Setenv("XDG_RUNTIME_DIR", dir)
			write(t, filepath.Join(dir, "containers/auth.json"), user)
			return ""
		}},
		{"REGISTRY_AUTH_FILE", func(t *testing.T, user string) string {
			t.Setenv("REGISTRY_AUTH_FILE", write(t, filepath.Join(t.TempDir(), "auth.json"), user))
			return ""
		}},
		{"docker at home", func(t *testing.T, user string) string {
			write(t, filepath.Join(os.Getenv("HOME"), ".docker/config.json"), user)
			return ""
		}},
		{"DOCKER_CONFIG", func(t *testing.T, user string) string {
			dir := t.TempDir()
			t.Setenv("DOCKER_CONFIG", dir)
			write(t, filepath.Join(dir, "config.json"), user)
			return ""
		}},
		{"DOCKER_AUTH_CONFIG", func(t *testing.T, user string) string {
			t.Setenv("DOCKER_AUTH_CONFIG", config(user))
			return ""
		}},
		{"explicit", func(t *testing.T, user string) string {
			return write(t, filepath.Join(t.TempDir(), "mine.json"), user)
		}},
	}
	// Each step adds a source that comes before those of the steps before it.
	isolate(t)
	for i, step := range steps {
		user := fmt.Sprintf("user%d", i)
		tokens.users[user] = "pw"
		explicit := step.set(t, user)
		r, err := New(Options{NoCache: true, Credentials: explicit})
		if err != nil {
			t.Fatal(err)
		}
		if got := one(t, r, reg.host+"/private/app:1", image.AskDigest); got.Failure != nil {
			t.Errorf("%s: %v", step.name, got.Failure)
		}
		want := "GET " + basic(credential{user: user, password: "pw"}) + " repository:private/app:pull"
		if got := tokens.asked(); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: token requests are %q, want %q", step.name, got, want)
		}
	}
}

// TestCredentialsOfOtherHostsStay: nothing of one host is sent to another.
func TestCredentialsOfOtherHostsStay(t *testing.T) {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	reg.push("public/app", indexOf("app", day), "1")
	tokens.guard(reg)
	r := newResolver(t, nil)
	credentials(t, object{"auths": object{
		hubKey: basicEntry("hub", "pw"), "ghcr.io": basicEntry("gh", "pw"), "127.0.0.1": basicEntry("portless", "pw"),
		reg.host + "/team": basicEntry("team", "pw"), reg.host + ".example.org": basicEntry("suffix", "pw"), "x" + reg.host: basicEntry("prefix", "pw"),
	}})
	if got := one(t, r, reg.host+"/public/app:1", image.AskDigest); got.Failure != nil {
		t.Fatal(got.Failure)
	}
	if got := tokens.asked(); !slices.Equal(got, []string{"GET  repository:public/app:pull"}) {
		t.Errorf("token requests are %q", got)
	}
}

func TestKeysOfCredentials(t *testing.T) {
	for _, c := range []struct {
		key, host, repo string
		want            bool
	}{
		{hubKey, "docker.io", "library/nginx", true},
		{"docker.io", "docker.io", "library/nginx", true},
		{"index.docker.io", "docker.io", "library/nginx", true},
		{hubKey, "dhi.io", "nginx", false},
		{"ghcr.io", "ghcr.io", "a/b", true},
		{"https://ghcr.io", "ghcr.io", "a/b", true},
		{"https://ghcr.io/v2/", "ghcr.io", "a/b", true},
		{"ghcr.io/a", "ghcr.io", "a/b", true},
		{"ghcr.io/a", "ghcr.io", "ab/b", false},
		{"ghcr.io/a/b/c", "ghcr.io", "a/b", false},
		{"ghcr.io", "evil.ghcr.io", "a/b", false},
		{"ghcr.io", "ghcr.io:5000", "a/b", false},
	} {
		f := configFile{Auths: map[string]authEntry{c.key: {Username: "u", Password: "p"}}}
		if _, _, got := f.entry(c.host, c.repo); got != c.want {
			t.Errorf("%s for %s/%s: %v", c.key, c.host, c.repo, got)
		}
	}
	f := configFile{Auths: map[string]authEntry{"quay.io": {Username: "host"}, "quay.io/team": {Username: "team"}}}
	if _, e, _ := f.entry("quay.io", "team/app"); e.Username != "team" {
		t.Errorf("the longest key does not win: %s", e.Username)
	}
}

// helper puts a credential helper on PATH.
func helper(t *testing.T, name, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the helpers of this test are shell scripts, which Windows does not run")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-"+name), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestCredentialHelpers(t *testing.T) {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	for _, repo := range []string{"public/app", "public/two", "private/app"} {
		reg.push(repo, indexOf("app", day), "1")
	}
	tokens.guard(reg)
	tokens.users["helped"] = "pw"
	good := basic(credential{user: "helped", password: "pw"})
	for _, c := range []struct {
		name, script string
		config       object
		auth         string // what the token server is sent
		input        string // what the helper is given
		warning      string
	}{
		{"for the host", `cat > "$HOME/input"; echo '{"ServerURL":"x","Username":"helped","Secret":"pw"}'`,
			object{"credHelpers": object{reg.host: "test"}}, good, reg.host, ""},
		{"for all hosts", `cat > "$HOME/input"; echo '{"Username":"helped","Secret":"pw"}'`,
			object{"credsStore": "test"}, good, reg.host, ""},
		{"with the key as it is configured", `cat > "$HOME/input"; echo '{"Username":"helped","Secret":"pw"}'`,
			object{"auths": object{"https://" + reg.host: object{}}, "credsStore": "test"}, good, "https://" + reg.host, ""},
		{"after what the file holds", `cat > "$HOME/input"; echo '{"Username":"other","Secret":"pw"}'`,
			object{"auths": object{reg.host: basicEntry("helped", "pw")}, "credsStore": "test"}, good, "", ""},
		{"has nothing", `cat > "$HOME/input"; echo "credentials not found in native keychain"; exit 1`,
			object{"credsStore": "test"}, "", reg.host, ""},
		{"fails", `echo "s3cret and \033[31mmore"; echo "s3cret" >&2; exit 3`,
			object{"credsStore": "test"}, "", "", "The credential helper docker-credential-test failed for " + reg.host + " and is not used: exit status 3"},
		{"prints junk", `echo "s3cret"`,
			object{"credsStore": "test"}, "", "", "The credential helper docker-credential-test failed for " + reg.host + " and is not used: its answer is not JSON"},
		{"is missing", ``,
			object{"credsStore": "missing"}, "", "", "The credential helper docker-credential-missing failed for " + reg.host + " and is not used: it is not on PATH"},
		{"has a path for a name", ``,
			object{"credHelpers": object{reg.host: "../test"}}, "", "", "The credential helper docker-credential-../test failed for " + reg.host + " and is not used: no command can have this name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newResolver(t, nil)
			helper(t, "test", `echo run >> "$HOME/runs"; `+c.script)
			credentials(t, c.config)
			got := resolve(t, r, wish(reg.host+"/public/app:1", image.AskDigest), wish(reg.host+"/public/two:1", image.AskDigest))
			for _, a := range got {
				if a.Failure != nil {
					t.Error(a.Failure)
				}
			}
			if sent := tokens.asked(); len(sent) != 2 || !strings.HasPrefix(sent[0], "GET "+c.auth+" repo") {
				t.Errorf("token requests are %q", sent)
			}
			if input, _ := os.ReadFile(filepath.Join(os.Getenv("HOME"), "input")); string(input) != c.input {
				t.Errorf("the helper was given %q", input)
			}
			if runs, _ := os.ReadFile(filepath.Join(os.Getenv("HOME"), "runs")); len(runs) > len("run\n") {
				t.Errorf("the helper ran more than once")
			}
			warnings := r.Warnings()
			if c.warning == "" && len(warnings) > 0 || c.warning != "" && !slices.Equal(warnings, []string{c.warning}) {
				t.Errorf("warnings are %q", warnings)
			}
		})
	}
}

// TestJunkInCredentialFiles: none of it is printed.
func TestJunkInCredentialFiles(t *testing.T) {
	reg, tokens := newTestRegistry(t), newTokenServer(t)
	reg.push("public/app", indexOf("app", day), "1")
	tokens.guard(reg)
	for _, c := range []struct{ content, warning string }{
		{`{"auths": s3cret`, "is not JSON in the format of Docker's config.json"},
		{`{"auths": {"` + reg.host + `": {"auth": "s3cret!"}}}`, "auth is not user:password in Base64"},
		{`{"auths": {"` + reg.host + `": {"auth": "czNjcmV0"}}}`, "auth is not user:password in Base64"},
		{`[]`, "is not JSON in the format"},
	} {
		r := newResolver(t, nil)
		name := credentials(t, object{})
		if err := os.WriteFile(name, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := one(t, r, reg.host+"/public/app:1", image.AskDigest); got.Failure != nil {
			t.Error(got.Failure)
		}
		if w := r.Warnings(); len(w) != 1 || !strings.Contains(w[0], c.warning) || strings.Contains(w[0], "s3cret") {
			t.Errorf("warnings are %q", w)
		}
		if _, err := New(Options{Credentials: name}); c.content == `[]` && err == nil || err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("error is %v", err)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", credential{password: "s3cret"}, credential{password: "s3cret"}, credential{password: "s3cret"}); strings.Contains(s, "s3cret") {
		t.Error(s)
	}
}
