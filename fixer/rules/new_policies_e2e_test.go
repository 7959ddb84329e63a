//go:build e2e

package rules_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/oakum-sec/oakum/templates"
)

const digest = "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// The sentences with which the policies of new services refuse pods.
const (
	byDigest     = "Images are named by digest"
	byRegistry   = "Images come from registry.example.com"
	privileged   = "No container is privileged"
	readOnly     = "The root filesystem of every container is read-only"
	capabilities = "Every container drops all capabilities"
	tokens       = "No pod is given a service account token"
	escalation   = "No container can gain privileges"
	root         = "No container runs as root"
	seccomp      = "Every container has a seccomp profile"
	node         = "No pod shares the network or the processes of its node"
	directories  = "No pod mounts a directory of its node"
)

// A badPod is what is changed in the pod of a new service, and why it is refused; "" for one that
// is taken.
type badPod struct {
	name   string
	change func(spec map[string]any)
	why    string
}

// applicationOf is the container of the service in its pod.
func applicationOf(spec map[string]any) map[string]any {
	return spec["containers"].([]any)[0].(map[string]any)
}

func security(spec map[string]any) map[string]any {
	return applicationOf(spec)["securityContext"].(map[string]any)
}

func ofPod(spec map[string]any) map[string]any { return spec["securityContext"].(map[string]any) }

// another adds a container like the first one, with another name, to a list.
func another(spec map[string]any, list, name string) map[string]any {
	copied := clone(applicationOf(spec))
	copied["name"] = name
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "ports"} {
		delete(copied, probe)
	}
	old, _ := spec[list].([]any)
	spec[list] = append(append([]any{}, old...), copied)
	return copied
}

