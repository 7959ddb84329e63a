package kubernetes

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
)

// TestEveryTypeOfStorage moves a volume of each type, with every field that the
// API gives it, and reads what comes of it with the API's own types: the source
// is the same, and the pod is held by the claim.
func TestEveryTypeOfStorage(t *testing.T) {
	known := 0
	sources := reflect.TypeFor[corev1.VolumeSource]()
	for i := range sources.NumField() {
		key := jsonName(sources.Field(i))
		source := reflect.New(sources).Elem()
		fill(source.Field(i), 1)
		volume := corev1.Volume{Name: "data", VolumeSource: source.Interface().(corev1.VolumeSource)}
		file := podWith(t, volume)
		allowed := !slices.ContainsFunc(podsecurity.Evaluate(file.Objects[0].Workload()).Violations, func(v podsecurity.Violation) bool {
			return v.Reason == "restricted volume types"
		})
		if allowed {
			continue
		}
		s := engine.NewSession(fixer.NewSnapshot([]fixer.Source{{Path: file.Path, Kind: file.Kind, Data: file.Data}}), nil, []*fixer.Rule{InlineVolume, HostPath})
		found := s.Baseline().Findings
		if len(found) != 1 {
			t.Errorf("%s: %d findings, and the restricted standard does not allow it", key, len(found))
			continue
		}
		if key == "hostPath" || key == "gitRepo" {
			continue
		}
		known++
		if _, err := s.AcceptAll(fixer.Review, nil); err != nil {
			t.Fatal(err)
		}
		if plan := s.Plan(); len(plan.Changes) != 1 {
			t.Errorf("%s: %v", key, plan.Outcomes[0].Reason)
		} else {
			checkMoved(t, key, volume, plan.Changes[0].After)
		}
	}
	if known != len(storageTypes) {
		t.Errorf("the API has %d of the %d types", known, len(storageTypes))
	}
}

func checkMoved(t *testing.T, key string, was corev1.Volume, after []byte) {
	t.Helper()
	parts := strings.Split(string(after), "\n---\n")
	if len(parts) != 3 {
		t.Fatalf("%s: %d documents, want 3:\n%s", key, len(parts), after)
	}
	var pod corev1.Pod
	var volume corev1.PersistentVolume
	var claim corev1.PersistentVolumeClaim
	for i, into := range []any{&pod, &volume, &claim} {
		if err := yaml.UnmarshalStrict([]byte(parts[i]), into); err != nil {
			t.Fatalf("%s: %v in\n%s", key, err, parts[i])
		}
	}
	had, has := fields(t, was.VolumeSource)[key], fields(t, volume.Spec.PersistentVolumeSource)[key]
	if fields, ok := has.(map[string]any); ok {
		maps.DeleteFunc(fields, func(_ string, v any) bool { return v == nil }) // a namespace left open
	}
	if had == nil || !reflect.DeepEqual(had, has) {
		t.Errorf("%s: the volume said %v, the PersistentVolume says %v", key, had, has)
	}
	held := pod.Spec.Volumes[0].PersistentVolumeClaim
	switch {
	case held == nil || held.ClaimName != claim.Name || claim.Spec.VolumeName != volume.Name:
		t.Errorf("%s: the pod's volume does not lead to the PersistentVolume:\n%s", key, after)
	case held.ReadOnly != strings.Contains(parts[1], "readOnly: true"):
		t.Errorf("%s: the claim is read-only: %v", key, held.ReadOnly)
	case claim.Spec.StorageClassName == nil || *claim.Spec.StorageClassName != "":
		t.Errorf("%s: the default class would serve the claim", key)
	case volume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimRetain:
		t.Errorf("%s: the storage is deleted with its claim", key)
	case len(claim.Spec.AccessModes) != 1 || !slices.Equal(claim.Spec.AccessModes, volume.Spec.AccessModes):
		t.Errorf("%s: access modes %v and %v", key, claim.Spec.AccessModes, volume.Spec.AccessModes)
	case claim.Spec.Resources.Requests.Storage().Cmp(*volume.Spec.Capacity.Storage()) != 0:
		t.Errorf("%s: the claim asks for another size than there is", key)
	}
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func fields(t *testing.T, v any) map[string]any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// fill gives every field below v a value that is not its zero.
func fill(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && depth < 6 {
				fill(v.Field(i), depth+1)
			}
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("text: %d", depth)) // has to be quoted
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(depth))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(reflect.ValueOf("key").Convert(v.Type().Key()), reflect.ValueOf("0440"))
		}
	}
}

func podWith(t *testing.T, volume corev1.Volume) *fixer.File {
	t.Helper()
	data, err := yaml.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "web"},
		"spec": map[string]any{
			"containers": []map[string]any{{"name": "web", "image": "example.org/web:1"}},
			"volumes":    []any{volume},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return fixer.NewSnapshot([]fixer.Source{{Path: "web.yaml", Kind: fixer.Kubernetes, Data: data}}).File("web.yaml")
}
