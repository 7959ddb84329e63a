package templates

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"
)

// A Service is what is written for one.
type Service struct {
	Stack   *Stack
	Options Options
	Files   []File // sorted by path
}

// A File is one of a service.
type File struct {
	Path    string // relative to the directory of the service, with forward slashes
	Content []byte
}

//go:embed all:files
var embedded embed.FS

// databaseName is the name of the database beside the service.
const databaseName = "database"

// grace is how many seconds a service has to finish what it has begun; after stopAfter it
// is killed.
const (
	grace     = 10
	stopAfter = 15
	preStop   = 5
)

// Defaults are the options of a stack where nothing is chosen. The name is missing.
func Defaults(s *Stack) *Options {
	return &Options{
		Port: 8080, UID: s.uid, Registry: "registry.example.com", RegistryFiles: "none",
		Cluster: "kustomize", Expose: "none", EdgeNamespace: "gateway", Autoscaling: "none",
		Pipeline: "github", Scanner: "trivy", Signing: "cosign", BuildPolicy: "none", Updates: "renovate", Admission: "none", Audit: "none", Mesh: "none", Secrets: "kubernetes",
	}
}

// Render returns the files of a service. The error says which of the options is not
// valid.
func Render(s *Stack, o *Options) (*Service, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	return render(view{Options: *o, Stack: s})
}

// An Application is one that is there, as far as its container files depend on it.
type Application struct {
	Dockerfile []byte
	Ignored    bool // it has a .dockerignore
	ReadsPort  bool // it listens on what the variable PORT says
	Checked    bool // the Dockerfile has a HEALTHCHECK
}

// Contain returns the container files of an application that is there, whose stack resembles
// one of these. The error says which of the options is not valid.
func Contain(s *Stack, o *Options, a *Application) (*Service, error) {
	if o.Database != "" {
		return nil, fmt.Errorf("database: an application that is there says itself which database it has")
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	service, err := render(view{Options: *o, Stack: s, App: a})
	if err != nil {
		return nil, err
	}
	service.Files = append(service.Files, File{"Dockerfile", a.Dockerfile})
	if o.BuildPolicy == "none" {
		return service.sorted(), nil
	}
	policy, err := execute(buildPolicy, view{Options: *o, Stack: s, App: a, repositories: repositoriesOf(a.Dockerfile)})
	if err != nil {
		return nil, err
	}
	service.Files = append(service.Files, File{"Dockerfile.rego", policy})
	return service.sorted(), nil
}

// sorted is the service with its files sorted by path.
func (service *Service) sorted() *Service {
	slices.SortFunc(service.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return service
}

// Ignored is the .dockerignore of an application that has none.
func Ignored() []byte {
	data, err := execute("files/shared/contained/.dockerignore.tmpl", view{})
	if err != nil {
		panic(err) // it depends on nothing
	}
	return data
}

func render(v view) (*Service, error) {
	if v.Namespace == "" {
		v.Namespace = v.Name
	}
	chosen, err := choose(v)
	if err != nil {
		return nil, err
	}
	service := &Service{Stack: v.Stack, Options: v.Options}
	for _, p := range slices.Sorted(maps.Keys(chosen)) {
		content, err := execute(chosen[p], v)
		if err != nil {
			return nil, err
		}
		service.Files = append(service.Files, File{Path: p, Content: content})
		if p == "Dockerfile" && v.BuildPolicy != "none" {
			v.repositories = repositoriesOf(content)
			policy, err := execute(buildPolicy, v)
			if err != nil {
				return nil, err
			}
			service.Files = append(service.Files, File{Path: "Dockerfile.rego", Content: policy})
		}
	}
	return service.sorted(), nil
}

// choose returns the templates of a service by the path of the file that each makes.
func choose(v view) (map[string]string, error) {
	chosen := map[string]string{}
	layers := []layer{{from: "shared/service"}}
	for _, l := range v.Stack.layers {
		layers = append(layers, layer{from: "stacks/" + l})
	}
	if v.App != nil {
		layers = []layer{{from: "shared/service", only: []string{"compose.yaml"}}}
		if !v.App.Ignored {
			layers = append(layers, layer{from: "shared/contained"})
		}
	}
	switch v.Cluster {
	case "kustomize":
		layers = append(layers, layer{from: "shared/kustomize", to: "deploy/"}, layer{from: "shared/cluster", to: "deploy/base/", only: v.Objects()})
	case "plain":
		layers = append(layers, layer{from: "shared/cluster", to: "deploy/", only: v.Objects()})
	}
	if v.Admission == "native" || v.Admission == "sigstore" { // which is about images alone
		layers = append(layers, layer{from: "shared/admission/native", to: "deploy/policies/"})
	}
	if v.Admission == "kyverno" || v.Admission == "sigstore" {
		layers = append(layers, layer{from: "shared/admission/" + v.Admission, to: "deploy/policies/"})
	}
	if v.Audit != "none" {
		layers = append(layers, layer{from: "shared/audit", to: "deploy/audit/"})
	}
	if v.RegistryFiles != "none" {
		layers = append(layers, layer{from: "shared/registry/" + v.RegistryFiles, to: "registry/"})
	}
	for _, name := range v.pipeline() {
		layers = append(layers, layer{from: "shared/pipeline/" + name})
	}
	for _, l := range layers {
		if err := l.add(chosen); err != nil {
			return nil, err
		}
	}
	return chosen, nil
}

// A layer is a directory of templates whose files a service has.
type layer struct {
	from string   // below files
	to   string   // what the paths of its files begin with
	only []string // the files that are taken; nil for all
}

func (l layer) add(chosen map[string]string) error {
	root := "files/" + l.from
	return fs.WalkDir(embedded, root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimSuffix(strings.TrimPrefix(p, root+"/"), ".tmpl")
		if l.only == nil || slices.Contains(l.only, name) {
			chosen[l.to+name] = p
		}
		return nil
	})
}

// parsed are the templates by their paths, with those that they share.
var parsed = sync.OnceValues(func() (*template.Template, error) {
	all := template.New("").Delims("<%", "%>").Option("missingkey=error").Funcs(template.FuncMap{"limits": newLimits, "action": pinned, "scanned": scanned})
	err := fs.WalkDir(embedded, "files", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(embedded, p)
		if err != nil {
			return err
		}
		_, err = all.New(p).Parse(string(data))
		return err
	})
	return all, err
})

