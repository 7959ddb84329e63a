//go:build e2e

package rules_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	yamlstream "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// definitionsEnv names a directory with the CustomResourceDefinitions of what others bring along: Kyverno,
// policy-controller, Istio, Linkerd, the Gateway API, External Secrets and the Secrets Store CSI driver,
// as their repositories have them.
const definitionsEnv = "OAKUM_CRDS"

// chartLine is a line of a definition that only its chart can fill in: none of them is of the schema.
var chartLine = regexp.MustCompile(`(?m)^ *([\w./-]+: )?\{\{.*\n`)

// bring gives the API server the definitions, and waits until it has their kinds. It reports whether
// there are any.
func (s *apiServer) bring(t *testing.T) bool {
	t.Helper()
	dir := os.Getenv(definitionsEnv)
	if dir == "" {
		t.Logf("%s names no directory: what others bring along is not submitted", definitionsEnv)
		return false
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no definitions: %v", dir, err)
	}
	want := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		documents := yamlstream.NewYAMLReader(bufio.NewReader(bytes.NewReader(chartLine.ReplaceAll(data, nil))))
		for {
			doc, err := documents.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			s.define(t, file, doc, want)
		}
	}
	for end := time.Now().Add(readyWithin); len(want) > 0; time.Sleep(time.Second) {
		s.learn(t)
		for kind := range want {
			if _, known := s.kinds[kind]; known {
				delete(want, kind)
			}
		}
		if time.Now().After(end) {
			t.Fatalf("the API server does not have %v after %s", want, readyWithin)
		}
	}
	return true
}

// define creates one definition. The program that would convert its versions is not there.
func (s *apiServer) define(t *testing.T, file string, doc []byte, want map[string]bool) {
	t.Helper()
	var object map[string]any
	if err := yaml.Unmarshal(doc, &object); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if object["kind"] != "CustomResourceDefinition" {
		return
	}
	spec := object["spec"].(map[string]any)
	delete(spec, "conversion")
	delete(object, "status")
	for _, v := range spec["versions"].([]any) {
		if v := v.(map[string]any); v["served"] == true {
			want[spec["group"].(string)+"/"+v["name"].(string)+" "+spec["names"].(map[string]any)["kind"].(string)] = true
		}
	}
	body, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	if code, answer, err := s.send(t.Context(), http.MethodPost, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body); err != nil || code != http.StatusCreated {
		t.Fatalf("%s: %d %.500s %v", file, code, answer, err)
	}
}