func clone(of map[string]any) map[string]any {
	data, err := json.Marshal(of)
	if err != nil {
		panic(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		panic(err)
	}
	return out
}

var badPods = []badPod{
	{"as it is deployed by digest", func(map[string]any) {}, ""},
	{"a tag", func(s map[string]any) { applicationOf(s)["image"] = "registry.example.com/api:0.1.0" }, byDigest},
	{"half a digest", func(s map[string]any) { applicationOf(s)["image"] = "registry.example.com/api@sha256:aaaa" }, byDigest},
	{"another registry", func(s map[string]any) { applicationOf(s)["image"] = "docker.io/library/nginx" + digest }, byRegistry},
	{"a registry that begins like it", func(s map[string]any) { applicationOf(s)["image"] = "registry.example.com.evil.example/api" + digest }, byRegistry},
	{"the registry as a path", func(s map[string]any) { applicationOf(s)["image"] = "evil.example/registry.example.com/api" + digest }, byRegistry},
	{"privileged", func(s map[string]any) {
		security(s)["privileged"] = true
		delete(security(s), "allowPrivilegeEscalation") // invalid beside it
	}, privileged},
	{"a writable root filesystem", func(s map[string]any) { security(s)["readOnlyRootFilesystem"] = false }, readOnly},
	{"nothing said of the root filesystem", func(s map[string]any) { delete(security(s), "readOnlyRootFilesystem") }, readOnly},
	{"one capability dropped", func(s map[string]any) { security(s)["capabilities"] = map[string]any{"drop": []any{"NET_RAW"}} }, capabilities},
	{"no capability dropped", func(s map[string]any) { delete(security(s), "capabilities") }, capabilities},
	{"no settings", func(s map[string]any) { delete(applicationOf(s), "securityContext") }, readOnly},
	{"a token", func(s map[string]any) { s["automountServiceAccountToken"] = true }, tokens},
	{"a token by default", func(s map[string]any) { delete(s, "automountServiceAccountToken") }, tokens},
	{"a capability more", func(s map[string]any) {
		security(s)["capabilities"] = map[string]any{"drop": []any{"ALL"}, "add": []any{"SYS_ADMIN"}}
	}, capabilities},
	{"the capability that the restricted standard allows", func(s map[string]any) {
		security(s)["capabilities"] = map[string]any{"drop": []any{"ALL"}, "add": []any{"NET_BIND_SERVICE"}}
	}, ""},
	{"more privileges", func(s map[string]any) { security(s)["allowPrivilegeEscalation"] = true }, escalation},
	{"nothing said of privileges", func(s map[string]any) { delete(security(s), "allowPrivilegeEscalation") }, escalation},
	{"nothing said of the user", func(s map[string]any) { delete(ofPod(s), "runAsNonRoot") }, root},
	{"root in a container", func(s map[string]any) { security(s)["runAsNonRoot"] = false }, root},
	{"user 0 in a container", func(s map[string]any) { security(s)["runAsUser"] = 0 }, root},
	{"user 0 in the pod", func(s map[string]any) { ofPod(s)["runAsUser"] = 0 }, root},
	{"the user of the container alone", func(s map[string]any) {
		delete(ofPod(s), "runAsNonRoot")
		security(s)["runAsNonRoot"] = true
	}, ""},
	{"no seccomp profile", func(s map[string]any) { delete(ofPod(s), "seccompProfile") }, seccomp},
	{"no seccomp in a container", func(s map[string]any) {
		security(s)["seccompProfile"] = map[string]any{"type": "Unconfined"}
	}, seccomp},
	{"a seccomp profile of the node", func(s map[string]any) {
		security(s)["seccompProfile"] = map[string]any{"type": "Localhost", "localhostProfile": "api.json"}
	}, ""},
	{"the network of the node", func(s map[string]any) {
		s["hostNetwork"] = true
		delete(applicationOf(s), "ports") // which would be ports of the node
	}, node},
	{"the processes of the node", func(s map[string]any) { s["hostPID"] = true }, node},
	{"a port of the node", func(s map[string]any) {
		applicationOf(s)["ports"].([]any)[0].(map[string]any)["hostPort"] = 8080
	}, node},
	{"a directory of the node", func(s map[string]any) {
		s["volumes"] = append(s["volumes"].([]any), map[string]any{"name": "host", "hostPath": map[string]any{"path": "/"}})
	}, directories},
	{"an init container like it", func(s map[string]any) { another(s, "initContainers", "first") }, ""},
	{"an init container by tag", func(s map[string]any) {
		another(s, "initContainers", "first")["image"] = "registry.example.com/api:1"
	}, byDigest},
	{"a second container that is privileged", func(s map[string]any) {
		c := another(s, "containers", "second")
		c["securityContext"] = map[string]any{"privileged": true, "readOnlyRootFilesystem": true, "capabilities": map[string]any{"drop": []any{"ALL"}}}
	}, privileged},
}

// meshPods are about the proxy that Linkerd adds to pods.
var meshPods = []badPod{
	{"the proxy", func(s map[string]any) {
		another(s, "initContainers", "linkerd-proxy")["image"] = "cr.l5d.io/linkerd/proxy:edge-26.1.1"
	}, ""},
	{"another image by the name of the proxy", func(s map[string]any) {
		another(s, "initContainers", "linkerd-proxy")["image"] = "docker.io/library/nginx:1"
	}, byDigest},
	{"the image of the proxy by another name", func(s map[string]any) {
		another(s, "containers", "web")["image"] = "cr.l5d.io/linkerd/proxy:edge-26.1.1"
	}, byDigest},
	{"a proxy that is writable", func(s map[string]any) {
		c := another(s, "containers", "linkerd-proxy")
		c["image"] = "cr.l5d.io/linkerd/proxy:edge-26.1.1"
		c["securityContext"].(map[string]any)["readOnlyRootFilesystem"] = false
	}, readOnly},
}

// TestPoliciesRefuseBadPods creates the policies of new services, and asks for pods in their
// namespace: that of the service is taken, and every other is refused by the sentence that says
// why. The namespace has no level of Pod Security here, so that only the policies speak.
func TestPoliciesRefuseBadPods(t *testing.T) {
	s := startAPIServer(t)
	for mesh, cases := range map[string][]badPod{"none": badPods, "linkerd": append(meshPods, badPods...)} {
		spec := s.serve(t, "web-"+mesh, "cluster=plain", "admission=native", "registry=registry.example.com", "namespace=web-"+mesh, "mesh="+mesh)
		for _, c := range cases {
			changed := clone(spec)
			c.change(changed)
			status := s.ask(t, "web-"+mesh, changed)
			switch refused := strings.Contains(status.Message, "ValidatingAdmissionPolicy 'api-pods'"); {
			case c.why == "" && status.Status != metav1.StatusSuccess:
				t.Errorf("%s: %s is refused: %s", mesh, c.name, status.Message)
			case c.why != "" && (!refused || !strings.Contains(status.Message, c.why)):
				t.Errorf("%s: %s: %q, want to read %q", mesh, c.name, status.Message, c.why)
			}
		}
		t.Logf("mesh %s: %d pods were asked for", mesh, len(cases))
		s.debug(t, "web-"+mesh, spec)
	}
	bad := clone(s.serve(t, "other", "cluster=plain", "admission=native", "registry=registry.example.com", "namespace=elsewhere"))
	applicationOf(bad)["image"] = "docker.io/library/nginx:1"
	if status := s.ask(t, "other", bad); status.Status != metav1.StatusSuccess {
		t.Errorf("a pod of another namespace is refused: %s", status.Message)
	}
}

// serve creates a namespace and the policies of a service, and returns its pod by digest, once
// the policies are in force.
func (s *apiServer) serve(t *testing.T, namespace string, settings ...string) map[string]any {
	t.Helper()
	stack := templates.Stacks()[0]
	o := templates.Defaults(stack)
	o.Name = "api"
	for _, set := range settings {
		name, value, _ := strings.Cut(set, "=")
		if err := o.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	service, err := templates.Render(stack, o)
	if err != nil {
		t.Fatal(err)
	}
	s.create(t, map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": namespace}})
	var spec map[string]any
	for _, f := range service.Files {
		for doc := range strings.SplitSeq(string(f.Content), "\n---\n") {
			var object map[string]any
			switch f.Path {
			case "deploy/deployment.yaml", "deploy/policies/pods.yaml":
				if err := yaml.Unmarshal([]byte(doc), &object); err != nil {
					t.Fatal(err)
				}
			}
			switch object["kind"] {
			case "Deployment":
				spec = object["spec"].(map[string]any)["template"].(map[string]any)["spec"].(map[string]any)
			case "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding":
				s.create(t, object)
			}
		}
	}
	image := applicationOf(spec)["image"].(string)
	applicationOf(spec)["image"] = image[:strings.LastIndex(image, ":")] + digest
	bad := clone(spec)
	applicationOf(bad)["image"] = image
	for end := time.Now().Add(readyWithin); o.Namespace == namespace; time.Sleep(200 * time.Millisecond) {
		if s.ask(t, namespace, bad).Status != metav1.StatusSuccess {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the policies of %s are not in force after %s", namespace, readyWithin)
		}
	}
	return spec
}

// create stores an object; one of a former service goes before.
func (s *apiServer) create(t *testing.T, object map[string]any) {
	t.Helper()
	body, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	r := s.kinds[object["apiVersion"].(string)+" "+object["kind"].(string)]
	name := object["metadata"].(map[string]any)["name"].(string)
	if object["kind"] != "Namespace" {
		if _, _, err := s.send(t.Context(), http.MethodDelete, r.path("")+"/"+name, nil); err != nil {
			t.Fatal(err)
		}
	}
	if code, answer, err := s.send(t.Context(), http.MethodPost, r.path(""), body); err != nil || code != http.StatusCreated {
		t.Fatalf("%s: %d %s %v", name, code, answer, err)
	}
}

// ask asks for a pod in a namespace, which is not stored.
func (s *apiServer) ask(t *testing.T, namespace string, spec map[string]any) metav1.Status {
	t.Helper()
	pod := map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "pod"}, "spec": spec}
	status, err := s.dryRun(t.Context(), s.kinds["v1 Pod"].path(namespace), pod, "Strict")
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// debug stores a pod, and adds a container to it as kubectl debug does: one by tag is refused, too.
func (s *apiServer) debug(t *testing.T, namespace string, spec map[string]any) {
	t.Helper()
	pod := map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "debugged"}, "spec": clone(spec)}
	body, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	path := s.kinds["v1 Pod"].path(namespace)
	code, answer, err := s.send(t.Context(), http.MethodPost, path, body)
	if err != nil || code != http.StatusCreated {
		t.Fatalf("%d %s %v", code, answer, err)
	}
	for image, want := range map[string]bool{"registry.example.com/tools" + digest: true, "registry.example.com/tools:1": false, "docker.io/library/busybox" + digest: false} {
		var stored map[string]any
		if err := json.Unmarshal(answer, &stored); err != nil {
			t.Fatal(err)
		}
		stored["spec"].(map[string]any)["ephemeralContainers"] = []any{map[string]any{"name": "shell", "image": image, "securityContext": clone(security(spec))}}
		body, err := json.Marshal(stored)
		if err != nil {
			t.Fatal(err)
		}
		code, said, err := s.send(t.Context(), http.MethodPut, path+"/debugged/ephemeralcontainers?dryRun=All", body)
		if refused := strings.Contains(string(said), "ValidatingAdmissionPolicy 'api-pods'"); err != nil || refused == want || want && code != http.StatusOK {
			t.Errorf("a container of %s is added: %d %s %v", image, code, said, err)
		}
	}
}
