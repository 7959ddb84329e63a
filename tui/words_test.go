package tui

import "testing"

func TestPlaceWord(t *testing.T) {
	for path, want := range map[string]string{
		"services.api":                                       "api",
		"services.api ports[0]":                              "api",
		"services.api.volumes /run/docker.sock":              "api",
		`services["db.main"].volumes`:                        "db.main",
		"stage run: USER":                                    "stage run",
		"ARG NPM_TOKEN":                                      "ARG NPM_TOKEN",
		"Deployment/web":                                     "Deployment/web",
		"Deployment/web containers[app]":                     "web/app",
		"Deployment/web initContainers[web]":                 "web",
		"Deployment/shop/web containers[app]":                "shop/web/app",
		"Deployment/web volumes[data]":                       "Deployment/web",
		"Deployment/web: spec.template.spec":                 "Deployment/web",
		"Deployment/web: spec.template.spec.containers[app]": "web/app",
		"Deployment/web containers[\x1b]":                    "web/^[",
		"":                                                   "",
	} {
		if got := placeWord(path); got != want {
			t.Errorf("%q is called %q, want %q", path, got, want)
		}
	}
}
