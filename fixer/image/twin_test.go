package image

import "testing"

func TestTwin(t *testing.T) {
	for ref, want := range map[string]string{
		"nginx:1.26":                   "nginxinc/nginx-unprivileged:1.26",
		"nginx":                        "nginxinc/nginx-unprivileged:latest",
		"nginx:1.31.3-alpine":          "nginxinc/nginx-unprivileged:1.31.3-alpine",
		"nginx:stable-alpine3.23-slim": "nginxinc/nginx-unprivileged:stable-alpine3.23-slim",
		"nginx:1.19":                   "",
		"nginx:1.26-bullseye":          "",
		"nginx:1.27@sha256:0f04e4f646a3f14bf31d8bc8d885b6c951fdcf42589d06845f64d18aec6a3c4d": "",
		"example.com/nginx:1.26": "",
		"redis:8":                "",
	} {
		twin, ok := KnowledgeOf(ref, nil).Twin()
		if twin.Image != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", ref, twin.Image, want)
		}
		if ok && (twin.Port != 8080 || twin.From != 80 || twin.User.UID != 101 || twin.User.GID != 101) {
			t.Errorf("%s: %+v", ref, twin)
		}
	}
}
