//go:build e2e

package rules_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	yamlstream "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/kube/podsecurity"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A judge has files judged, before and after, and compares.
type judge struct {
	server *apiServer
	tally  *tally
}

// A judgement is what the API server says of one object of a file.
type judgement struct {
	id      string
	unknown bool              // the API server does not have the kind
	faults  []fault           // against the object as it is
	pod     *ruling           // on its pod; nil for an object that makes none
	own     podsecurity.Level // what oakum calls the pod
}

// file judges every object of a file. Of several with one name the later ones
// get a number, since their documents are read one by one.
func (j *judge) file(t *testing.T, f *fixer.File) []judgement {
	t.Helper()
	out := j.document(t, string(f.Data))
	seen := map[string]int{}
	for i := range out {
		seen[out[i].id]++
		if n := seen[out[i].id]; n > 1 {
			out[i].id = fmt.Sprintf("%s#%d", out[i].id, n)
		}
	}
	return out
}

// document splits and reads a stream as kubectl does, and finds the objects in
// each document with oakum's own reader.
func (j *judge) document(t *testing.T, stream string) []judgement {
	t.Helper()
	var out []judgement
	documents := yamlstream.NewYAMLReader(bufio.NewReader(strings.NewReader(stream)))
	for n := 1; ; n++ {
		src, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			return append(out, unreadable(n, err))
		}
		value, err := decode(src)
		if err != nil {
			out = append(out, unreadable(n, err))
			continue
		}
		parsed, err := yamldoc.Parse(src)
		if err != nil {
			out = append(out, unreadable(n, err))
			continue
		}
		for _, o := range kube.Parse(parsed) {
			g, err := j.object(t.Context(), o, value)
			if err != nil {
				t.Errorf("%s: %v", o.ID(), err)
			}
			out = append(out, g)
		}
	}
}

func unreadable(n int, err error) judgement {
	return judgement{id: fmt.Sprintf("document %d", n), faults: []fault{{kind: "Unreadable", text: err.Error()}}}
}

func (j *judge) object(ctx context.Context, o *kube.Object, document any) (judgement, error) {
	g := judgement{id: o.ID()}
	object, ok := at(document, o.Path).(map[string]any)
	if !ok {
		return g, fmt.Errorf("is not where it should be")
	}
	known, faults, err := j.server.submit(ctx, object)
	g.unknown, g.faults = !known, faults
	w := o.Workload()
	if err != nil || w == nil {
		return g, err
	}
	meta, _ := at(document, w.PodPath[:len(w.PodPath)-1].Join("metadata")).(map[string]any)
	spec, ok := at(document, w.PodPath).(map[string]any)
	if !ok {
		return g, fmt.Errorf("its pod is not where it should be")
	}
	claims, _ := at(object, yamldoc.P("spec", "volumeClaimTemplates")).([]any)
	pod, err := j.server.admit(ctx, meta, completed(spec, claims, g.unknown))
	g.pod, g.own = &pod, podsecurity.Evaluate(w).Level
	return g, err
}

// completed returns a pod spec with what its controller puts into every pod it
// makes, and without which the API server takes none: a volume for each claim
// template of a StatefulSet, and names for the containers of custom resources.
func completed(spec map[string]any, claims []any, custom bool) map[string]any {
	spec = maps.Clone(spec)
	volumes, _ := spec["volumes"].([]any)
	volumes = slices.Clone(volumes)
	for _, claim := range claims {
		name := at(claim, yamldoc.P("metadata", "name"))
		volumes = slices.DeleteFunc(volumes, func(v any) bool { return at(v, yamldoc.P("name")) == name })
		volumes = append(volumes, map[string]any{"name": name, "persistentVolumeClaim": map[string]any{"claimName": "claim"}})
	}
	if len(claims) > 0 {
		spec["volumes"] = volumes
	}
	if containers, ok := spec["containers"].([]any); ok && custom {
		containers = slices.Clone(containers)
		for i, c := range containers {
			if c, ok := c.(map[string]any); ok && c["name"] == nil {
				c = maps.Clone(c)
				c["name"] = fmt.Sprintf("container-%d", i)
				containers[i] = c
			}
		}
		spec["containers"] = containers
	}
	return spec
}

// decode turns a document into JSON values, as kubectl does, but refuses
// duplicate keys, which kubectl would drop before the API server sees them.
func decode(src []byte) (any, error) {
	data, err := yaml.YAMLToJSONStrict(src)
	if err != nil {
		return nil, err
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return v, d.Decode(&v)
}

func at(v any, path yamldoc.Path) any {
	for _, s := range path {
		switch c := v.(type) {
		case map[string]any:
			v = c[s.Key]
		case []any:
			if !s.IsIndex || s.Index >= len(c) {
				return nil
			}
			v = c[s.Index]
		default:
			return nil
		}
	}
	return v
}
