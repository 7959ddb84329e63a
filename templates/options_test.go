package templates_test

import (
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/languagetest"
	"github.com/oakum-sec/oakum/templates"
)

// TestValuesAreChecked: what could mean something else in one of the files is refused.
func TestValuesAreChecked(t *testing.T) {
	for set, ok := range map[string]bool{
		"name=shop-2": true, "name=a": true, "name=" + strings.Repeat("a", 50): true,
		"name=" + strings.Repeat("a", 51): false, "name=2shop": false, "name=shop-": false, "name=Shop": false, "name=": false,
		"name=a\nb": false, "name=a_b": false, "name=null": false, "name=../x": false, "name=$HOME": false,
		"port=1024": true, "port=65535": true, "port=1023": false, "port=65536": false, "port=+8080": false, "port=8080 ": false, "port=": false,
		"uid=1": true, "uid=0": false, "uid=-1": false, "uid=2147483648": false, "uid=nobody": false,
		"registry=ghcr.io/acme": true, "registry=localhost:5000": true, "registry=acme": false, "registry=https://ghcr.io": false,
		"registry=*.example.com": false, "registry=ghcr.io/acme:1": false, "registry=ghcr.io/$(id)": false, "registry=": false,
		"registry=" + strings.Repeat("a", 64) + ".example.com": false, "registry=ghcr.io/" + strings.Repeat("a/", 96) + "a": false, "registry=ghcr.io/" + strings.Repeat("a/", 95) + "aa": true,
		"source=https://github.com/acme/web": true, "source=": true, "source=git@github.com:acme/web": false,
		"source=https://example.com/\"": false, "source=https://example.com/<%": false, "source=https://example.com/a b": false, "source=https://": false,
		"source=https://github.com": false, "source=https://github.com/acme": false, "source=https://github.com/acme/web.git": true, "source=https://github.com/acme/web/tree/main": false,
		"source=https://github.com/acme/..": false, "source=https://gitlab.com/acme/group/web": true, "source=https://git.example.com": false,
		"database=postgres": true, "database=none": true, "database=": false, "database=mysql": false,
		"cluster=plain": true, "cluster=helm": false, "namespace=web": true, "namespace=kube system": false,
		"namespace=kube-system": false, "namespace=default": false, "registry=[::1]:5000/acme": false,
		"expose=ingress": true, "expose=nodeport": false, "autoscaling=cpu": true, "autoscaling=memory": false,
		"host=shop.example.com": true, "host=shop": false, "host=*.example.com": false, "host=10.0.0.1": false,
		"host=Shop.example.com": false, "host=a..b": false, "host=-a.example.com": false, "host=a.example.com:80": false,
		"nothing=1": false,
	} {
		o := templates.Defaults(templates.Stacks()[0])
		key, value, _ := strings.Cut(set, "=")
		if err := o.Set(key, value); (err == nil) != ok {
			t.Errorf("%q: %v, want ok %v", set, err, ok)
		}
	}
}

// TestValuesGoTogether: what is valid alone may not be beside another.
func TestValuesGoTogether(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{"name=database database=postgres", "name: \"database\" is what the database is called here"},
		{"name=default", "namespace: \"default\" is a namespace of Kubernetes itself"},
		{"expose=ingress", "host: the service needs one to be exposed"},
		{"host=shop.example.com", "needs --expose"},
		{"cluster=none expose=ingress host=shop.example.com", "without manifests"},
		{"cluster=none autoscaling=cpu", "without manifests"},
		{"cluster=none admission=native", "without manifests"},
		{"pipeline=gitlab updates=dependabot", "use renovate"},
		{"cluster=none mesh=istio", "without manifests"},
		{"mesh=linkerd admission=kyverno source=https://github.com/acme/web", "mesh: the proxy that Linkerd adds"},
		{"mesh=istio port=15008", "port: 15008 is one of istio itself"},
		{"mesh=linkerd port=4191", "port: 4191 is one of linkerd itself"},
		{"mesh=linkerd uid=2102", "uid: 2102 is the user of Linkerd's proxy"},
		{"expose=ingress host=shop.example.com edge-namespace=api", "edge-namespace: \"api\" is that of the service"},
		{"signing=notation pipeline=gitlab", "signing: notation is written for --pipeline github"},
		{"signing=notation admission=sigstore source=https://github.com/acme/web", "needs --signing cosign"},
		{"signing=cosign-key admission=kyverno source=https://github.com/acme/web", "needs --signing cosign"},
		{"registry-files=ecr", "is not one of the kind ecr"},
		{"registry-files=acr registry=acmeimages.azurecr.io", "source: the pipeline of one repository may push"},
		{"registry-files=acr registry=acmeimages.azurecr.io pipeline=gitlab", "needs --pipeline github"},
		{"secrets=csi", "needs --database and manifests"},
		{"secrets=csi database=postgres cluster=none", "needs --database and manifests"},
		{"admission=kyverno", "source: signatures are those of a repository"},
		{"admission=kyverno source=https://git.example.com/acme/web", "is not on github.com"},
		{"admission=sigstore pipeline=none source=https://github.com/acme/web", "needs --pipeline github or gitlab"},
		{"admission=kyverno pipeline=github-builder source=https://github.com/acme/web", "needs --pipeline github or gitlab"},
	} {
		o := templates.Defaults(templates.Stacks()[0])
		o.Name = "api"
		for set := range strings.FieldsSeq(c.set) {
			key, value, _ := strings.Cut(set, "=")
			if err := o.Set(key, value); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := templates.Render(templates.Stacks()[0], o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.set, err, c.want)
		}
	}
}

