//go:build e2e

package rules_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
)

// The namespaces that objects are submitted to.
const (
	enforcing = "oakum-restricted" // a pod that is not restricted is an error
	lenient   = "oakum-privileged" // every pod is allowed; only validation speaks
)

// A resource is where objects of one kind are submitted.
type resource struct {
	prefix, name string // "/apis/apps/v1", "deployments"
	namespaced   bool
}

func (r resource) path(namespace string) string {
	if r.namespaced {
		return r.prefix + "/namespaces/" + namespace + "/" + r.name
	}
	return r.prefix + "/" + r.name
}

// A fault is one thing the API server has against an object.
type fault struct {
	place string // the field, "spec.template.spec.containers[0].image"; "" when it names none
	kind  string // the API's word for it, "FieldValueInvalid"
	text  string // in the API server's words
}

func (f fault) String() string {
	if f.place == "" {
		return f.text
	}
	return f.place + ": " + f.text
}

// A ruling is what Pod Security says of a pod, in the namespace that enforces
// the restricted standard.
type ruling struct {
	allowed bool
	reasons []string // why not, one for each control
	faults  []fault  // the pod is invalid, so Pod Security was not asked
}

// learn finds out which kinds the API server has.
func (s *apiServer) learn(t *testing.T) {
	t.Helper()
	versions := []string{"/api/v1"}
	var groups metav1.APIGroupList
	s.get(t, "/apis", &groups)
	for _, g := range groups.Groups {
		for _, v := range g.Versions {
			versions = append(versions, "/apis/"+v.GroupVersion)
		}
	}
	s.kinds = map[string]resource{}
	for _, prefix := range versions {
		var list metav1.APIResourceList
		s.get(t, prefix, &list)
		for _, r := range list.APIResources {
			if slices.Contains(r.Verbs, "create") && !strings.Contains(r.Name, "/") {
				s.kinds[list.GroupVersion+" "+r.Kind] = resource{prefix, r.Name, r.Namespaced}
			}
		}
	}
}

