package referee

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	sigsyaml "sigs.k8s.io/yaml"
)

// An Object is what Kubernetes makes of one object of a manifest.
type Object struct {
	Kind, Namespace, Name string
	Line                  int // where its document begins

	// Errors are what an API server that validates fields strictly has against
	// it: fields that its kind does not have, keys that stand twice, values of a wrong
	// type. A kind that Kubernetes does not define has only the second of them.
	Errors []string

	// HasPod says that it is of a kind of Kubernetes' own that makes pods.
	// Restricted says that these meet the restricted Pod Security Standard.
	HasPod, Restricted bool
}

// ID names the object: "Deployment/web", with a namespace "Deployment/shop/web".
func (o Object) ID() string {
	if o.Namespace != "" {
		return o.Kind + "/" + o.Namespace + "/" + o.Name
	}
	return o.Kind + "/" + o.Name
}

var decoder = sync.OnceValue(func() runtime.Decoder {
	return serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
})

// Kubernetes reads the objects of a manifest as kubectl does, document by
// document. The error is that of the first document that is no YAML.
func Kubernetes(data []byte) ([]Object, error) {
	var out []Object
	var failed error
	line, rest := 1, data
	docs := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	for {
		doc, err := docs.Read()
		if errors.Is(err, io.EOF) {
			return out, failed
		}
		if err != nil {
			return out, err
		}
		if at := bytes.Index(rest, bytes.TrimRight(doc, "\n")); at >= 0 {
			line += bytes.Count(rest[:at], []byte("\n"))
			rest = rest[at:]
		}
		objects, err := decodeDocument(doc)
		if err != nil && failed == nil {
			failed = fmt.Errorf("document at line %d: %w", line, err)
		}
		for _, o := range objects {
			o.Line = line
			out = append(out, o)
		}
	}
}

// maxLists bounds Lists within Lists.
const maxLists = 4

func decodeDocument(doc []byte) ([]Object, error) {
	plain, err := sigsyaml.YAMLToJSON(doc)
	if err != nil {
		return nil, err
	}
	var duplicates []string
	if _, err := sigsyaml.YAMLToJSONStrict(doc); err != nil {
		duplicates = messages(err)
	}
	return decodeObject(plain, duplicates, 0)
}

func decodeObject(data []byte, faults []string, depth int) ([]Object, error) {
	var head metav1.PartialObjectMetadata
	var fields map[string]any
	if sigsyaml.Unmarshal(data, &fields) != nil || fields["kind"] == nil || fields["apiVersion"] == nil {
		return nil, nil // not an object, which is no fault of a file of many kinds
	}
	headErr := sigsyaml.Unmarshal(data, &head)
	if list, ok := fields["items"].([]any); ok && strings.HasSuffix(head.Kind, "List") && depth < maxLists {
		var out []Object
		for _, item := range list {
			raw, err := sigsyaml.Marshal(item)
			if err != nil {
				return nil, err
			}
			inner, err := decodeObject(raw, nil, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, inner...)
		}
		if len(out) > 0 {
			out[0].Errors = append(faults, out[0].Errors...)
		}
		return out, nil
	}
	meta := unstructured.Unstructured{Object: fields}
	o := Object{Kind: meta.GetKind(), Errors: faults}
	o.Namespace, _, _ = unstructured.NestedString(fields, "metadata", "namespace")
	if o.Name, _, _ = unstructured.NestedString(fields, "metadata", "name"); o.Name == "" {
		o.Name, _, _ = unstructured.NestedString(fields, "metadata", "generateName")
	}
	object, _, err := decoder().Decode(data, nil, nil)
	switch {
	case runtime.IsNotRegisteredError(err):
		if headErr != nil {
			o.Errors = append(o.Errors, messages(headErr)...)
		}
		return []Object{o}, nil
	case err != nil:
		o.Errors = append(o.Errors, messages(err)...)
	}
	if object == nil || err != nil && !runtime.IsStrictDecodingError(err) {
		o.HasPod = podPath(o.Kind) != nil
		return []Object{o}, nil
	}
	pod := template(object, o.Kind)
	o.HasPod = pod != nil
	o.Restricted = pod != nil && restricted(pod)
	return []Object{o}, nil
}

// position is what the words of an error say of a place in the file.
var position = regexp.MustCompile(`(?:line \d+: |\[\d+\]|, offset \d+)`)

// messages are those of an error, without the places in the file, which move.
func messages(err error) []string {
	var out []string
	list := []error{err}
	if strict, ok := runtime.AsStrictDecodingError(err); ok {
		list = strict.Errors()
	}
	for _, e := range list {
		for line := range strings.Lines(e.Error()) {
			line = strings.TrimSpace(position.ReplaceAllString(line, ""))
			if line == "" || strings.HasSuffix(line, "unmarshal errors:") || strings.HasSuffix(line, "yaml:") {
				continue
			}
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// podPath is where the pod template of a kind is; nil for kinds that make no pods.
func podPath(kind string) []string {
	switch kind {
	case "Pod":
		return []string{}
	case "PodTemplate":
		return []string{"template"}
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job":
		return []string{"spec", "template"}
	case "CronJob":
		return []string{"spec", "jobTemplate", "spec", "template"}
	}
	return nil
}

func template(object runtime.Object, kind string) *corev1.PodTemplateSpec {
	path := podPath(kind)
	if path == nil {
		return nil
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil
	}
	if len(path) > 0 {
		found := false
		if content, found, err = unstructured.NestedMap(content, path...); err != nil || !found {
			return nil
		}
	}
	out := &corev1.PodTemplateSpec{}
	if runtime.DefaultUnstructuredConverter.FromUnstructured(content, out) != nil {
		return nil
	}
	for i := range out.Spec.Volumes {
		if out.Spec.Volumes[i].VolumeSource == (corev1.VolumeSource{}) {
			// What the API server's defaults make of it, before it judges.
			out.Spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	return out
}

var evaluator = sync.OnceValues(func() (policy.Evaluator, error) {
	return policy.NewEvaluator(policy.DefaultChecks(), nil)
})

func restricted(pod *corev1.PodTemplateSpec) bool {
	e, err := evaluator()
	if err != nil {
		return false
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	return !slices.ContainsFunc(e.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec), func(r policy.CheckResult) bool { return !r.Allowed })
}