func execute(name string, v view) ([]byte, error) {
	all, err := parsed()
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	if err := all.ExecuteTemplate(&b, name, v); err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	return []byte(b.String()), nil
}

// A view is what templates see.
type view struct {
	Options
	Stack *Stack
	App   *Application // the one that is there; nil for a new one

	repositories []string // of the images that the Dockerfile names, for its policy
}

// ReadsPort reports whether the service listens on what the variable PORT says.
func (v view) ReadsPort() bool { return v.App == nil || v.App.ReadsPort }

// Checked reports whether the image has a HEALTHCHECK.
func (v view) Checked() bool { return v.App == nil || v.App.Checked }

// Image is the name of the image, without a tag.
func (v view) Image() string { return v.Registry + "/" + v.Name }

// Version is that of the language.
func (v view) Version() string { return v.Stack.Version() }

// Tool is the version of a tool.
func (v view) Tool(name string) (string, error) {
	if version, ok := v.Stack.tools[name]; ok {
		return version, nil
	}
	return "", fmt.Errorf("stack %s has no version of %s", v.Stack.Name, name)
}

// Base is an image that the service is made of, or runs beside.
func (v view) Base(of string) (string, error) {
	pattern, ok := map[string]string{"build": v.Stack.build, "run": v.Stack.run, "database": databaseImage}[of]
	if !ok || pattern == "" {
		return "", fmt.Errorf("stack %s has no image to %s", v.Stack.Name, of)
	}
	return v.Stack.image(pattern), nil
}

// Health is the command that checks the health of the service in its container.
func (v view) Health() []string {
	if v.Stack.Health != nil {
		return v.Stack.Health
	}
	return []string{"wget", "-q", "-O", "/dev/null", "http://127.0.0.1:" + strconv.Itoa(v.Port) + "/healthz"}
}

// Start is how many seconds the service may take until it answers.
func (v view) Start() int { return v.Stack.Start }

// Grace and StopAfter are seconds: to finish what has begun, and until it is killed.
func (v view) Grace() int     { return grace }
func (v view) StopAfter() int { return stopAfter }

// DatabaseName is the name of the database and of its owner.
func (v view) DatabaseName() string { return strings.ReplaceAll(v.Name, "-", "_") }

// Module is the path of a Go module.
func (v view) Module() string {
	if _, path, ok := strings.Cut(strings.TrimSuffix(strings.Trim(v.Source, "/"), ".git"), "://"); ok && !strings.Contains(path, ":") {
		return path
	}
	return "example.com/" + v.Name
}

// Objects are the files with objects of the cluster, in the order in which they are applied.
func (v view) Objects() []string {
	out := []string{"namespace.yaml", "serviceaccount.yaml", "networkpolicy.yaml", "deployment.yaml", "service.yaml", "poddisruptionbudget.yaml"}
	if file, ok := map[string]string{"external-secrets": "externalsecret.yaml", "csi": "secretproviderclass.yaml"}[v.Secrets]; ok {
		out = slices.Insert(out, 3, file)
	}
	if v.Exposed() {
		out = append(out, v.Expose+".yaml")
	}
	switch v.Mesh {
	case "istio":
		out = append(out, "peerauthentication.yaml", "authorizationpolicy.yaml")
	case "linkerd":
		out = append(out, "server.yaml")
	}
	if v.Autoscales() {
		out = append(out, "horizontalpodautoscaler.yaml")
	}
	return out
}

// Exposed and Autoscales report what was chosen.
func (v view) Exposed() bool    { return v.Expose != "none" }
func (v view) IsIngress() bool  { return v.Expose == "ingress" }
func (v view) Autoscales() bool { return v.Autoscaling != "none" }

// Meshed reports whether the namespace is in a mesh, and MeshPort is the port to which connections
// between pods of the mesh go, whatever port they are for; 0 without a mesh.
func (v view) Meshed() bool { return v.Mesh != "none" }

func (v view) MeshPort() int { return map[string]int{"istio": 15008, "linkerd": 4143}[v.Mesh] }

// SecretStored reports whether the password is in a store outside of the cluster.
func (v view) SecretStored() bool { return v.Secrets != "kubernetes" }

// PreStop is how many seconds a pod goes on when it is told to stop, until no requests are
// sent to it any more, and PodGrace how many it has in all.
func (v view) PreStop() int  { return preStop }
func (v view) PodGrace() int { return preStop + stopAfter }

// Storage is how many MiB of the node's disk a pod may use: what /tmp holds, and logs.
func (v view) Storage() int { return v.Stack.Tmp + 64 }

// Support says in one sentence until when what the image is made of is supported.
func (v view) Support() string {
	var parts []string
	for _, r := range v.Stack.Support() {
		if r.End != "" {
			r.Of += " until " + r.End
		}
		parts = append(parts, r.Of)
	}
	return "The image is made of what receives security updates: " + strings.Join(parts, ", ") + "."
}

// limits are what a container may use.
type limits struct {
	Memory int // MiB
	CPUs   string
	PIDs   int
}

func newLimits(memory int, cpus string, pids int) limits { return limits{memory, cpus, pids} }