// discover learns which kinds the API server has, and makes the namespaces.
func (s *apiServer) discover(t *testing.T) {
	t.Helper()
	s.learn(t)
	for name, level := range map[string]podsecurity.Level{enforcing: podsecurity.Restricted, lenient: podsecurity.Privileged} {
		body, err := json.Marshal(map[string]any{
			"apiVersion": "v1", "kind": "Namespace",
			"metadata": map[string]any{"name": name, "labels": map[string]any{
				"pod-security.kubernetes.io/enforce":         level,
				"pod-security.kubernetes.io/enforce-version": podsecurity.Version,
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if code, answer, err := s.send(t.Context(), http.MethodPost, "/api/v1/namespaces", body); err != nil || code != http.StatusCreated {
			t.Fatalf("namespace %s: %d %s %v", name, code, answer, err)
		}
	}
}

// submit asks whether an object would be created, by a dry run, and returns
// what speaks against it, sorted by place. Unknown and duplicate fields do, as
// they do for kubectl. known is false, and nothing asked, when the API server
// does not have the kind.
func (s *apiServer) submit(ctx context.Context, object map[string]any) (known bool, faults []fault, err error) {
	r, known := s.kinds[fmt.Sprintf("%v %v", object["apiVersion"], object["kind"])]
	if !known {
		return false, nil, nil
	}
	if meta, ok := object["metadata"].(map[string]any); ok && r.namespaced {
		meta = maps.Clone(meta)
		meta["namespace"] = lenient // its own is not in this cluster
		object = maps.Clone(object)
		object["metadata"] = meta
	}
	seen := map[fault]bool{}
	// An object with a field too many is refused before its values are looked
	// at: the second question leaves the first one's answer aside.
	for _, fields := range []string{"Strict", "Ignore"} {
		status, err := s.dryRun(ctx, r.path(lenient), object, fields)
		if err != nil {
			return true, nil, err
		}
		for _, f := range faultsOf(status) {
			seen[f] = true
		}
		if !strings.Contains(status.Message, strictError) {
			break
		}
	}
	faults = slices.SortedFunc(maps.Keys(seen), func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.kind, b.kind), cmp.Compare(a.text, b.text))
	})
	return true, faults, nil
}

// admit asks for Pod Security's ruling on the pods that a template makes.
func (s *apiServer) admit(ctx context.Context, meta map[string]any, spec any) (ruling, error) {
	name := map[string]any{"name": "pod"}
	for _, key := range []string{"labels", "annotations"} {
		if v, ok := meta[key]; ok {
			name[key] = v
		}
	}
	pod := map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": name, "spec": spec}
	status, err := s.dryRun(ctx, resource{"/api/v1", "pods", true}.path(enforcing), pod, "Ignore")
	switch {
	case err != nil:
		return ruling{}, err
	case status.Status == metav1.StatusSuccess:
		return ruling{allowed: true}, nil
	case status.Reason == metav1.StatusReasonForbidden:
		if _, violations, ok := strings.Cut(status.Message, "violates PodSecurity "); ok {
			_, violations, _ = strings.Cut(violations, ": ")
			return ruling{reasons: splitReasons(violations)}, nil
		}
	}
	return ruling{faults: faultsOf(status)}, nil
}

// dryRun creates an object without storing it. The status is Success also for
// one whose name is taken: the API server has found it valid before it looks.
func (s *apiServer) dryRun(ctx context.Context, path string, object any, fields string) (metav1.Status, error) {
	body, err := json.Marshal(object)
	if err != nil {
		return metav1.Status{}, err
	}
	code, answer, err := s.send(ctx, http.MethodPost, path+"?dryRun=All&fieldValidation="+fields, body)
	if err != nil {
		return metav1.Status{}, err
	}
	if code == http.StatusCreated || code == http.StatusConflict {
		return metav1.Status{Status: metav1.StatusSuccess}, nil
	}
	var status metav1.Status
	if err := json.Unmarshal(answer, &status); err != nil || status.Status != metav1.StatusFailure || code >= http.StatusInternalServerError {
		return status, fmt.Errorf("the API server answers %d to %s: %.300s", code, path, answer)
	}
	return status, nil
}

func (s *apiServer) get(t *testing.T, path string, into any) {
	t.Helper()
	code, answer, err := s.send(t.Context(), http.MethodGet, path, nil)
	if err != nil || code != http.StatusOK {
		t.Fatalf("%s: %d %v", path, code, err)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func (s *apiServer) send(ctx context.Context, method, path string, body []byte) (code int, answer []byte, err error) {
	q, err := http.NewRequestWithContext(ctx, method, s.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	q.Header.Set("Authorization", "Bearer "+s.token)
	q.Header.Set("Content-Type", "application/json")
	a, err := s.http.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer a.Body.Close()
	answer, err = io.ReadAll(a.Body)
	return a.StatusCode, answer, err
}

// strictError stands before the fields that an object should not have, each of
// which is a fault of the kind strictFault.
const (
	strictError = "strict decoding error: "
	strictFault = "Strict"
)

func faultsOf(status metav1.Status) []fault {
	if status.Status == metav1.StatusSuccess {
		return nil
	}
	var out []fault
	if _, fields, ok := strings.Cut(status.Message, strictError); ok {
		for _, f := range strings.Split(fields, ", ") {
			out = append(out, fault{kind: strictFault, text: f})
		}
		return out
	}
	if status.Details != nil {
		for _, c := range status.Details.Causes {
			out = append(out, fault{place: c.Field, kind: string(c.Type), text: c.Message})
		}
	}
	if len(out) == 0 {
		out = append(out, fault{kind: string(status.Reason), text: status.Message})
	}
	return out
}

// splitReasons takes "reason (details), reason (details)" apart and keeps the
// reasons, which name no container.
func splitReasons(violations string) []string {
	var out []string
	var reason strings.Builder
	depth := 0
	for _, r := range violations + "," {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case depth > 0:
		case r == ',':
			out = append(out, strings.TrimSpace(reason.String()))
			reason.Reset()
		default:
			reason.WriteRune(r)
		}
	}
	return out
}