// TestDefaultsAreValid: what is chosen for a person could have been chosen by one, and the
// values are those that the settings show.
func TestDefaultsAreValid(t *testing.T) {
	for _, s := range templates.Stacks() {
		o := templates.Defaults(s)
		o.Name = "api"
		for _, setting := range templates.Settings() {
			value := setting.Value(o)
			if value == "" {
				continue // nothing is chosen
			}
			if err := o.Set(setting.Name, value); err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
		}
	}
}

// TestStacksAreSupported: nothing begins with a release that ends within a year, and every
// image is known to the tables.
func TestStacksAreSupported(t *testing.T) {
	for _, s := range templates.Stacks() {
		if s.Version() == "" {
			t.Errorf("%s has no version", s.Name)
		}
		for _, r := range s.Support() {
			if r.End != "" && r.End < "2027-11-29" {
				t.Errorf("%s: %s ends on %s", s.Name, r.Of, r.End)
			}
		}
		for _, name := range s.Images() {
			ref, err := image.ParseReference(name)
			if err != nil || strings.ContainsAny(name, "{}") || ref.Tag == "" {
				t.Errorf("%s: image %q: %v", s.Name, name, err)
			}
		}
	}
	if got := image.ToBeginWith("nothing"); got != (image.Release{}) {
		t.Errorf("a product that is not there begins with %v", got)
	}
}

// TestRenderIsPure: equal options give equal bytes.
func TestRenderIsPure(t *testing.T) {
	for _, s := range templates.Stacks() {
		one, two := service(t, s, choices[len(choices)-1]), service(t, s, choices[len(choices)-1])
		for k := range one.Files {
			if one.Files[k].Path != two.Files[k].Path || string(one.Files[k].Content) != string(two.Files[k].Content) {
				t.Errorf("%s: %s differs from run to run", s.Name, one.Files[k].Path)
			}
		}
	}
}

// TestFilesAreTidy: no trailing blanks, no tab where the language has none, one line break
// at the end, short enough to read.
func TestFilesAreTidy(t *testing.T) {
	for _, s := range templates.Stacks() {
		for _, c := range choicesOf(s) {
			for _, f := range service(t, s, c).Files {
				body := string(f.Content)
				if !strings.HasSuffix(body, "\n") || strings.HasSuffix(body, "\n\n") {
					t.Errorf("%s/%s: %s does not end in one line break", s.Name, c.name, f.Path)
				}
				if strings.Contains(body, "\n\n\n") && !strings.HasSuffix(f.Path, ".py") {
					t.Errorf("%s/%s: %s has two empty lines", s.Name, c.name, f.Path)
				}
				for k, line := range strings.Split(body, "\n") {
					if strings.TrimRight(line, " \t\r") != line {
						t.Errorf("%s/%s: %s:%d ends in blanks", s.Name, c.name, f.Path, k+1)
					}
				}
				if n := strings.Count(body, "\n"); n > 160 {
					t.Errorf("%s/%s: %s has %d lines", s.Name, c.name, f.Path, n)
				}
			}
		}
	}
}

// TestReadmeReadsWell holds the README of services to the language of the project.
func TestReadmeReadsWell(t *testing.T) {
	for _, s := range templates.Stacks() {
		for _, c := range choicesOf(s) {
			lines := strings.Split(string(content(t, service(t, s, c), "README.md")), "\n")
			fenced := false
			for k, line := range lines {
				fence := strings.HasPrefix(line, "```")
				fenced = fenced != fence
				opens, closes := strings.HasPrefix(line, "## ") || fence && fenced, strings.HasPrefix(line, "## ") || fence && !fenced
				if opens && lines[k-1] != "" || closes && lines[k+1] != "" {
					t.Errorf("%s/%s: README.md:%d has no empty line beside it: %s", s.Name, c.name, k+1, line)
				}
			}
			for part := range strings.SplitSeq(string(content(t, service(t, s, c), "README.md")), "\n\n") {
				for _, complaint := range languagetest.Complaints(part) {
					t.Errorf("%s/%s: %s", s.Name, c.name, complaint)
				}
			}
		}
	}
}
