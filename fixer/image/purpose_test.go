package image

import (
	"slices"
	"strings"
	"testing"
)

// TestPurposes holds purposes.yaml to families that exist, to full names, and to one
// purpose for each.
func TestPurposes(t *testing.T) {
	known := []Purpose{PurposeData, PurposeConsole, PurposeManagement, PurposeMonitor, PurposeProxy}
	ids := map[string]bool{}
	for _, f := range families(t) {
		ids[f.ID] = true
	}
	seen := map[string]bool{}
	once := func(name string) {
		if seen[name] {
			t.Errorf("%s has two purposes", name)
		}
		seen[name] = true
	}
	for _, list := range loadTable().purposes().Purposes {
		if !slices.Contains(known, list.Purpose) || len(list.Families) == 0 {
			t.Errorf("purpose %q with %d families", list.Purpose, len(list.Families))
		}
		for _, id := range list.Families {
			once(id)
			if !ids[id] {
				t.Errorf("no family %s", id)
			}
		}
		for _, r := range list.Repos {
			once(r.Repo)
			if ref, err := ParseReference(r.Repo); err != nil || ref.Name() != r.Repo || strings.Count(r.Source, "/") != 1 {
				t.Errorf("%+v: not a full name, or no source", r)
			}
		}
	}
}

func TestPurposeOfImages(t *testing.T) {
	for name, want := range map[string]Purpose{
		"postgres:16": PurposeData, "ghcr.io/owner/postgres:16": PurposeData, "bitnami/postgresql": PurposeData, "public.ecr.aws/docker/library/mysql:8": PurposeData,
		"adminer": PurposeConsole, "mongo-express:1": PurposeConsole, "portainer/portainer-ce:2.21": PurposeManagement, "prom/prometheus": PurposeMonitor,
		"nginx:1.29": PurposeProxy, "ghost:5": "", "eclipse-mosquitto:2": "", "owner/api": "", "node:22": "", "": "",
	} {
		if got := KnowledgeOf(name, nil).Purpose(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
